"""When two values are the same: by what they hold, so that they can be looked up in sets."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, cast


def identity(value: Any) -> Hashable:
    """Something hashable that is equal for equal values: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bool):
        return ("b", value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, list):
        return ("l", *map(identity, cast("list[Any]", value)))
    fields = cast("dict[str, Any]", value)
    return ("o", frozenset((name, identity(part)) for name, part in fields.items()))
