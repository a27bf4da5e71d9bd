"""Pin types, and the table by which a value of one type becomes another."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple, cast

import orjson

from luban.model.errors import LubanError
from luban.model.values import encode, is_file


class PinKind(StrEnum):
    """What a pin carries; the canvas gives each kind a colour and a shape."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OBJECT = "object"
    LIST = "list"
    FILE = "file"
    IMAGE = "image"
    MESSAGE = "message"
    TOOL = "tool"
    DATE = "date"
    ANY = "any"


class PinType(NamedTuple):
    """A kind, and for lists the kind of their items."""

    kind: PinKind
    item: PinKind | None = None

    def __str__(self) -> str:
        return f"list of {self.item.value}" if self.item else self.kind.value


class CoercionFailed(LubanError):
    """A value has no way to become what the pin takes."""

    code = "type_mismatch"
    status = 422
    en = "This takes a value of type {expected}; {value} ({got}) cannot become one."
    zh = "这里需要{expected_zh}；{value}（{got_zh}）无法转换。"

    def __init__(self, *, expected: PinType, value: object) -> None:
        super().__init__(
            expected=str(expected),
            expected_zh=_type_zh(expected),
            value=value,
            got=kind_of(value).value,
            got_zh=KIND_ZH[kind_of(value)],
        )


KIND_ZH: dict[PinKind, str] = {
    PinKind.TEXT: "文本",
    PinKind.NUMBER: "数字",
    PinKind.BOOLEAN: "是否",
    PinKind.OBJECT: "对象",
    PinKind.LIST: "列表",
    PinKind.FILE: "文件",
    PinKind.IMAGE: "图片",
    PinKind.MESSAGE: "消息",
    PinKind.TOOL: "工具",
    PinKind.DATE: "日期",
    PinKind.ANY: "任意值",
}

_TRUE = frozenset({"true", "yes", "y", "on", "1", "是", "真", "对"})
_FALSE = frozenset({"false", "no", "n", "off", "0", "否", "假", "错"})
_INTEGER = re.compile(r"[+-]?\d+")

FITS: dict[PinKind, frozenset[type]] = {
    PinKind.TEXT: frozenset({str}),
    PinKind.NUMBER: frozenset({int, float}),
    PinKind.BOOLEAN: frozenset({bool}),
    PinKind.OBJECT: frozenset({dict}),
    PinKind.LIST: frozenset({list}),
    PinKind.FILE: frozenset(),
    PinKind.IMAGE: frozenset(),
    PinKind.MESSAGE: frozenset({dict}),
    PinKind.TOOL: frozenset({dict}),
    PinKind.DATE: frozenset(),
    PinKind.ANY: frozenset({type(None), bool, int, float, str, list, dict}),
}
"""The exact types that need no conversion; the engine tests this set before it calls `coerce`."""


def kind_of(value: object) -> PinKind:
    """The kind a plain value has by itself."""
    if isinstance(value, str):
        return PinKind.TEXT
    if isinstance(value, bool):
        return PinKind.BOOLEAN
    if isinstance(value, (int, float)):
        return PinKind.NUMBER
    if isinstance(value, list):
        return PinKind.LIST
    if isinstance(value, dict):
        return PinKind.FILE if is_file(cast("object", value)) else PinKind.OBJECT
    return PinKind.ANY


def coerce(value: Any, to: PinType) -> Any:
    """The value as `to` wants it, by the table of `docs/reference/types.md`.

    `None` passes: whether a pin takes nothing is for its schema to say. Raises `CoercionFailed`.
    """
    if value is None:
        return None
    if to.item is None and type(value) in FITS[to.kind]:
        return value
    try:
        converted = _CONVERT[to.kind](value)
    except (ValueError, TypeError, orjson.JSONDecodeError):
        raise CoercionFailed(expected=to, value=value) from None
    if to.item is None:
        return converted
    item = PinType(to.item)
    return [coerce(each, item) for each in cast("list[Any]", converted)]


def can_become(source: PinType, target: PinType) -> bool:
    """Whether a link between pins of these types can ever carry a value."""
    if PinKind.ANY in (source.kind, target.kind):
        return True
    if source.kind == target.kind:
        if source.item is None or target.item is None:
            return True
        return can_become(PinType(source.item), PinType(target.item))
    if target.kind is PinKind.LIST:
        if source.kind is PinKind.TEXT or target.item is None:
            return True
        return can_become(source, PinType(target.item))
    return source.kind in BECOMES[target.kind]


BECOMES: dict[PinKind, frozenset[PinKind]] = {
    PinKind.TEXT: frozenset(PinKind) - {PinKind.FILE, PinKind.IMAGE, PinKind.TOOL},
    PinKind.NUMBER: frozenset({PinKind.TEXT, PinKind.BOOLEAN}),
    PinKind.BOOLEAN: frozenset({PinKind.TEXT, PinKind.NUMBER}),
    PinKind.OBJECT: frozenset(
        {PinKind.TEXT, PinKind.MESSAGE, PinKind.TOOL, PinKind.FILE, PinKind.IMAGE}
    ),
    PinKind.LIST: frozenset(PinKind),
    PinKind.FILE: frozenset({PinKind.TEXT, PinKind.IMAGE, PinKind.OBJECT}),
    PinKind.IMAGE: frozenset({PinKind.TEXT, PinKind.FILE, PinKind.OBJECT}),
    PinKind.MESSAGE: frozenset({PinKind.TEXT, PinKind.OBJECT}),
    PinKind.TOOL: frozenset({PinKind.OBJECT}),
    PinKind.DATE: frozenset({PinKind.TEXT}),
    PinKind.ANY: frozenset(PinKind),
}
"""For each kind of pin, the other kinds it may be linked from."""


def _to_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    if is_file(value):
        raise ValueError
    return encode(value).decode()


def _to_number(value: Any) -> int | float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)):
        return value
    if not isinstance(value, str):
        raise ValueError
    text = value.strip().replace("_", "")
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _to_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return value != 0
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError


def _to_object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = orjson.loads(value)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise ValueError


def _to_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return cast("list[Any]", value)
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            parsed = orjson.loads(value)
        except orjson.JSONDecodeError:
            return [value]
        return cast("list[Any]", parsed)
    return [value]


def _to_file(value: Any) -> dict[str, Any]:
    if is_file(value):
        return value
    raise ValueError


def _to_message(value: Any) -> dict[str, Any]:
    return {"role": "user", "content": value} if isinstance(value, str) else _to_object(value)


def _to_date(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    text = value.strip()
    (date if len(text) == len("2026-01-01") else datetime).fromisoformat(text)
    return text


def _same(value: Any) -> Any:
    return value


_CONVERT: dict[PinKind, Callable[[Any], Any]] = {
    PinKind.TEXT: _to_text,
    PinKind.NUMBER: _to_number,
    PinKind.BOOLEAN: _to_boolean,
    PinKind.OBJECT: _to_object,
    PinKind.LIST: _to_list,
    PinKind.FILE: _to_file,
    PinKind.IMAGE: _to_file,
    PinKind.MESSAGE: _to_message,
    PinKind.TOOL: _to_object,
    PinKind.DATE: _to_date,
    PinKind.ANY: _same,
}


def _type_zh(pin: PinType) -> str:
    return f"{KIND_ZH[pin.item]}的列表" if pin.item else KIND_ZH[pin.kind]
