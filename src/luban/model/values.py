"""The values that travel along links: plain JSON, frozen into bytes one way only."""

from __future__ import annotations

import math
from typing import Any, cast

import orjson
from pydantic_core import to_jsonable_python

from luban.model.errors import NotStorable

type_of_scalar = frozenset({type(None), bool, int, float, str})

FILE_KEY = "$file"


def plain(value: Any) -> Any:
    """The value as the journal would give it back: only JSON types, shared with nobody.

    Raises `NotStorable` for what JSON cannot hold. Scalars, nearly all of the traffic, pass as
    they are.
    """
    kind = cast("type[Any]", type(value))
    if kind is int:
        if -(1 << 63) <= value < 1 << 64:
            return value
        raise NotStorable(type="int", cause="it needs more than 64 bits")
    if kind is str or kind is bool or value is None:
        return value
    if kind is float:
        return value if math.isfinite(value) else None
    return orjson.loads(encode(value))


def encode(value: Any) -> bytes:
    """The value as JSON bytes. Raises `NotStorable`."""
    try:
        return orjson.dumps(value, default=_jsonable, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError) as error:
        raise NotStorable(type=type(value).__name__, cause=str(error)) from error


def canonical(value: Any) -> bytes:
    """JSON bytes that are equal for equal values: sorted keys, no spaces."""
    return orjson.dumps(value, default=_jsonable, option=orjson.OPT_SORT_KEYS)


decode = orjson.loads


def _jsonable(value: Any) -> Any:
    return to_jsonable_python(value, bytes_mode="base64", inf_nan_mode="null")


def is_file(value: object) -> bool:
    """Whether a value is a reference to a stored file."""
    return isinstance(value, dict) and isinstance(
        cast("dict[str, object]", value).get(FILE_KEY), str
    )
