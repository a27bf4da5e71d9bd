"""Parts of a text taken out by a pattern."""

from __future__ import annotations

from typing import Any

import regex

from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)
from luban.sdk.patterns import bounded, compile_pattern
from luban.sdk.values import PinKind, PinType, coerce


class Extract(Block):
    """Takes out of a text what a pattern matches, or one group of it."""

    id = "text.extract"
    title = "Extract text"
    category = "text"
    effect = Effect.NONE
    icon = "text-select"
    keywords = ("regex", "pattern", "find", "capture", "groups", "parse")

    class Input(BlockInput):
        text: Any = Field(title="Text", description="Where to search.")
        pattern: str = Field(title="Pattern", description="A regular expression.")
        group: Any = Field(
            0,
            title="Group",
            description="Which group to take, by number or name; 0 is the whole match.",
        )
        find_all: bool = Field(
            False, title="Find all", description="Take every match, not only the first."
        )
        case_sensitive: bool = Field(
            True, title="Match case", description="Tell A from a.", advanced=True
        )
        dot_all: bool = Field(
            True,
            title="Dot is any character",
            description="Let `.` match line breaks too.",
            advanced=True,
        )

    class Output(BlockOutput):
        positive: str = Emit("Each match.", title="Match", main=True)
        negative: str = Field(
            title="Not found", description="The text, given only when nothing matched."
        )
        matched_results: list[str] = Field(title="Matches", description="All matches as a list.")
        matched_count: int = Field(title="Count", description="How many matches there are.")
        groups: list[dict[str, Any]] = Field(
            title="Groups",
            description="All groups of each match, by name or number; a pattern without any has "
            "none.",
        )

    examples = (
        Example(
            {"text": "id=4;id=9", "pattern": r"id=(\d)", "group": 1},
            {
                "positive": ["4"],
                "matched_results": ["4"],
                "matched_count": 1,
                "groups": [{"1": "4"}],
            },
        ),
        Example(
            {"text": "id=4;id=9", "pattern": r"id=(\d)", "group": 1, "find_all": True},
            {
                "positive": ["4", "9"],
                "matched_results": ["4", "9"],
                "matched_count": 2,
                "groups": [{"1": "4"}, {"1": "9"}],
            },
        ),
        Example(
            {"text": "zzz", "pattern": r"\d"},
            {"negative": "zzz", "matched_results": [], "matched_count": 0, "groups": []},
        ),
        Example(
            {"text": "李雷：30 岁", "pattern": r"(?P<age>\d+) 岁", "group": "age"},
            {
                "positive": ["30"],
                "matched_results": ["30"],
                "matched_count": 1,
                "groups": [{"age": "30"}],
            },
        ),
        Example({"text": "x", "pattern": "("}, {"error": {"code": "bad_pattern"}}),
    )

    async def run(self, input: Input) -> Emissions:
        text = "" if input.text is None else coerce(input.text, PinType(PinKind.TEXT))
        found = await _matches(input, text)
        results = [taken for taken, _ in found]
        sent = Emissions(("positive", part) for part in results)
        if not found:
            sent.append(("negative", text))
        sent += [("matched_results", results), ("matched_count", len(found))]
        sent.append(("groups", [groups for _, groups in found if groups]))
        return sent


async def _matches(input: Extract.Input, text: str) -> list[tuple[str, dict[str, str | None]]]:
    """The wanted group of each match, and all of its groups.

    A group the pattern does not have matches nothing.
    """
    compiled = compile_pattern(
        input.pattern, case_sensitive=input.case_sensitive, dot_all=input.dot_all
    )
    group = _group(input.group)
    known = group in compiled.groupindex if isinstance(group, str) else group <= compiled.groups
    if not known:
        return []
    names = {number: name for name, number in compiled.groupindex.items()}

    def taken(found: regex.Match[str]) -> tuple[str, dict[str, str | None]]:
        parts = enumerate(found.groups(), 1)
        return found.group(group) or "", {names.get(at, str(at)): part for at, part in parts}

    def search(**limits: Any) -> list[tuple[str, dict[str, str | None]]]:
        if not input.find_all:
            first = compiled.search(text, **limits)
            return [] if first is None else [taken(first)]
        return [taken(found) for found in compiled.finditer(text, **limits)]

    return await bounded(compiled, search)


def _group(given: Any) -> int | str:
    text = str(given).strip()
    return int(text) if text.isdecimal() and len(text) < 4 else text
