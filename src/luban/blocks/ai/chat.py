"""A question to a language model."""

from __future__ import annotations

import re
from typing import Any

import orjson

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    ChatAnswer,
    ChatMessage,
    Context,
    Effect,
    Example,
    Field,
    Message,
    TemporaryError,
)
from luban.sdk.template import render

_FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)
_ROLES = frozenset({"system", "user", "assistant"})


class Chat(Block):
    """Asks a language model and gives its answer, shown live while it is written.

    The built-in demo model needs no key; its answers come from fixed rules.
    """

    id = "ai.chat"
    title = "Chat with a model"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "message-square"
    keywords = ("llm", "gpt", "prompt", "ask", "generate", "summarize", "openai", "ollama", "qwen")
    aliases = ("llm_call",)

    class Input(BlockInput):
        model: str = Field(
            "",
            title="Model",
            description="Such as openai/gpt-4o; empty is the default model.",
            widget="model",
        )
        prompt: str = Field(
            "",
            title="Prompt",
            description="What to ask. With values below, `{{ name }}` is where a value goes.",
            widget="template",
        )
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="Values",
            description="Fill the slots of prompt and system text; link to `values.name`.",
        )
        system: str = Field(
            "",
            title="System text",
            description="Who the model is and how it should answer.",
            widget="template",
        )
        messages: list[Message] = Field(
            default_factory=list[Message],
            title="Earlier messages",
            description="The conversation so far, put before the prompt.",
            advanced=True,
        )
        json_answer: bool = Field(
            False,
            title="Answer in JSON",
            description="The answer is read as JSON and leaves by the pin `data` too.",
        )
        temperature: float | None = Field(
            None,
            ge=0,
            le=2,
            title="Temperature",
            description="0 is steady, 1 is free; empty leaves it to the model.",
            widget="slider",
            advanced=True,
        )
        max_tokens: int | None = Field(
            None,
            ge=1,
            title="Longest answer",
            description="Model tokens; empty leaves it to the model.",
            advanced=True,
        )
        timeout: float = Field(
            120, gt=0, le=1800, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        answer: str = Field(title="Answer", description="What the model says.")
        data: Any = Field(title="Data", description="The answer as JSON, when it was asked for.")
        messages: list[Message] = Field(
            title="Messages", description="The conversation with this answer at its end."
        )
        usage: dict[str, Any] = Field(
            title="Usage",
            description="`input_tokens`, `output_tokens`, `usd` (empty when unknown), `demo`.",
        )
        model: str = Field(title="Model", description="The model that answered.")

    examples = (
        Example(
            {"prompt": "Name {{ what }}.", "values": {"what": "a bird"}, "model": "m/x"},
            {
                "answer": "Wren",
                "messages": [
                    {"role": "user", "content": "Name a bird."},
                    {"role": "assistant", "content": "Wren"},
                ],
                "usage": {"input_tokens": 12, "output_tokens": 4, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["Wren"]},
        ),
        Example(
            {"prompt": "JSON of 1", "json_answer": True, "model": "m/x"},
            {
                "answer": '```json\n{"n": 1}\n```',
                "data": {"n": 1},
                "messages": [
                    {"role": "user", "content": "JSON of 1"},
                    {"role": "assistant", "content": '```json\n{"n": 1}\n```'},
                ],
                "usage": {"input_tokens": 9, "output_tokens": 20, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ['```json\n{"n": 1}\n```']},
        ),
        Example({}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"prompt": "JSON", "json_answer": True},
            {"error": {"code": "answer_not_json"}},
            {"llm": ["sorry"]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        asked = _messages(input)
        answer = await ctx.llm.chat(
            input.model,
            asked,
            temperature=input.temperature,
            max_tokens=input.max_tokens,
            json=input.json_answer,
            timeout=input.timeout,
            on_delta=lambda piece: ctx.delta("answer", piece),
        )
        sent: dict[str, Any] = {"answer": answer.text}
        if input.json_answer:
            sent["data"] = _parsed(answer.text)
        turns = [*asked, ChatMessage("assistant", answer.text)]
        return {
            **sent,
            "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
            "usage": _usage(answer),
            "model": answer.model,
        }


def _messages(input: Chat.Input) -> list[ChatMessage]:
    """System text, earlier messages, prompt: in that order, blank ones left out."""
    turns = [ChatMessage("system", _filled(input.system, input.values))]
    turns += [_turn(message, number) for number, message in enumerate(input.messages)]
    turns.append(ChatMessage("user", _filled(input.prompt, input.values)))
    kept = [turn for turn in turns if turn.content.strip()]
    if not any(turn.role == "user" for turn in kept):
        raise BlockError(
            "There is nothing to ask: give a prompt, or messages with one of a user.",
            zh="没有可提的问题：请填写提示词，或提供含有用户消息的消息列表。",
            code="nothing_to_ask",
        )
    return kept


def _turn(message: dict[str, Any], number: int) -> ChatMessage:
    role, content = message.get("role", "user"), message.get("content", "")
    if role not in _ROLES or not isinstance(content, str):
        raise BlockError(
            f"Message {number} is {message!r:.120}. A message is an object with `role` (system, "
            "user or assistant) and `content` (text).",
            zh=f"第 {number} 条消息是 {message!r:.120}。消息应为包含 role"
            "（system、user 或 assistant）和 content（文本）的对象。",
            code="bad_message",
        )
    return ChatMessage(role, content)


def _filled(template: str, values: dict[str, Any]) -> str:
    """Without values the text is sent as it stands, so braces in linked texts do no harm."""
    return render(template, values, strict=True) if values else template


def _parsed(text: str) -> Any:
    """The JSON in an answer, also inside a fence or behind a few words."""
    fenced = _FENCE.search(text)
    candidates = [text, fenced.group(1) if fenced else "", _outermost(text)]
    for candidate in filter(None, candidates):
        try:
            return orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
    raise TemporaryError(
        f"The model was asked for JSON and answered {text[:120]!r}. Another try, a larger "
        "model, or an example of the JSON in the prompt may help.",
        zh=f"要求模型返回 JSON，但它的回答是 {text[:120]!r}。可以重试、换用更强的模型，"
        "或在提示词中给出 JSON 示例。",
        code="answer_not_json",
    )


def _outermost(text: str) -> str:
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else ""


def _usage(answer: ChatAnswer) -> dict[str, Any]:
    usage = answer.usage
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "usd": usage.usd,
        "demo": answer.demo,
    }
