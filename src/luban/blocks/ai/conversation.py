"""A conversation that goes on by one answer."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.asking import as_values, options_of, spent
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    system_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
    values_pin,
)
from luban.blocks.ai.prompts import filled
from luban.blocks.ai.turns import turns, with_something
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    ChatMessage,
    Context,
    Effect,
    Example,
    Field,
    Message,
)
from luban.sdk.chat import ChatOptions


class Conversation(Block):
    """Answers a list of messages, each with its role; link the messages back to talk on."""

    id = "ai.conversation"
    title = "Go on with a conversation"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "messages-square"
    keywords = ("chat", "dialogue", "messages", "roles", "history", "llm", "multi turn")

    class Input(BlockInput):
        messages: list[Any] = Field(
            default_factory=list[Any],
            title="Messages",
            description="Objects with `role` (system, user or assistant) and `content`; a bare "
            "text is what the user said.",
        )
        prompt: str = Field(
            "",
            title="Prompt",
            description="What the user says now, after the messages; may be empty.",
            widget="template",
        )
        values: dict[str, Any] = values_pin()
        system: str = system_pin()
        newest: int | None = Field(
            None,
            ge=1,
            title="Newest only",
            description="How many of the newest messages are sent, beside those of the system; "
            "empty sends all.",
            advanced=True,
        )
        model: str = model_pin()
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        answer: str = Field(title="Answer", description="What the model says.")
        messages: list[Message] = Field(
            title="Messages", description="All messages, with this answer at their end."
        )
        reasoning: str = Field(
            title="Reasoning",
            description="What the model thought before it answered, if it tells.",
        )
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {
                "messages": [{"role": "system", "content": "Be brief."}, "Hi", "Who is it?"],
                "newest": 1,
                "model": "m/x",
            },
            {
                "answer": "Luban",
                "reasoning": "Say the name.",
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Hi"},
                    {"role": "user", "content": "Who is it?"},
                    {"role": "assistant", "content": "Luban"},
                ],
                "usage": {"input_tokens": 19, "output_tokens": 5, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": [{"text": "Luban", "reasoning": "Say the name."}]},
        ),
        Example(
            {"prompt": "你好", "model": "m/x"},
            {
                "answer": "您好",
                "messages": [
                    {"role": "user", "content": "你好"},
                    {"role": "assistant", "content": "您好"},
                ],
                "usage": {"input_tokens": 2, "output_tokens": 2, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["您好"]},
        ),
        Example({"messages": []}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"messages": [{"role": "judge", "content": "Guilty"}]},
            {"error": {"code": "bad_message"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        said = with_something(
            [
                ChatMessage("system", filled(input.system, input.values)),
                *turns(input.messages),
                ChatMessage("user", filled(input.prompt, input.values)),
            ]
        )
        options: ChatOptions = {
            **options_of(input),
            "fit": True,
            "on_delta": lambda piece: ctx.delta("answer", piece),
            "on_reasoning": lambda piece: ctx.delta("reasoning", piece),
        }
        answer = await ctx.llm.chat(input.model, _newest(said, input.newest), **options)
        sent: dict[str, Any] = {"answer": answer.text}
        if answer.reasoning:
            sent["reasoning"] = answer.reasoning
        return {
            **sent,
            "messages": as_values([*said, ChatMessage("assistant", answer.text)]),
            "usage": spent(answer.usage, demo=answer.demo),
            "model": answer.model,
        }


def _newest(said: list[ChatMessage], count: int | None) -> list[ChatMessage]:
    """What the system says, and the last turns of the others."""
    if count is None:
        return said
    talk = [turn for turn in said if turn.role != "system"]
    return [*(turn for turn in said if turn.role == "system"), *talk[-count:]]
