"""When older turns become a summary, and which: whole turns, with the results of their calls."""

from __future__ import annotations

from collections.abc import Sequence

_BYTES = 3
"""Of UTF-8 to a model token: too few for English, about right for Chinese; it may be too early."""
_KEPT = 0.5
"""Of the bound, for the turns that stay as they are."""

ASK = (
    "Below is the older part of a task that is still under way. Summarise it for whoever goes on "
    "with it: what was asked, what was found out (with figures, names and addresses word for "
    "word), what was tried and failed, what is decided and what is left to do. Name the numbers of "
    "the steps facts come from. Write nothing but the summary."
)


def size_of(text: str) -> int:
    """About how many model tokens a text has."""
    return len(text.encode("utf-8", "replace")) // _BYTES + 4


def summarised_until(sizes: Sequence[int], fixed: int, already: int, bound: int) -> int:
    """How many of the turns, from the first, are to be in the summary.

    `sizes` are those of all turns, `fixed` what is sent anyway, and `already` how many turns are in
    a summary. Turns go while the rest is larger than half of the bound; the newest always stays.
    """
    left = sum(sizes[already:])
    if fixed + left <= bound:
        return already
    room = max(int(bound * _KEPT) - fixed, 0)
    cut = already
    while cut < len(sizes) - 1 and left > room:
        left -= sizes[cut]
        cut += 1
    return cut
