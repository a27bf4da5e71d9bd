"""Values out of the subset as plain data; whatever is none says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time
from typing import Any, cast

_DEEPEST = 100
_MOST = 5_000_000
"""Values in a result, each of which costs us more than it cost there."""


def as_data(value: Any) -> Any:
    """Raises `TypeError` and `ValueError` in words for whoever wrote the code."""
    return _Reading().read(value, 0)


class _Reading:
    def __init__(self) -> None:
        self._left = _MOST

    def read(self, value: Any, deep: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"the result has more than {_MOST} values")
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            if not -(1 << 63) <= value < 1 << 64:
                raise ValueError("the result holds a number of more than 64 bits: make text of it")
            return value
        if isinstance(value, float):
            if not math.isfinite(value):
                raise ValueError(f"the result holds {value!r}, which is no JSON number")
            return value
        if deep > _DEEPEST:
            raise ValueError(f"the result is nested more than {_DEEPEST} deep")
        if isinstance(value, Mapping):
            items = cast("Mapping[Any, Any]", value).items()
            return {str(key): self.read(each, deep + 1) for key, each in items}
        if isinstance(value, (list, tuple)):
            return [self.read(each, deep + 1) for each in cast("list[Any]", value)]
        if isinstance(value, (date, time)):
            return value.isoformat()
        raise TypeError(
            f"the result holds a {type(value).__name__}, which is no data: make text, numbers, "
            "lists and objects of it"
        )
