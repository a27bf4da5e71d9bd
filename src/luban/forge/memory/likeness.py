"""Whether something told is new, is known already, or takes the place of what was known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from luban.forge.memory.remembered import Remembered
from luban.forge.memory.weighty import alike, denies, numbers, weighty

SAME_WORDS = 0.9
"""Texts that share so much of their weighty words say the same."""
SAME_MEANING = 0.95
"""Vectors so near say the same, if the words are near too: models put Tom the cat beside Tom the
dog."""
NEAR_WORDS = 0.5
REPLACES = 0.3
"""Of the same kind and about the same thing, one that shares so much takes the other's place."""


class Candidate(NamedTuple):
    """A memory that something told may be like; `cosine` is 0 where there are no vectors."""

    memory: Remembered
    cosine: float = 0.0


class Verdict(NamedTuple):
    """What to do: which memory says the same, or which ones are no longer so."""

    outcome: Literal["new", "known", "updated", "replaced"]
    same: Remembered | None = None
    replaced: tuple[Remembered, ...] = ()


def judged(told: Remembered, known: Sequence[Candidate], replaces: str = "") -> Verdict:
    """What nobody vouches for never changes what somebody does: it is kept beside it."""
    mine = weighty(told.text)
    replaced: list[Remembered] = []
    for memory, cosine in known:
        if memory.superseded_by:
            continue
        shared = alike(mine, weighty(memory.text))
        if _same(told, memory, shared, cosine):
            if memory.trusted and not told.trusted:
                return Verdict("known", memory)
            same_text = memory.text == told.text
            return Verdict("known" if same_text else "updated", memory)
        may = told.trusted or not memory.trusted
        if may and (memory.id == replaces or _takes_its_place(told, memory, shared)):
            replaced.append(memory)
    return Verdict("replaced", None, tuple(replaced)) if replaced else Verdict("new")


def _same(told: Remembered, memory: Remembered, shared: float, cosine: float) -> bool:
    if told.text == memory.text:
        return True
    if numbers(told.text) != numbers(memory.text) or denies(told.text) != denies(memory.text):
        return False
    if not weighty(told.text):
        return False
    return shared >= SAME_WORDS or (cosine >= SAME_MEANING and shared >= NEAR_WORDS)


def _takes_its_place(told: Remembered, memory: Remembered, shared: float) -> bool:
    if shared >= SAME_WORDS and denies(told.text) != denies(memory.text):
        return True
    about = told.about.strip().casefold()
    return (
        bool(about)
        and about == memory.about.strip().casefold()
        and told.kind == memory.kind
        and told.kind != "episode"
        and shared >= REPLACES
    )
