"""How a text goes on."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.asking import needed, options_of, spent
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
    values_pin,
)
from luban.blocks.ai.prompts import filled
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field
from luban.sdk.chat import ChatOptions


class Complete(Block):
    """Gives how a text goes on, by a model that completes texts and knows no conversations."""

    id = "ai.complete"
    title = "Complete a text"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "text-cursor-input"
    keywords = ("completion", "llm", "continue", "fill in", "base model", "instruct")

    class Input(BlockInput):
        model: str = model_pin()
        text: str = Field(
            title="Text",
            description="The beginning. With values below, `{{ name }}` is where a value goes.",
            widget="template",
        )
        values: dict[str, Any] = values_pin()
        stop: list[str] = Field(
            default_factory=list[str],
            max_length=4,
            title="Stop at",
            description="The model stops before it would write one of these; at most 4.",
        )
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        completion: str = Field(title="Completion", description="Only what the model adds.")
        text: str = Field(title="Text", description="The beginning and what the model adds.")
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"text": "Roses are {{ what }},", "values": {"what": "red"}, "model": "m/x"},
            {
                "completion": " violets are blue",
                "text": "Roses are red, violets are blue",
                "usage": {"input_tokens": 14, "output_tokens": 17, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": [" violets are blue"]},
        ),
        Example({"text": " "}, {"error": {"code": "nothing_to_ask"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        text = needed(filled(input.text, input.values), "the text", "文本")
        options: ChatOptions = {
            **options_of(input),
            "stop": tuple(input.stop),
            "on_delta": lambda piece: ctx.delta("completion", piece),
        }
        answer = await ctx.llm.complete(input.model, text, **options)
        return {
            "completion": answer.text,
            "text": text + answer.text,
            "usage": spent(answer.usage, demo=answer.demo),
            "model": answer.model,
        }
