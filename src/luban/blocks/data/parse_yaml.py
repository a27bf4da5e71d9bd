"""YAML text read as data."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
from collections.abc import Iterator
from typing import Any, cast

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

_LONGEST = 1_000_000
_MOST = 200_000
_DEEPEST = 100


class ParseYaml(Block):
    """Reads YAML as plain data. Tags run nothing, and aliases unfold to a limit."""

    id = "data.parse_yaml"
    title = "Parse YAML"
    category = "data"
    effect = Effect.NONE
    icon = "file-code"
    keywords = ("read yaml", "yml", "decode", "configuration", "front matter")

    class Input(BlockInput):
        text: str = Field(title="Text", description="The YAML text.", widget="code")
        several: bool = Field(
            False,
            title="Several documents",
            description="Give a list of the documents that `---` parts.",
            advanced=True,
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="What the text holds.")

    examples = (
        Example(
            {"text": "名: 桥\nn: [1, 2.5, yes]\n"}, {"value": {"名": "桥", "n": [1, 2.5, "yes"]}}
        ),
        Example({"text": "a: &x {b: 1}\nc: *x\n"}, {"value": {"a": {"b": 1}, "c": {"b": 1}}}),
        Example({"text": "day: 2026-01-31\n"}, {"value": {"day": "2026-01-31"}}),
        Example({"text": "a: 1\n---\nb: 2\n", "several": True}, {"value": [{"a": 1}, {"b": 2}]}),
        Example({"text": "a: [1"}, {"error": {"code": "not_yaml"}}),
        Example({"text": "!!python/object:os.system x"}, {"error": {"code": "not_yaml"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if len(input.text) > _LONGEST:
            raise _too_large()
        return {"value": await asyncio.to_thread(_read, input.text, input.several)}


def _read(text: str, several: bool) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    reader = YAML(typ="safe", pure=True)
    try:
        if several:
            found: Any = list(reader.load_all(text))
        else:
            found = reader.load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        where_zh = f"第 {mark.line + 1} 行第 {mark.column + 1} 列：" if mark else ""
        said = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise _not_yaml(text, f"{said}{where}", f"{where_zh}{said}") from error
    except (ValueError, TypeError, RecursionError, AttributeError, OverflowError) as error:
        raise _not_yaml(text, str(error), str(error)) from error
    return _plain(found, iter(range(_MOST)), 0)


def _plain(value: Any, counted: Iterator[int], depth: int) -> Any:
    """JSON values only; what aliases repeat is counted as often as it is there."""
    if next(counted, None) is None or depth > _DEEPEST:
        raise _too_large()
    if isinstance(value, dict):
        fields = cast("dict[Any, Any]", value)
        return {_key(key): _plain(part, counted, depth + 1) for key, part in fields.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(part, counted, depth + 1) for part in cast("list[Any]", value)]
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return str(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    return "" if key is None else str(_plain(key, iter(range(100)), 0))


def _not_yaml(text: str, why: str, why_zh: str) -> BlockError:
    return BlockError(
        f"{show(text)} is not YAML that can be read: {why}. Repair it there.",
        zh=f"{show(text)} 不是可读取的 YAML：{why_zh}。请在该处修正。",
        code="not_yaml",
    )


def _too_large() -> BlockError:
    return BlockError(
        f"The YAML has more than {_LONGEST:,} characters, {_MOST:,} values with those its aliases "
        f"repeat, or {_DEEPEST} levels. Divide it, or use JSON.",
        zh=f"YAML 超过 {_LONGEST:,} 个字符、{_MOST:,} 个值（别名重复的也算）或 {_DEEPEST} 层。"
        "请拆分，或改用 JSON。",
        code="yaml_too_large",
    )
