"""Facts out of a text."""

from __future__ import annotations

from typing import Any, cast

from luban.blocks.ai.asking import needed
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    retries_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
)
from luban.blocks.ai.prompts import IS_DATA, as_data
from luban.blocks.ai.re_asking import fields_schema, form_of, reads_by, until_it_fits, wrapped
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    ChatMessage,
    Context,
    Effect,
    Example,
    Field,
)
from luban.sdk.chat import ChatOptions


class Extract(Block):
    """Takes certain fields out of a text; what the text does not say is empty, not invented."""

    id = "ai.extract"
    title = "Extract fields from a text"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "scan-text"
    keywords = ("fields", "entities", "parse", "information", "json", "schema", "llm", "form")

    class Input(BlockInput):
        text: str = Field(
            title="Text", description="What to take the fields from.", widget="textarea"
        )
        fields: dict[str, str] = Field(
            default_factory=dict, title="Fields", description="Each field, and what it means."
        )
        several: bool = Field(
            False,
            title="List",
            description="The text tells of several things; each is an object with these fields.",
        )
        json_schema: dict[str, Any] = Field(
            default_factory=dict,
            title="JSON Schema",
            description="In place of fields: what the data must be, with types and bounds.",
            widget="json",
            advanced=True,
        )
        enforce: bool = Field(
            False,
            title="Enforce",
            description="The model's service is told the schema too; most large ones keep to it.",
            advanced=True,
        )
        instructions: str = Field(
            "",
            title="Instructions",
            description="How to read the text, such as the form of dates.",
            widget="textarea",
            advanced=True,
        )
        model: str = model_pin()
        retries: int = retries_pin()
        temperature: float | None = temperature_pin()
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        data: Any = Field(title="Data", description="The fields, or a list of such objects.")
        missing: list[str] = Field(
            title="Missing", description="The fields of which the text says nothing."
        )
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {
                "text": "Li Wei, 34, lives in Xi'an.",
                "fields": {"name": "full name", "phone": "number"},
                "model": "m/x",
            },
            {
                "data": {"name": "Li Wei", "phone": None},
                "missing": ["phone"],
                "usage": {"input_tokens": 424, "output_tokens": 33, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ['{"name": "Li Wei", "phone": null}']},
        ),
        Example(
            {"text": "1 € and 2 €", "fields": {"sum": ""}, "several": True, "model": "m/x"},
            {
                "data": [{"sum": 1}, {"sum": 2}],
                "missing": [],
                "usage": {"input_tokens": 439, "output_tokens": 35, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ['{"items": [{"sum": 1}, {"sum": 2}]}']},
        ),
        Example({"text": "", "fields": {"a": ""}}, {"error": {"code": "nothing_to_ask"}}),
        Example({"text": "a"}, {"error": {"code": "no_fields"}}),
        Example(
            {"text": "a", "fields": {"name": ""}, "retries": 0},
            {"error": {"code": "answer_unusable"}},
            {"llm": ['{"title": "a"}']},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        text = needed(input.text, "the text", "文本")
        if not input.fields and not input.json_schema:
            raise BlockError(
                "It is not said what to extract: name the fields, or give a JSON Schema.",
                zh="没有说明要提取什么：请列出字段，或提供 JSON Schema。",
                code="no_fields",
            )
        schema = input.json_schema or fields_schema(
            input.fields, several=input.several, any_value=False
        )
        asked = [ChatMessage("system", _rules(input, schema)), ChatMessage("user", as_data(text))]
        options: ChatOptions = {"schema": wrapped(schema)} if input.enforce else {"json": True}
        found = await until_it_fits(ctx, input, asked, reads_by(schema), options)
        return {
            "data": found.value,
            "missing": _missing(found.value),
            "usage": found.usage,
            "model": found.model,
        }


def _rules(input: Extract.Input, schema: dict[str, Any]) -> str:
    fields = {} if input.json_schema else input.fields
    more = f" {input.instructions.strip()}" if input.instructions.strip() else ""
    return (
        "Take facts out of the text; where it says nothing, write null and invent nothing."
        f"{more} {IS_DATA} {form_of(fields, schema, several=input.several)}"
    )


def _missing(value: Any) -> list[str]:
    """Fields without a value: of one object, or in every object of a list."""
    objects = cast("list[Any]", value) if isinstance(value, list) else [value]
    held = [cast("dict[str, Any]", each) for each in objects if isinstance(each, dict)]
    names = dict.fromkeys(name for each in held for name in each)
    return [name for name in names if all(each.get(name) is None for each in held)]
