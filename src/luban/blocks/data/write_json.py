"""A value written as JSON text."""

from __future__ import annotations

import json
from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class WriteJson(Block):
    """Writes any value as JSON text; Chinese and other letters stay readable."""

    id = "data.write_json"
    title = "Write JSON"
    category = "data"
    effect = Effect.NONE
    icon = "code"
    keywords = ("to json", "encode", "serialize", "stringify", "text")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="What to write.")
        indent: int = Field(
            2,
            ge=0,
            le=8,
            title="Indent",
            description="Spaces before each level; 0 writes everything on one line.",
        )
        sort_keys: bool = Field(
            False, title="Sort names", description="Write names in order.", advanced=True
        )
        ascii_only: bool = Field(
            False,
            title="ASCII only",
            description="Write other letters as \\u codes, for old programs.",
            advanced=True,
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The JSON text.")

    examples = (
        Example({"value": {"名": [1, None]}, "indent": 0}, {"text": '{"名": [1, null]}'}),
        Example(
            {"value": {"b": 1, "a": 2}, "sort_keys": True}, {"text": '{\n  "a": 2,\n  "b": 1\n}'}
        ),
        Example({"value": "班", "ascii_only": True}, {"text": '"\\u73ed"'}),
        Example({"value": None}, {"text": "null"}),
    )

    async def run(self, input: Input) -> dict[str, str]:
        text = json.dumps(
            input.value,
            indent=input.indent or None,
            sort_keys=input.sort_keys,
            ensure_ascii=input.ascii_only,
        )
        return {"text": text}
