"""Where a part of an item stands, for blocks that take a path as text."""

from __future__ import annotations

import re
from typing import Any, cast

from luban.sdk.values import Path, PathMissing, parse_path, pick

_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)


def part_or_none(item: Any, path: str) -> Any:
    """What an item has at a path, or `None`; an empty path is the item itself.

    A name of a column may hold dots and brackets itself, so it is looked up whole first. Raises
    `BadPath`.
    """
    if not path:
        return item
    if isinstance(item, dict) and path in item:
        return cast("dict[str, Any]", item)[path]
    try:
        return pick(item, parse_path(path))
    except PathMissing:
        return None


def place_in(whole: Any, path: str) -> Path:
    """The steps to a part of a list or an object, as `Pick` reads them.

    A name of the outermost object may hold dots itself; a number counts in a list without
    brackets too. Raises `BadPath`.
    """
    path = path.strip()
    if isinstance(whole, dict) and path in whole:
        return (path,)
    steps: list[str | int] = []
    part = whole
    for step in parse_path(path):
        number = isinstance(part, list) and isinstance(step, str) and _NUMBER.fullmatch(step)
        steps.append(int(step) if number else step)
        try:
            part = pick(part, (steps[-1],))
        except PathMissing:
            part = None
    return tuple(steps)
