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

    examples = (
        Example(
            {"text": "id=4;id=9", "pattern": r"id=(\d)", "group": 1},
            {"positive": ["4"], "matched_results": ["4"], "matched_count": 1},
        ),
        Example(
            {"text": "id=4;id=9", "pattern": r"id=(\d)", "group": 1, "find_all": True},
            {"positive": ["4", "9"], "matched_results": ["4", "9"], "matched_count": 2},
        ),
        Example(
            {"text": "zzz", "pattern": r"\d"},
            {"negative": "zzz", "matched_results": [], "matched_count": 0},
        ),
        Example(
            {"text": "李雷：30 岁", "pattern": r"(?P<age>\d+) 岁", "group": "age"},
            {"positive": ["30"], "matched_results": ["30"], "matched_count": 1},
        ),
    )

    async def run(self, input: Input) -> Emissions:
        text = "" if input.text is None else coerce(input.text, PinType(PinKind.TEXT))
        found = await _matches(input, text)
        sent = Emissions(("positive", part) for part in found)
        if not found:
            sent.append(("negative", text))
        sent += [("matched_results", found), ("matched_count", len(found))]
        return sent


async def _matches(input: Extract.Input, text: str) -> list[str]:
    """The wanted group of each match; a group the pattern does not have matches nothing."""
    compiled = compile_pattern(
        input.pattern, case_sensitive=input.case_sensitive, dot_all=input.dot_all
    )
    group = _group(input.group)
    known = group in compiled.groupindex if isinstance(group, str) else group <= compiled.groups
    if not known:
        return []

    def search(**limits: Any) -> list[str]:
        if not input.find_all:
            first = compiled.search(text, **limits)
            return [] if first is None else [first.group(group) or ""]
        every = compiled.finditer(text, **limits)
        return [_taken(found, group) for found in every]

    return await bounded(compiled, search)


def _taken(found: regex.Match[str], group: int | str) -> str:
    return found.group(group) or ""


def _group(given: Any) -> int | str:
    text = str(given).strip()
    return int(text) if text.isdecimal() and len(text) < 4 else text
