"""Texts that stand for a file which is not stored yet: web addresses and data URIs."""

from __future__ import annotations

import re
from typing import Any, cast

from luban.model.pins import PinKind, PinType
from luban.model.values import FILE_KEY

_ELSEWHERE = re.compile(r"https?://\S+|data:[^,\s]*,.*", re.DOTALL | re.IGNORECASE)
_FILES = frozenset({PinKind.FILE, PinKind.IMAGE})
_STAND_IN = {FILE_KEY: "f_elsewhere"}


def is_elsewhere(value: object) -> bool:
    """Whether a value is such a text."""
    return isinstance(value, str) and _ELSEWHERE.fullmatch(value.strip()) is not None


def takes_files(to: PinType) -> bool:
    """Whether a pin takes a file, or a list of them."""
    return to.kind in _FILES or to.item in _FILES


def names_elsewhere(value: object, to: PinType) -> bool:
    """Whether a value for this pin is, or holds, a file that must be fetched first."""
    if not takes_files(to):
        return False
    if isinstance(value, list):
        return any(is_elsewhere(each) for each in cast("list[object]", value))
    return is_elsewhere(value)


def with_stand_ins(value: Any, to: PinType) -> Any:
    """The value as it will be once its files are fetched, for whoever only looks at its form."""
    if not names_elsewhere(value, to):
        return value
    if isinstance(value, list):
        return [_STAND_IN if is_elsewhere(each) else each for each in cast("list[Any]", value)]
    return _STAND_IN
