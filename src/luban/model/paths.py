"""Path suffixes of pins: `items[0].title` picks a part of a value, or says where to build one."""

from __future__ import annotations

import re
from typing import Any, cast

from luban.model.errors import LubanError

Path = tuple[str | int, ...]

_PART = re.compile(r"\.?([^.\[\]]+)|\[(-?\d{1,9})\]")
_GREATEST_INDEX = 10_000


class BadPath(LubanError):
    """A path suffix is not written as names and `[numbers]`."""

    code = "bad_path"
    status = 422
    en = "`{path}` is not a path. Write names and numbers, such as `items[0].title`."
    zh = "“{path}”不是有效路径。请写成名称和序号，例如 `items[0].title`。"


class PathMissing(LubanError):
    """A value has no part at the path a link asks for."""

    code = "path_missing"
    status = 422
    en = (
        "The value has nothing at `{path}`: {value}. "
        "Check the path on the link, or test for it first."
    )
    zh = "值在“{path}”处没有内容：{value}。请检查连线上的路径，或先判断它是否存在。"


def parse_path(text: str) -> Path:
    """`"a.b[0]"` → `("a", "b", 0)`; an empty text is the whole value. Raises `BadPath`."""
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise BadPath(path=text)
        name, number = match.groups()
        if number is not None and int(number) > _GREATEST_INDEX:
            raise BadPath(path=text)
        parts.append(name if number is None else int(number))
        at = match.end()
    return tuple(parts)


def format_path(path: Path) -> str:
    """The text of a path as it follows a pin's name: `(0, "title")` → `[0].title`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def pick(value: Any, path: Path) -> Any:
    """The part of a value at a path. Raises `PathMissing`."""
    part: Any = value
    for step in path:
        try:
            part = _step(part, step)
        except (KeyError, IndexError, TypeError):
            raise PathMissing(path=format_path(path).lstrip("."), value=value) from None
    return part


def build(whole: Any, path: Path, value: Any) -> Any:
    """A copy of `whole` with `value` at `path`; missing lists and objects on the way are made."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        fields = dict(cast("dict[str, Any]", whole)) if isinstance(whole, dict) else {}
        fields[step] = build(fields.get(step), rest, value)
        return fields
    items = list(cast("list[Any]", whole)) if isinstance(whole, list) else []
    index = step if step >= 0 else max(len(items) + step, 0)
    items.extend([None] * (index + 1 - len(items)))
    items[index] = build(items[index], rest, value)
    return items


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return cast("dict[str | int, Any]", value)[step]
    if isinstance(value, list) and isinstance(step, int):
        return cast("list[Any]", value)[step]
    raise TypeError
