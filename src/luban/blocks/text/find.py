"""Addresses, numbers and the like found in a text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Literal

import regex

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Emissions, Emit, Example, Field
from luban.sdk.patterns import bounded, compile_pattern

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_UNITS = {"万": 10**4, "亿": 10**8, "k": 10**3, "m": 10**6, "bn": 10**9}
_RIM = "。，；：！？、）】》”’.,;:!?)]}>'\""

_PATTERNS = {
    "emails": (
        r"(?<![\w.+-])[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,24}"
    ),
    "urls": r"(?:https?://|www\.)[^\s<>\"“”「」，。；！？、（）]+",
    "numbers": (
        r"(?<![\w.])[-−+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
        r"(?:\s?(?:[万亿]|(?:bn|[kKmM])(?![\p{L}]))|(?![\d\p{Latin}]))"
    ),
    "dates": (
        r"(?P<y>\d{4})\s*(?:年\s*|[-/.])(?P<m>\d{1,2})\s*(?:月\s*|[-/.])(?P<d>\d{1,2})(?!\d)"
        r"|(?<!\d)(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})(?!\d)"
        r"|(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?P<n>[A-Z][a-z]{2})[a-z]*\.?,?\s+(?P<y>\d{4})"
        r"|(?P<n>[A-Z][a-z]{2})[a-z]*\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"
    ),
    "times": r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])",
    "phones": r"(?<![\w+.-])(?:\+\d{1,3}[ -]?)?(?:\(\d{1,5}\)[ -]?)?\d(?:[ -]?\d){6,13}(?![\w-])",
    "hashtags": r"(?<![\w&])[#＃][\p{L}\p{N}_]+",
    "mentions": r"(?<![\w.])@[\p{L}\p{N}_][\p{L}\p{N}_.-]*(?<![.-])",
    "addresses": (
        r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])"
    ),
}  # fmt: skip


def _number(found: regex.Match[str]) -> float | None:
    text = found.group().replace(",", "").replace("−", "-").strip()
    digits = text.rstrip("万亿kKmMbn ")
    unit = text[len(digits) :].strip().lower()
    value = float(digits) * _UNITS.get(unit, 1)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _date(found: regex.Match[str]) -> str | None:
    name = (found["n"] or "").lower()
    if name and name not in _MONTHS:
        return None
    month = _MONTHS.index(name) + 1 if name else int(found["m"])
    try:
        return date(int(found["y"]), month, int(found["d"])).isoformat()
    except ValueError:
        return None


def _url(found: regex.Match[str]) -> str:
    """Without the marks of the sentence around it; a bracket that was opened inside stays."""
    text = found.group()
    while text and text[-1] in _RIM:
        if text[-1] == ")" and text.count("(") >= text.count(")"):
            break
        text = text[:-1]
    return text


_READ: dict[str, Callable[[regex.Match[str]], Any]] = {
    "numbers": _number,
    "dates": _date,
    "urls": _url,
}


class Find(Block):
    """Finds e-mail addresses, links, numbers, dates or the like in a text, and gives each."""

    id = "text.find"
    title = "Find in text"
    category = "text"
    effect = Effect.NONE
    icon = "scan-search"
    keywords = ("extract", "e-mail", "url", "number", "date", "phone", "hashtag", "ip", "entities")

    class Input(BlockInput):
        text: str = Field(title="Text", description="Where to look.", widget="textarea")
        kind: Literal[
            "emails",
            "urls",
            "numbers",
            "dates",
            "times",
            "phones",
            "hashtags",
            "mentions",
            "addresses",
        ] = Field(
            "emails",
            title="What",
            description="Numbers come as numbers (3.5万 is 35000), dates as 2026-01-31; addresses "
            "are those of the internet, such as 10.0.0.1.",
        )
        unique: bool = Field(
            True, title="Each once", description="Leave out what was found before."
        )

    class Output(BlockOutput):
        item: Any = Emit("Each of them, in order.", title="Found", main=True)
        items: list[Any] = Field(title="All", description="All of them as a list.")
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {"text": "Write to a.b@x.org, or <c@桥.cn>. Not a@b. A.B@x.org!"},
            {
                "item": ["a.b@x.org", "c@桥.cn", "A.B@x.org"],
                "items": ["a.b@x.org", "c@桥.cn", "A.B@x.org"],
                "count": 3,
            },
        ),
        Example(
            {"text": "见https://x.org/a_(b)。又见 (www.y.cn/?q=1).", "kind": "urls"},
            {
                "item": ["https://x.org/a_(b)", "www.y.cn/?q=1"],
                "items": ["https://x.org/a_(b)", "www.y.cn/?q=1"],
                "count": 2,
            },
        ),
        Example(
            {"text": "1,234.5 元，-7，3.5万，v2, 2 bn, 7", "kind": "numbers"},
            {
                "item": [1234.5, -7, 35000, 2000000000, 7],
                "items": [1234.5, -7, 35000, 2000000000, 7],
                "count": 5,
            },
        ),
        Example(
            {"text": "2026年1月31日, 31.01.2026, 1st Feb 2026, March 3, 2026", "kind": "dates"},
            {
                "item": ["2026-01-31", "2026-02-01", "2026-03-03"],
                "items": ["2026-01-31", "2026-02-01", "2026-03-03"],
                "count": 3,
            },
        ),
        Example(
            {"text": "电话 010-6275 1234 或 +86 138 0000 0000", "kind": "phones"},
            {
                "item": ["010-6275 1234", "+86 138 0000 0000"],
                "items": ["010-6275 1234", "+86 138 0000 0000"],
                "count": 2,
            },
        ),
        Example(
            {"text": "10.0.0.1 10.0.0.256 10.0.0.1", "kind": "addresses", "unique": False},
            {"item": ["10.0.0.1", "10.0.0.1"], "items": ["10.0.0.1", "10.0.0.1"], "count": 2},
        ),
        Example({"text": "none", "kind": "mentions"}, {"items": [], "count": 0}),
    )

    async def run(self, input: Input) -> Emissions:
        compiled = compile_pattern(_PATTERNS[input.kind])
        read = _READ.get(input.kind, regex.Match.group)

        def search(**limits: Any) -> list[Any]:
            every = (read(found) for found in compiled.finditer(input.text, **limits))
            return [each for each in every if each is not None]

        items = await bounded(compiled, partial(search))
        if input.unique:
            items = list(dict.fromkeys(items))
        sent = Emissions(("item", item) for item in items)
        sent += [("items", items), ("count", len(items))]
        return sent
