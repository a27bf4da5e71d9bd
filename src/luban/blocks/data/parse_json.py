"""JSON text read as a value."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import orjson
import regex

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

_FENCE = regex.compile(r"```[ \t]*(?:json5?|jsonc)?[ \t]*\r?\n(.*?)```", regex.DOTALL | regex.I)
_START = regex.compile(r"[\[{]")
_MOST_STARTS = 1000
"""Brackets tried inside other text, so that a long one cannot take for ever."""


class ParseJson(Block):
    """Reads JSON text as an object, a list or whatever value it holds.

    It can look for JSON inside other text too, such as the answer of a model.
    """

    id = "data.parse_json"
    title = "Parse JSON"
    category = "data"
    effect = Effect.NONE
    icon = "braces"
    keywords = ("read json", "decode", "deserialize", "object", "model answer")

    class Input(BlockInput):
        text: str = Field(title="Text", description="The JSON text.", widget="code")
        find: bool = Field(
            False,
            title="Find inside text",
            description="Take the first JSON object or list out of a longer text, such as a "
            "model's answer; a block marked ```json comes first.",
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="What the text holds.")

    examples = (
        Example({"text": '{"a": [1, 2.5, null]}'}, {"value": {"a": [1, 2.5, None]}}),
        Example({"text": ' "鲁班" '}, {"value": "鲁班"}),
        Example(
            {"text": '好的，结果如下：\n```json\n{"ok": true}\n```', "find": True},
            {"value": {"ok": True}},
        ),
        Example({"text": "Here [you] go: [1, 2].", "find": True}, {"value": [1, 2]}),
        Example({"text": "{'a': 1}"}, {"error": {"code": "not_json"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        text = input.text.removeprefix("\ufeff")
        try:
            return {"value": orjson.loads(text)}
        except orjson.JSONDecodeError as error:
            if input.find:
                return {"value": _found(text)}
            raise _not_json(text, error) from error


def _found(text: str) -> Any:
    """The first JSON object or list in a text, marked blocks first. Raises `BlockError`."""
    for marked in _FENCE.finditer(text):
        try:
            return orjson.loads(marked.group(1))
        except orjson.JSONDecodeError:
            continue
    decoder = json.JSONDecoder()
    for start in islice(_START.finditer(text), _MOST_STARTS):
        try:
            _, end = decoder.raw_decode(text, start.start())
            return orjson.loads(text[start.start() : end])
        except (ValueError, RecursionError):
            continue
    raise BlockError(
        f"There is no JSON object or list in {show(text)}. "
        "Ask the model for JSON only, or test the text before.",
        zh=f"在 {show(text)} 里找不到 JSON 对象或列表。请要求模型只输出 JSON，或先检查文本。",
        code="not_json",
    )


def _not_json(text: str, error: orjson.JSONDecodeError) -> BlockError:
    if not text.strip():
        return BlockError(
            "The text is empty, and empty text is no JSON. Link a text, or test for it before.",
            zh="文本为空，不是有效的 JSON。请连接文本，或先判断是否为空。",
            code="not_json",
        )
    place, place_zh = (
        f"line {error.lineno}, column {error.colno}",
        f"第 {error.lineno} 行第 {error.colno} 列",
    )
    return BlockError(
        f"{show(text)} is not JSON: {error.msg.partition(':')[0]} at {place}. Names and texts "
        "stand in double quotes; switch on Find inside text if more stands around it.",
        zh=f"{show(text)} 不是有效的 JSON：{place_zh}有误（{error.msg.partition(':')[0]}）。"
        "名称和文本要用双引号；如果前后还有其他文字，请打开“在文本中查找”。",
        code="not_json",
    )
