"""When a delivery is tried again, and when it is given up: decided from answer and count alone."""

from __future__ import annotations

from typing import Literal, NamedTuple

WAITS = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800)
"""Seconds after each failed attempt: eleven attempts within 22 hours."""
REFUSALS = 3
"""Attempts after which an answer that says the request itself is wrong is believed."""
_SPREAD = 0.2
_LONGEST_ASKED = 6 * 3600.0
_PASSING = frozenset({408, 409, 421, 423, 425, 429})
"""Answers of the 400s that may be another next time."""
GONE = 410


class Verdict(NamedTuple):
    """What becomes of a delivery; `again_in` are seconds. `gone` switches the webhook off."""

    status: Literal["delivered", "waiting", "dead"]
    again_in: float = 0.0
    gone: bool = False


def judge(
    attempts: int, status: int | None, chance: float, *, asked_to_wait: float | None = None
) -> Verdict:
    """After so many attempts, this one included; no `status` is no answer. `chance` is 0 to 1."""
    if status is not None and 200 <= status < 300:
        return Verdict("delivered")
    if status == GONE:
        return Verdict("dead", gone=True)
    refused = status is not None and 400 <= status < 500 and status not in _PASSING
    if attempts > len(WAITS) or (refused and attempts >= REFUSALS):
        return Verdict("dead")
    wait = WAITS[attempts - 1] * (1 + _SPREAD * (2 * chance - 1))
    if asked_to_wait is not None:
        wait = max(wait, min(asked_to_wait, _LONGEST_ASKED))
    return Verdict("waiting", wait)
