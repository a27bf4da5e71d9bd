"""A question to a language model."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.asking import as_values, options_of, spent
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    temperature_pin,
    timeout_pin,
    values_pin,
)
from luban.blocks.ai.prompts import filled
from luban.blocks.ai.turns import pictures, turns, with_something
from luban.forge.json_answers import NotJson, parsed
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    ChatMessage,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
    Message,
    TemporaryError,
)
from luban.sdk.chat import ChatOptions

_PICTURE = {"$file": "f_1", "name": "a.png", "type": "image/png", "size": 3}


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
        model: str = model_pin()
        prompt: str = Field(
            "",
            title="Prompt",
            description="What to ask. With values below, `{{ name }}` is where a value goes.",
            widget="template",
        )
        values: dict[str, Any] = values_pin()
        system: str = Field(
            "",
            title="System text",
            description="Who the model is and how it should answer.",
            widget="template",
        )
        images: list[FileRef] = Field(
            default_factory=list[FileRef],
            title="Pictures",
            description="Pictures that go with the prompt, for models that can see; at most 20.",
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
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        answer: str = Field(title="Answer", description="What the model says.")
        data: Any = Field(title="Data", description="The answer as JSON, when it was asked for.")
        messages: list[Message] = Field(
            title="Messages", description="The conversation with this answer at its end."
        )
        reasoning: str = Field(
            title="Reasoning",
            description="What the model thought before it answered, if it tells.",
        )
        usage: dict[str, Any] = Field(
            title="Usage",
            description="`input_tokens`, `output_tokens`, `usd` (empty when unknown), `demo`.",
        )
        model: str = model_out()

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
        Example(
            {"prompt": "What is it?", "images": [_PICTURE], "model": "m/x"},
            {
                "answer": "A wren",
                "reasoning": "It is small and brown.",
                "messages": [
                    {"role": "user", "content": "What is it?"},
                    {"role": "assistant", "content": "A wren"},
                ],
                "usage": {"input_tokens": 11, "output_tokens": 6, "usd": None, "demo": False},
                "model": "m/x",
            },
            {
                "llm": [{"text": "A wren", "reasoning": "It is small and brown."}],
                "files": {"f_1": {"name": "a.png", "type": "image/png", "text": "png"}},
            },
        ),
        Example({}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"prompt": "JSON", "json_answer": True},
            {"error": {"code": "answer_not_json"}},
            {"llm": ["sorry"]},
        ),
        Example(
            {"prompt": "What is it?", "images": [{"$file": "f_1"}]},
            {"error": {"code": "not_an_image"}},
            {"files": {"f_1": {"name": "a.csv", "type": "text/csv", "text": "a,b"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        asked = await _asked(input, ctx)
        options: ChatOptions = {
            **options_of(input),
            "json": input.json_answer,
            "on_delta": lambda piece: ctx.delta("answer", piece),
            "on_reasoning": lambda piece: ctx.delta("reasoning", piece),
        }
        answer = await ctx.llm.chat(input.model, asked, **options)
        sent: dict[str, Any] = {"answer": answer.text}
        if input.json_answer:
            sent["data"] = _as_json(answer.text)
        if answer.reasoning:
            sent["reasoning"] = answer.reasoning
        return {
            **sent,
            "messages": as_values([*asked, ChatMessage("assistant", answer.text)]),
            "usage": spent(answer.usage, demo=answer.demo),
            "model": answer.model,
        }


async def _asked(input: Chat.Input, ctx: Context) -> list[ChatMessage]:
    """System text, earlier messages, prompt with its pictures; blank ones are left out."""
    return with_something(
        [
            ChatMessage("system", filled(input.system, input.values)),
            *turns(input.messages),
            ChatMessage(
                "user",
                filled(input.prompt, input.values),
                images=await pictures(ctx, input.images),
            ),
        ]
    )


def _as_json(text: str) -> Any:
    try:
        return parsed(text)
    except NotJson as error:
        raise TemporaryError(
            f"The model was asked for JSON and answered {text[:120]!r}. Another try, a larger "
            "model, or an example of the JSON in the prompt may help.",
            zh=f"要求模型返回 JSON，但它的回答是 {text[:120]!r}。可以重试、换用更强的模型，"
            "或在提示词中给出 JSON 示例。",
            code="answer_not_json",
        ) from error
