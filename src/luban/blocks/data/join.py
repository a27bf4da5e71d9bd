"""The rows of two lists put together by what they have in common."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, cast

from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

Rows = list[dict[str, Any]]
_MOST = 1_000_000


class Join(Block):
    """Joins two lists of rows by parts that are the same, like the tables of a database.

    Fields of the second that the first has too get a 2 behind their name. For files, use Filter
    and summarize table.
    """

    id = "data.join"
    title = "Join tables"
    category = "data"
    effect = Effect.NONE
    icon = "table-columns-split"
    keywords = ("lookup", "vlookup", "merge", "left join", "inner", "match", "combine rows")

    class Input(BlockInput):
        first: Rows = Field(title="First", description="The rows that lead.")
        second: Rows = Field(title="Second", description="The rows that are looked up.")
        on: list[str] = Field(
            title="On", min_length=1, description="Parts of the first that must be the same: `id`."
        )
        second_on: list[str] = Field(
            default_factory=list,
            title="On, in the second",
            description="Their names in the second, if they are others.",
            advanced=True,
        )
        keep: Literal["left", "inner", "full", "unmatched"] = Field(
            "left",
            title="Keep",
            description="`left`: all of the first; `inner`: matching ones; `full`: all of both; "
            "`unmatched`: those of the first without a match.",
        )

    class Output(BlockOutput):
        rows: Rows = Field(title="Rows", description="The joined rows.")
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {
                "first": [{"号": 1, "额": 5}, {"号": 2, "额": 7}],
                "second": [{"号": 1, "名": "甲", "额": 0}],
                "on": ["号"],
            },
            {
                "rows": [
                    {"号": 1, "额": 5, "名": "甲", "额2": 0},
                    {"号": 2, "额": 7, "名": None, "额2": None},
                ],
                "count": 2,
            },
        ),
        Example(
            {
                "first": [{"a": 1}, {"a": 2}],
                "second": [{"id": 2, "b": 3}, {"id": 4, "b": 5}],
                "on": ["a"],
                "second_on": ["id"],
                "keep": "full",
            },
            {
                "rows": [
                    {"a": 1, "id": None, "b": None},
                    {"a": 2, "id": 2, "b": 3},
                    {"a": None, "id": 4, "b": 5},
                ],
                "count": 3,
            },
        ),
        Example(
            {"first": [{"a": 1}, {"a": 2}], "second": [{"a": 2}], "on": ["a"], "keep": "unmatched"},
            {"rows": [{"a": 1}], "count": 1},
        ),
        Example(
            {"first": [], "second": [], "on": ["a"], "second_on": ["b", "c"]},
            {"error": {"code": "invalid_value"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        names = input.second_on or input.on
        if len(names) != len(input.on):
            raise BlockError(
                f"On has {show(input.on)} and On, in the second has {show(names)}. Name as many in "
                "both.",
                zh=f"“连接列”是 {show(input.on)}，而“第二个的列”是 {show(names)}。"
                "两边的数量应相同。",
                code="invalid_value",
            )
        size = len(input.first) + len(input.second)
        rows = await beside(size, lambda: _joined(input, names))
        return {"rows": rows, "count": len(rows)}


def _joined(input: Join.Input, names: list[str]) -> Rows:
    matches: dict[Hashable, list[int]] = {}
    for place, row in enumerate(input.second):
        matches.setdefault(_key(row, names), []).append(place)
    keys = [_key(row, input.on) for row in input.first]
    if input.keep == "unmatched":
        return [row for key, row in zip(keys, input.first, strict=True) if key not in matches]
    renamed = _renamed(input, names)
    nothing = dict.fromkeys(renamed.values())
    rows: Rows = []
    used: set[int] = set()
    for key, row in zip(keys, input.first, strict=True):
        found = matches.get(key, [])
        used.update(found)
        for place in found:
            rows.append({**row, **_fields(input.second[place], renamed)})
            if len(rows) > _MOST:
                raise _too_many()
        if not found and input.keep != "inner":
            rows.append({**row, **nothing})
    if input.keep == "full":
        columns = list(dict.fromkeys(name for row in input.first for name in row))
        for place, row in enumerate(input.second):
            if place not in used:
                alone = dict.fromkeys(columns) | _shared(row, input.on, names)
                rows.append({**alone, **_fields(row, renamed)})
    return rows


def _key(row: dict[str, Any], paths: list[str]) -> Hashable:
    """Nothing is the same as nothing else: rows without the part never match."""
    parts = [part_or_none(row, path.strip()) for path in paths]
    return tuple(object() if part is None else identity(part) for part in parts)


def _renamed(input: Join.Input, names: list[str]) -> dict[str, str]:
    """What fields of the second are called in the result; the shared ones are there already."""
    taken = {name for row in input.first for name in row}
    columns = dict.fromkeys(name for row in input.second for name in row)
    shared = {two for one, two in zip(input.on, names, strict=True) if one == two}
    return {name: f"{name}2" if name in taken else name for name in columns if name not in shared}


def _fields(row: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    return {new: row.get(old) for old, new in renamed.items()}


def _shared(row: dict[str, Any], on: list[str], names: list[str]) -> dict[str, Any]:
    return {
        one: cast("Any", part_or_none(row, two))
        for one, two in zip(on, names, strict=True)
        if one == two
    }


def _too_many() -> BlockError:
    return BlockError(
        f"The tables join to more than {_MOST:,} rows. Is the same value there many times on both "
        "sides? Join on more parts, or remove duplicates.",
        zh=f"两张表连接后超过 {_MOST:,} 行。两边是否有大量相同的值？请按更多的列连接，或先去重。",
        code="too_many_rows",
    )
