"""An answer of a form that is known beforehand."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.asking import as_values, needed
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    retries_pin,
    system_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
    values_pin,
)
from luban.blocks.ai.prompts import filled
from luban.blocks.ai.re_asking import fields_schema, form_of, reads_by, until_it_fits, wrapped
from luban.blocks.ai.turns import turns
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


class Structured(Block):
    """Asks a model for an answer with certain fields, checks it, and asks again where it errs."""

    id = "ai.structured"
    title = "Structured answer"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "braces"
    keywords = ("json", "schema", "fields", "object", "llm", "structured output", "generate")

    class Input(BlockInput):
        model: str = model_pin()
        prompt: str = Field(
            title="Prompt",
            description="What to ask. With values below, `{{ name }}` is where a value goes.",
            widget="template",
        )
        values: dict[str, Any] = values_pin()
        fields: dict[str, str] = Field(
            default_factory=dict,
            title="Fields",
            description="Each key the answer must have, and what it means. Without fields and "
            "schema the answer is `{response: text}`.",
        )
        several: bool = Field(
            False, title="List", description="The answer is a list of objects with these fields."
        )
        json_schema: dict[str, Any] = Field(
            default_factory=dict,
            title="JSON Schema",
            description="In place of fields: what the answer must be, with types and bounds.",
            widget="json",
            advanced=True,
        )
        enforce: bool = Field(
            False,
            title="Enforce",
            description="The model's service is told the schema too; most large ones keep to it.",
            advanced=True,
        )
        system: str = system_pin()
        messages: list[Message] = Field(
            default_factory=list[Message],
            title="Earlier messages",
            description="The conversation so far, put before the prompt.",
            advanced=True,
        )
        retries: int = retries_pin()
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        data: Any = Field(title="Data", description="The answer: an object, or a list of them.")
        messages: list[Message] = Field(
            title="Messages", description="The conversation with this answer at its end."
        )
        attempts: int = Field(title="Attempts", description="How many answers it took.")
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"prompt": "A bird", "fields": {"name": "its name"}, "model": "m/x"},
            {
                "data": {"name": "Wren"},
                "messages": [
                    {
                        "role": "system",
                        "content": "Answer with one JSON object and nothing else. Its keys, each "
                        'with what its value means:\n{"name": "its name"}',
                    },
                    {"role": "user", "content": "A bird"},
                    {"role": "assistant", "content": '{"name": "Wren"}'},
                ],
                "attempts": 2,
                "usage": {"input_tokens": 361, "output_tokens": 20, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["Wren", '{"name": "Wren"}']},
        ),
        Example(
            {"prompt": "A bird", "model": "m/x"},
            {
                "data": {"response": "Wren"},
                "messages": [
                    {"role": "user", "content": "A bird"},
                    {"role": "assistant", "content": "Wren"},
                ],
                "attempts": 1,
                "usage": {"input_tokens": 6, "output_tokens": 4, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["Wren"]},
        ),
        Example({"prompt": ""}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"prompt": "A bird", "fields": {"name": "its name"}, "retries": 1},
            {"error": {"code": "answer_unusable"}},
            {"llm": ["{}", "Wren"]},
        ),
        Example(
            {"prompt": "A bird", "json_schema": {"type": "bird"}},
            {"error": {"code": "bad_schema"}},
            {"llm": ["{}"]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        prompt = needed(filled(input.prompt, input.values), "the prompt", "提示词")
        schema = input.json_schema or (
            fields_schema(input.fields, several=input.several) if input.fields else {}
        )
        asked = [
            ChatMessage("system", _system(input, schema)),
            *turns(input.messages),
            ChatMessage("user", prompt),
        ]
        found = await until_it_fits(
            ctx,
            input,
            [turn for turn in asked if turn.content.strip()],
            reads_by(schema) if schema else _free,
            _options(schema, enforce=input.enforce),
        )
        return {
            "data": found.value,
            "messages": as_values(found.turns),
            "attempts": found.attempts,
            "usage": found.usage,
            "model": found.model,
        }


def _free(text: str) -> dict[str, str]:
    return {"response": text}


def _system(input: Structured.Input, schema: dict[str, Any]) -> str:
    text = filled(input.system, input.values)
    if not schema:
        return text
    fields = {} if input.json_schema else input.fields
    form = form_of(fields, schema, several=input.several)
    return f"{text}\n\n{form}" if text.strip() else form


def _options(schema: dict[str, Any], *, enforce: bool) -> ChatOptions:
    if not schema:
        return {}
    return {"schema": wrapped(schema)} if enforce else {"json": True}
