"""How much of a limit a process gets, and what a refusal changes. Pure: times are arguments.

Requests and model tokens are buckets that refill steadily. A bucket of `b` that refills by `r` a
second never gives more than `b + 60 r` in a minute, so with a small bucket a minute's allowance is
kept in any sixty seconds, wherever they begin. After a refusal the rate is halved and grows again
by the same amount every second (additive increase, multiplicative decrease, as in Chiu and Jain,
"Analysis of the increase and decrease algorithms for congestion avoidance", 1989).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, inf
from typing import NamedTuple

from luban.ports.limits import LimitRow, ProviderLimit, Share

BURST = 20
"""The part of a minute's allowance that may be used at once is one of so many."""
FIRST_RATE = 2.0
"""Requests per second taken for the rate at a first refusal when fewer were made."""
LOWEST_RATE = 1 / 30
RECOVERY = 30.0
"""Seconds after which the rate is again what it was when the provider refused."""
LIFTED = 4.0
"""The limit is forgotten at so many times that rate, unless a setting ends it before."""
LONGEST_BLOCK = 3600.0
AHEAD = 0.5
"""Seconds of calls a process may take at once beyond those that wait."""
ABSENT = 10.0
"""Seconds after which a process that said nothing has no slots any more."""
IMPATIENT = 2.0
"""Seconds after which a process that did not ask again is not waited for."""
SLOT_PAUSE, LONGEST_PAUSE, SHORTEST_PAUSE = 0.25, 1.0, 0.005


class Ask(NamedTuple):
    """What a process says of itself, and what it wants."""

    process: str
    in_flight: int = 0
    waiting: int = 0
    first_tokens: float = 0.0
    """Model tokens of the call whose turn is next."""
    all_tokens: float = 0.0
    """Model tokens of all the calls that wait."""
    unused_requests: float = 0.0
    unused_tokens: float = 0.0
    """Left of an earlier grant; what was taken beyond it is less than nothing."""
    leaving: bool = False


class Grant(NamedTuple):
    """What a process may do; `None` is without limit."""

    requests: int | None = None
    model_tokens: float | None = None
    slots: int | None = None
    blocked_seconds: float = 0.0
    pause: float = 0.0
    """Seconds after which asking again may give more."""

    @property
    def free(self) -> bool:
        return (self.requests, self.model_tokens, self.slots) == (None, None, None)


class _Bucket(NamedTuple):
    """A bucket's size and how fast it fills."""

    room: float
    rate: float

    def level(self, kept: float | None, seconds: float) -> float:
        return self.room if kept is None else min(self.room, kept + self.rate * max(0.0, seconds))


def exchange(
    row: LimitRow, now: float, limit: ProviderLimit, ask: Ask
) -> tuple[LimitRow | None, Grant]:
    """The row as it is from now on, `None` when nothing is worth keeping, and what is granted."""
    adapted = _adapted_rate(row, now, limit)
    if adapted is None:
        row = row._replace(refused_rate=None)
    others = {
        name: share
        for name, share in row.shares.items()
        if name != ask.process and now - share.seen_at < ABSENT
    }
    mine = row.shares.get(ask.process) or Share(0, 0, 0, 0.0, now)
    since = now - row.refilled_at
    blocked = max(0.0, row.blocked_until - now)
    slots = _slots(limit, ask, others)
    requests, row, pause = _requests(row, limit, adapted, ask, others, mine, since)
    tokens, row, thirst = _tokens(row, limit, ask, others, since)
    if blocked:
        requests = None if requests is None else 0
    elif requests:
        row = row._replace(requests=(row.requests or 0.0) - requests)
    if tokens:
        if blocked or requests == 0:
            tokens = 0.0
        row = row._replace(model_tokens=(row.model_tokens or 0.0) - tokens)
    served = bool(requests) and slots != 0
    # Among rivals also who got all it wanted is remembered: its next turn comes after theirs.
    rivals = any(share.waiting for share in others.values())
    wants = not ask.leaving and (slots is not None or rivals or ask.waiting > (requests or 0))
    shares = dict(others)
    if wants and not (adapted is None and limit == ProviderLimit()):
        shares[ask.process] = Share(
            ask.in_flight + ask.waiting,
            ask.waiting,
            max(slots or 0, ask.in_flight),
            now if served else mine.served_at,
            now,
        )
    if slots is not None and ask.waiting and slots <= ask.in_flight:
        pause = max(pause, SLOT_PAUSE)
    kept = row._replace(shares=shares, refilled_at=max(now, row.blocked_until))
    pause = blocked or min(LONGEST_PAUSE, max(SHORTEST_PAUSE, pause, thirst))
    return _worth_keeping(kept, limit, now), Grant(requests, tokens, slots, blocked, pause)


def refuse(
    row: LimitRow,
    now: float,
    limit: ProviderLimit,
    *,
    age: float,
    seconds: float | None,
    pace: float,
    jitter: float,
) -> LimitRow:
    """The row after the provider said "not now" to a call that began `age` seconds ago.

    `pace` is how many calls per second the process made lately, `jitter` from 0 to 1. Calls that
    had begun before an earlier refusal was known only prolong it: one crowd is one refusal.
    """
    lasted = row.blocked_until - row.blocked_at
    again = row.refused_rate is not None
    asked = seconds if seconds is not None else (min(60.0, 2 * lasted) if again else 1.0)
    asked = min(max(asked, 0.1), LONGEST_BLOCK)
    until = now + asked + jitter * min(1.0, asked / 10)
    if again and (now < row.blocked_until or now - age <= row.blocked_at):
        return row._replace(
            blocked_until=max(row.blocked_until, now if seconds is None else until),
            refilled_at=max(row.refilled_at, until if seconds is not None else 0.0),
        )
    processes = max(1, len(row.shares))
    hit = _adapted_rate(row, now, limit) or max(pace * processes, FIRST_RATE)
    allowed = limit.requests_per_minute
    hit = max(LOWEST_RATE, min(hit, inf if allowed is None else allowed / 60))
    return row._replace(
        blocked_at=now, blocked_until=until, refused_rate=hit, requests=1.0, refilled_at=until
    )


def _adapted_rate(row: LimitRow, now: float, limit: ProviderLimit) -> float | None:
    """The requests per second a refusal left, or `None` when it is forgotten."""
    if row.refused_rate is None:
        return None
    growth = row.refused_rate / 2 / RECOVERY
    rate = row.refused_rate / 2 + growth * max(0.0, now - row.blocked_until)
    most = LIFTED * row.refused_rate
    if limit.requests_per_minute is not None:
        most = min(most, limit.requests_per_minute / 60)
    return rate if rate < most or now < row.blocked_until else None


def _request_bucket(limit: ProviderLimit, adapted: float | None) -> _Bucket | None:
    allowed = limit.requests_per_minute
    bucket = None
    if allowed is not None:
        room = float(max(1, floor(allowed / BURST)))
        bucket = _Bucket(room, (allowed - room + 1) / 60 if allowed >= 1 else allowed / 60)
    if adapted is not None and (bucket is None or adapted < bucket.rate):
        bucket = _Bucket(max(1.0, adapted), adapted)
    return bucket


def _requests(
    row: LimitRow,
    limit: ProviderLimit,
    adapted: float | None,
    ask: Ask,
    others: Mapping[str, Share],
    mine: Share,
    since: float,
) -> tuple[int | None, LimitRow, float]:
    bucket = _request_bucket(limit, adapted)
    if bucket is None:
        return None, row._replace(requests=None), 0.0
    level = min(bucket.room, bucket.level(row.requests, since) + ask.unused_requests)
    whole = max(0, floor(level + 1e-9))
    wanted = 0 if not ask.waiting else max(ask.waiting, floor(bucket.rate * AHEAD))
    granted = min(wanted, _fair_part(whole, mine, others, row.refilled_at + since))
    lacking = max(0.0, 1 - (level - granted)) / bucket.rate
    return granted, row._replace(requests=level), lacking if granted < ask.waiting else 0.0


def _tokens(
    row: LimitRow, limit: ProviderLimit, ask: Ask, others: Mapping[str, Share], since: float
) -> tuple[float | None, LimitRow, float]:
    allowed = limit.tokens_per_minute
    if allowed is None:
        return None, row._replace(model_tokens=None), 0.0
    room = allowed / BURST
    bucket = _Bucket(room, (allowed - room) / 60)
    level = min(room, bucket.level(row.model_tokens, since) + ask.unused_tokens)
    row = row._replace(model_tokens=level)
    if not ask.waiting:
        return 0.0, row, 0.0
    # A call larger than the bucket goes when the bucket is full, and is paid off afterwards.
    first = min(ask.first_tokens, room)
    if level < max(first, 0.0) or level <= 0:
        return 0.0, row, max(first - level, 1.0) / bucket.rate
    part = level / (1 + sum(1 for share in others.values() if share.waiting))
    return max(ask.first_tokens, min(ask.all_tokens, part)), row, 0.0


def _fair_part(whole: int, mine: Share, others: Mapping[str, Share], now: float) -> int:
    """My part of what there is: equal ones, and of the rest to who was served longest ago."""
    rivals = [s for s in others.values() if s.waiting and now - s.seen_at < IMPATIENT]
    part, rest = divmod(whole, len(rivals) + 1)
    earlier = sum(1 for share in rivals if share.served_at < mine.served_at)
    return part + (1 if earlier < rest else 0)


def _slots(limit: ProviderLimit, ask: Ask, others: Mapping[str, Share]) -> int | None:
    """How many calls the process may have in flight: equal parts, as far as others want theirs."""
    if limit.concurrent is None:
        return None
    if ask.leaving:
        return 0
    left, askers = limit.concurrent, len(others) + 1
    for share in sorted(others.values(), key=lambda share: share.wanted):
        part = min(share.wanted, left // askers)
        left, askers = left - part, askers - 1
    taken = sum(share.slots for share in others.values())
    fair = max(1, left)
    return max(0, min(fair, limit.concurrent - taken))


def _worth_keeping(row: LimitRow, limit: ProviderLimit, now: float) -> LimitRow | None:
    if row.shares or row.refused_rate is not None or row.blocked_until > now:
        return row
    bucket = _request_bucket(limit, None)
    spent = bucket is not None and row.requests is not None and row.requests < bucket.room
    allowed = limit.tokens_per_minute
    owed = (
        allowed is not None and row.model_tokens is not None and row.model_tokens < allowed / BURST
    )
    return row if spent or owed else None
