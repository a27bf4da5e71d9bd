"""The functions of CEL expressions: those of the language, and of its usual extensions."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from re import ASCII, compile
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from luban.sdk import BlockError
from luban.sdk.patterns import compile_pattern
from luban.sdk.values import encode, show

_DURATION = compile(r"(-?)((?:\d+(?:\.\d+)?(?:h|ms|us|ns|m|s))+)", ASCII)
_PART = compile(r"(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)")
_SECONDS = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_PATTERN_SECONDS = 0.5
_LONGEST = 10_000_000


class Refused(Exception):
    """A function was given a value that it can do nothing with."""

    def __init__(self, why: str, why_zh: str) -> None:
        super().__init__(why)
        self.why, self.why_zh = why, why_zh


def plain(value: Any) -> Any:
    """A single value as it travels along links: times and durations as text."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return _seconds(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _seconds(value: timedelta) -> str:
    return f"{value.total_seconds():.6f}".rstrip("0").rstrip(".") + "s"


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return cast("list[Any]", value)


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(plain(value)) if isinstance(value, timedelta | datetime) else encode(value).decode()


def _int(value: Any) -> int:
    if isinstance(value, datetime):
        return math.floor(value.timestamp())
    if isinstance(value, str):
        if len(value) > 20:
            raise ValueError
        return int(value)
    return int(_number(value))


def _double(value: Any) -> float:
    if isinstance(value, str):
        if len(value) > 400 or "_" in value:
            raise ValueError
        return float(value)
    return float(_number(value))


def _bool(value: Any) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    if isinstance(value, bool):
        return value
    return known[value.lower()] if _text(value).lower() in known else _unknown(value)


def _unknown(value: Any) -> Any:
    raise Refused(
        f"{show(value)} is neither true nor false", f"{show(value)} 既不是 true 也不是 false"
    )


def _size(value: Any) -> int:
    if isinstance(value, (str, list, dict)):
        return len(cast("str", value))
    raise TypeError


def _type(value: Any) -> str:
    names = {bool: "bool", int: "int", float: "double", str: "string", list: "list", dict: "map"}
    names |= {datetime: "timestamp", timedelta: "duration", type(None): "null_type"}
    return names[cast("type[Any]", type(value))]


def _timestamp(value: Any) -> datetime:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    except ValueError as error:
        raise Refused(
            f"{show(value)} is no time such as 2026-01-31T08:00:00Z",
            f"{show(value)} 不是 2026-01-31T08:00:00Z 这样的时间",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(_text(value)) if len(_text(value)) < 100 else None
    if found is None:
        raise Refused(
            f"{show(value)} is no duration such as 1h30m", f"{show(value)} 不是 1h30m 这样的时长"
        )
    seconds = sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(found[2]))
    return timedelta(seconds=-seconds if found[1] else seconds)


def _matches(text: Any, pattern: Any) -> bool:
    try:
        compiled = compile_pattern(_text(pattern), dot_all=False)
        return compiled.search(_text(text), timeout=_PATTERN_SECONDS) is not None
    except BlockError as error:
        raise Refused(str(error).rstrip("."), error.message_zh.rstrip("。")) from error
    except TimeoutError as error:
        raise Refused("the pattern takes too long", "匹配模式耗时过长") from error


def _replace(text: Any, old: Any, new: Any) -> str:
    text, old, new = _text(text), _text(old), _text(new)
    times = text.count(old)
    if len(text) + times * (len(new) - len(old)) > _LONGEST:
        raise Refused("the text gets too long", "文本过长")
    return text.replace(old, new)


def _join(items: Any, between: Any = "") -> str:
    parts = [_text(item) for item in _items(items)]
    if sum(map(len, parts)) + len(parts) * len(_text(between)) > _LONGEST:
        raise Refused("the text gets too long", "文本过长")
    return _text(between).join(parts)


def _substring(text: Any, start: Any, end: Any = None) -> str:
    length = len(_text(text))
    stop = length if end is None else end
    if isinstance(start, bool) or not 0 <= start <= stop <= length:
        raise Refused(
            f"there are no characters {start} to {stop} in {show(text)}",
            f"{show(text)} 中没有第 {start} 到 {stop} 个字符",
        )
    return text[start:stop]


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def chosen(*given: Any) -> Any:
        numbers = _items(given[0]) if len(given) == 1 and isinstance(given[0], list) else given
        return choose(_number(each) for each in numbers)

    return chosen


def _sum(items: Any) -> Any:
    return sum(_number(each) for each in _items(items))


def _sort(items: Any) -> list[Any]:
    kinds = {type(each) if isinstance(each, str) else type(_number(each)) for each in _items(items)}
    if str in kinds and len(kinds) > 1:
        raise TypeError
    return sorted(_items(items))


def _distinct(items: Any) -> list[Any]:
    firsts: dict[bytes, Any] = {}
    for each in _items(items):
        firsts.setdefault(encode(each), each)
    return list(firsts.values())


def _part_of(name: str) -> Callable[..., int]:
    parts: dict[str, Callable[[datetime], int]] = {
        "getFullYear": lambda at: at.year,
        "getMonth": lambda at: at.month - 1,
        "getDate": lambda at: at.day,
        "getDayOfMonth": lambda at: at.day - 1,
        "getDayOfWeek": lambda at: at.isoweekday() % 7,
        "getDayOfYear": lambda at: at.timetuple().tm_yday - 1,
        "getHours": lambda at: at.hour,
        "getMinutes": lambda at: at.minute,
        "getSeconds": lambda at: at.second,
    }
    spans = {"getHours": 3600, "getMinutes": 60, "getSeconds": 1}

    def part(value: Any, zone: Any = "UTC") -> int:
        if isinstance(value, timedelta) and name in spans:
            return int(value.total_seconds() // spans[name])
        try:
            return parts[name](cast("datetime", value).astimezone(ZoneInfo(_text(zone))))
        except (ZoneInfoNotFoundError, OSError) as error:
            raise Refused(f"there is no zone {show(zone)}", f"没有时区 {show(zone)}") from error

    return part


_DATES = (
    *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
    *("getHours", "getMinutes", "getSeconds"),
)
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": _size,
    "string": _string,
    "int": _int,
    "uint": _int,
    "double": _double,
    "bool": _bool,
    "type": _type,
    "dyn": lambda value: value,
    "timestamp": _timestamp,
    "duration": _duration,
    "matches": _matches,
    "math.greatest": _extreme(max),
    "math.least": _extreme(min),
    "math.abs": lambda value: abs(_number(value)),
    "math.ceil": lambda value: math.ceil(_number(value)),
    "math.floor": lambda value: math.floor(_number(value)),
    "math.round": lambda value: math.floor(abs(_number(value)) + 0.5) * (1 if value >= 0 else -1),
    "math.sqrt": lambda value: math.sqrt(_number(value)),
}
METHODS: dict[str, Callable[..., Any]] = {
    "size": _size,
    "contains": lambda text, part: _text(part) in _text(text),
    "startsWith": lambda text, part: _text(text).startswith(_text(part)),
    "endsWith": lambda text, part: _text(text).endswith(_text(part)),
    "matches": _matches,
    "lowerAscii": lambda text: _text(text).lower(),
    "upperAscii": lambda text: _text(text).upper(),
    "trim": lambda text: _text(text).strip(),
    "split": lambda text, sign: _text(text).split(_text(sign)) if sign else list(_text(text)),
    "join": _join,
    "replace": _replace,
    "substring": _substring,
    "indexOf": lambda text, part: _text(text).find(_text(part)),
    "lastIndexOf": lambda text, part: _text(text).rfind(_text(part)),
    "reverse": lambda value: value[::-1] if isinstance(value, str) else _items(value)[::-1],
    "sum": _sum,
    "sort": _sort,
    "distinct": _distinct,
    "min": _extreme(min),
    "max": _extreme(max),
    **{name: _part_of(name) for name in _DATES},
}
