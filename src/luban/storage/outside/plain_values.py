"""What databases hold, as JSON values."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

_SAFE = range(-(1 << 63), 1 << 64)


def as_json(value: Any) -> Any:
    """A value of a driver as JSON.

    Decimals become numbers where a number can hold all their digits and text otherwise; dates and
    times ISO 8601; spans of time seconds; bytes base64; what has no JSON form its text.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if value in _SAFE else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, decimal.Decimal):
        return _decimal(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    return _composed(value)


def _composed(value: Any) -> Any:
    if isinstance(value, Mapping):
        given = cast("Mapping[Any, Any]", value)
        return {str(name): as_json(each) for name, each in given.items()}
    if hasattr(value, "items") and hasattr(value, "keys"):  # a composite value of PostgreSQL
        return {str(name): as_json(each) for name, each in value.items()}
    if hasattr(value, "lower_inc"):  # a range of PostgreSQL
        ends = ("[" if value.lower_inc else "(") + ("]" if value.upper_inc else ")")
        return {"lower": as_json(value.lower), "upper": as_json(value.upper), "bounds": ends}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_json(each) for each in cast("Iterable[Any]", value)]
    return str(value)


def _decimal(value: decimal.Decimal) -> Any:
    if not value.is_finite():
        return None
    if value == value.to_integral_value() and abs(value) < 1 << 53:
        return int(value)
    near = float(value)
    return near if decimal.Decimal(repr(near)) == value else str(value)


def told_apart(names: Iterable[str]) -> tuple[str, ...]:
    """Columns of one name get a number: `id`, `id_2`; one without a name is called by its place."""
    made: list[str] = []
    for place, name in enumerate(names, 1):
        wanted = name or f"column_{place}"
        number = 2
        free = wanted
        while free in made:
            free, number = f"{wanted}_{number}", number + 1
        made.append(free)
    return tuple(made)
