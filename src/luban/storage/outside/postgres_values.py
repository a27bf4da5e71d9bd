"""JSON values as the types that parameters of a PostgreSQL statement have."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from luban.model.values import encode
from luban.storage.outside.errors import BadParameter

_WHOLE = frozenset({"int2", "int4", "int8", "oid"})
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "citext", "xml", "unknown"})


def bound(types: Sequence[Any], names: Sequence[str], values: Mapping[str, Any]) -> list[Any]:
    """The values in the order of the parameters. Raises `BadParameter`."""
    made: list[Any] = []
    for kind, name in zip(types, dict.fromkeys(names), strict=True):
        try:
            made.append(_as_type(values[name], kind.name, kind.kind == "array"))
        except (ValueError, TypeError, decimal.InvalidOperation) as error:
            raise BadParameter(name=name, cause=f"{kind.name}: {error}") from error
    return made


def _as_type(value: Any, name: str, is_array: bool) -> Any:
    if value is None:
        return None
    if is_array:
        if not isinstance(value, (list, tuple)):
            raise ValueError("a list is needed")
        return [_as_type(each, name.removesuffix("[]"), False) for each in value]
    if name in _WHOLE:
        return _whole(value)
    if name in _TEXTS:
        return value if isinstance(value, str) else encode(value).decode()
    if name in ("json", "jsonb"):
        return value
    if name == "bool":
        return _boolean(value)
    reader = _READ.get(name)
    return reader(value) if reader else value if isinstance(value, str) else str(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(f"{value!r} is no whole number")
    return int(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "false": False}
    if str(value).lower() not in known:
        raise ValueError(f"{value!r} is neither true nor false")
    return known[str(value).lower()]


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, (int, float)):
        return dt.datetime.fromtimestamp(value, dt.UTC)
    return dt.datetime.fromisoformat(str(value))


def _with_zone(value: Any) -> dt.datetime:
    made = _moment(value)
    return made if made.tzinfo else made.replace(tzinfo=dt.UTC)


def _bytes(value: Any) -> bytes:
    return base64.b64decode(str(value), validate=True)


_READ: dict[str, Callable[[Any], Any]] = {
    "float4": float,
    "float8": float,
    "numeric": lambda value: decimal.Decimal(str(value)),
    "money": str,
    "date": lambda value: dt.date.fromisoformat(str(value)[:10]),
    "time": lambda value: dt.time.fromisoformat(str(value)),
    "timestamp": lambda value: (
        _with_zone(value).astimezone(dt.UTC).replace(tzinfo=None)
        if not isinstance(value, str) or _moment(value).tzinfo
        else _moment(value)
    ),
    "timestamptz": _with_zone,
    "interval": lambda value: dt.timedelta(seconds=float(value)),
    "uuid": lambda value: uuid.UUID(str(value)),
    "bytea": _bytes,
}
