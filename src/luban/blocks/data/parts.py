"""Where a part of an item stands, for blocks that take a path as text."""

from __future__ import annotations

from typing import Any, cast

from luban.sdk.values import PathMissing, parse_path, pick


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
