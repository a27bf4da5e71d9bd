"""What a model thinks before it acts, in four parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

_PARTS = ("reasoning", "plan", "criticism")
_HEADING = re.compile(
    r"^[ \t]*(?:\*\*|#+[ \t]*)?(thoughts?|reasoning|plan|criticism)(?:\*\*)?[ \t]*[:：](?:\*\*)?",
    re.IGNORECASE | re.MULTILINE,
)


class Thoughts(NamedTuple):
    """`text` is what it wants to say; `plan` is lines that begin with `- `."""

    text: str = ""
    reasoning: str = ""
    plan: str = ""
    criticism: str = ""


def read(text: str, reasoning: str = "") -> Thoughts:
    """The parts of a text by their headings; without headings all of it is `text`."""
    found = list(_HEADING.finditer(text))
    parts: dict[str, str] = {}
    ends = [*(heading.start() for heading in found[1:]), len(text)]
    for heading, end in zip(found, ends, strict=False):
        name = heading.group(1).lower()
        parts[name] = text[heading.end() : end].strip()
    before = text[: found[0].start()].strip() if found else text.strip()
    said = parts.get("thoughts") or parts.get("thought") or before
    reasons = parts.get("reasoning") or reasoning.strip()
    return Thoughts(said, reasons, parts.get("plan", ""), parts.get("criticism", ""))


def of_value(told: Any, reasoning: str = "") -> Thoughts:
    """The parts of an object, as models write them: a plan may be a list, a text all there is."""
    if not isinstance(told, Mapping):
        return Thoughts(str(told or ""), reasoning)
    named = cast("Mapping[str, Any]", told)
    reasons, plan, criticism = (_text(named.get(part)) for part in _PARTS)
    return Thoughts(_text(named.get("text")), reasons or reasoning, plan, criticism)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(f"- {item}" for item in cast("list[Any]", value))
    return "" if value is None else str(value).strip()
