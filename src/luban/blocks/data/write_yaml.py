"""Data written as YAML text."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class WriteYaml(Block):
    """Writes any value as YAML text; Chinese and other letters stay readable."""

    id = "data.write_yaml"
    title = "Write YAML"
    category = "data"
    effect = Effect.NONE
    icon = "file-code"
    keywords = ("to yaml", "yml", "encode", "serialize", "configuration")
    exempt = (("failure", "every value that travels along a link can be written"),)

    class Input(BlockInput):
        value: Any = Field(title="Value", description="What to write.")
        sort_keys: bool = Field(
            False, title="Sort names", description="Write names in order.", advanced=True
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The YAML text.")

    examples = (
        Example(
            {"value": {"名": "桥", "n": [1, {"a": None}]}}, {"text": "名: 桥\nn:\n- 1\n- a: null\n"}
        ),
        Example({"value": {"b": "yes", "a": "1"}, "sort_keys": True}, {"text": "a: '1'\nb: yes\n"}),
        Example({"value": []}, {"text": "[]\n"}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        return {"text": await asyncio.to_thread(_written, input.value, input.sort_keys)}


def _written(value: Any, sort_keys: bool) -> str:
    from ruamel.yaml import YAML

    writer: Any = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 1000
    writer.sort_base_mapping_type_on_output = sort_keys
    out = io.StringIO()
    writer.dump(value, out)
    return out.getvalue().removesuffix("...\n")
