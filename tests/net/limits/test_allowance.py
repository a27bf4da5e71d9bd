"""How much a process gets, by a clock that the test turns."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import pytest

from luban.net.limits.allowance import Ask, Grant, exchange, refuse
from luban.ports.limits import LimitRow, ProviderLimit

NOTHING = ProviderLimit()


@dataclass
class Shelf:
    """One row, and the time."""

    limit: ProviderLimit = NOTHING
    now: float = 1000.0
    row: LimitRow | None = None
    sent: list[float] = field(default_factory=list[float])

    def ask(self, process: str = "a", waiting: int = 1, **more: float) -> Grant:
        asked = Ask(process, waiting=waiting, **more)  # type: ignore[arg-type]
        row = self.row or LimitRow("k")
        self.row, grant = exchange(row, self.now, self.limit, asked)
        return grant

    def refuse(
        self, seconds: float | None = 10.0, *, age: float = 0.0, pace: float = 20.0
    ) -> LimitRow:
        row = self.row or LimitRow("k")
        self.row = refuse(
            row, self.now, self.limit, age=age, seconds=seconds, pace=pace, jitter=0.0
        )
        return self.row

    def send_for(self, seconds: float, waiting: int = 1000) -> int:
        """Sends whatever may be sent; how many calls that were."""
        end, before = self.now + seconds, len(self.sent)
        while self.now < end:
            grant = self.ask(waiting=waiting)
            assert grant.requests is not None
            self.sent += [self.now] * grant.requests
            self.now += grant.pause
        return len(self.sent) - before


def test_without_a_setting_and_without_a_refusal_there_is_no_limit_and_no_row() -> None:
    shelf = Shelf()
    assert shelf.ask().free
    assert shelf.row is None


@pytest.mark.parametrize("per_minute", [0.5, 1, 2, 7, 60, 600, 6000])
def test_a_minute_never_holds_more_than_is_allowed_and_nearly_that(per_minute: float) -> None:
    shelf = Shelf(ProviderLimit(requests_per_minute=per_minute))
    shelf.send_for(400)
    for first, start in enumerate(shelf.sent):
        assert bisect_left(shelf.sent, start + 60) - first <= max(1, per_minute)
    assert len(shelf.sent) >= 0.9 * per_minute * 400 / 60


def test_requests_that_were_not_used_come_back() -> None:
    shelf = Shelf(ProviderLimit(requests_per_minute=60))
    assert shelf.ask(waiting=3).requests == 3
    assert shelf.ask(waiting=3).requests == 0
    assert shelf.ask(waiting=3, unused_requests=2).requests == 2


def test_who_comes_often_is_given_a_second_s_calls_at_once() -> None:
    shelf = Shelf(ProviderLimit(requests_per_minute=6000))
    granted = shelf.ask(waiting=1).requests
    assert granted is not None
    assert granted >= 40


def test_two_processes_get_the_same_however_much_waits_in_one() -> None:
    shelf = Shelf(ProviderLimit(requests_per_minute=60))
    got = {"a": 0, "b": 0}
    for _ in range(3000):
        for process, waiting in (("a", 1000), ("b", 1)):
            got[process] += shelf.ask(process, waiting=waiting).requests or 0
        shelf.now += 0.1
    assert got["a"] + got["b"] >= 280
    assert abs(got["a"] - got["b"]) <= 5


def test_a_refusal_stops_all_until_the_time_asked_for() -> None:
    shelf = Shelf()
    shelf.refuse(12.0)
    assert shelf.ask("b").blocked_seconds == pytest.approx(12.0)
    assert shelf.ask("b").requests == 0
    shelf.now += 12.0
    assert shelf.ask("b").requests == 1  # the first at once, the next at the new rate
    assert shelf.ask("b").requests == 0


def test_after_a_refusal_the_rate_is_halved_and_grows_back() -> None:
    shelf = Shelf()
    shelf.refuse(1.0, pace=20.0)
    shelf.now += 1.0
    assert 10 <= shelf.send_for(1) <= 13
    shelf.send_for(28)
    assert 18 <= shelf.send_for(1) <= 23  # thirty seconds later it is what it was
    shelf.now += 180
    assert shelf.ask().free  # and then forgotten
    assert shelf.row is None


def test_a_second_refusal_halves_again() -> None:
    shelf = Shelf()
    shelf.refuse(1.0, pace=20.0)
    shelf.now += 1.0
    shelf.refuse(1.0, pace=20.0)
    shelf.now += 1.0
    assert 5 <= shelf.send_for(1) <= 8


def test_a_crowd_that_is_refused_together_is_one_refusal() -> None:
    shelf = Shelf()
    first = shelf.refuse(5.0)
    shelf.now += 0.1
    again = shelf.refuse(5.0, age=0.2)
    assert again.refused_rate == first.refused_rate
    assert again.blocked_until == pytest.approx(shelf.now + 5.0)
    shelf.now += 6.0
    late = shelf.refuse(2.0, age=6.5)  # began before, and was answered after
    assert late.refused_rate == first.refused_rate
    assert late.blocked_until == pytest.approx(shelf.now + 2.0)


def test_a_refusal_without_a_time_waits_a_second_then_twice_as_long() -> None:
    shelf = Shelf()
    row = shelf.refuse(None)
    assert row.blocked_until - shelf.now == pytest.approx(1.0)
    shelf.now += 1.5
    row = shelf.refuse(None)
    assert row.blocked_until - shelf.now == pytest.approx(2.0)


def test_nobody_is_stopped_for_longer_than_an_hour() -> None:
    shelf = Shelf()
    assert shelf.refuse(1e9).blocked_until - shelf.now <= 3601


def test_a_setting_holds_also_after_a_refusal() -> None:
    shelf = Shelf(ProviderLimit(requests_per_minute=60))
    shelf.refuse(1.0, pace=50.0)
    shelf.now += 1.0
    assert 5 <= shelf.send_for(10) <= 8  # half of one a second
    shelf.now += 300
    shelf.sent.clear()
    shelf.send_for(60)
    assert len(shelf.sent) <= 60


def test_model_tokens_that_were_owed_are_waited_for() -> None:
    shelf = Shelf(ProviderLimit(tokens_per_minute=6000))
    grant = shelf.ask(first_tokens=1000, all_tokens=1000)
    assert grant.model_tokens == 1000  # more than the bucket holds: it goes, and is paid off
    grant = shelf.ask(first_tokens=100, all_tokens=100)
    assert grant.model_tokens == 0
    shelf.now += 6
    assert shelf.ask(first_tokens=100, all_tokens=100).model_tokens == 0
    shelf.now += 6
    assert shelf.ask(first_tokens=100, all_tokens=100).model_tokens == 100


def test_slots_are_shared_by_who_wants_them_and_kept_by_nobody_who_is_gone() -> None:
    shelf = Shelf(ProviderLimit(concurrent=4))
    assert shelf.ask("a", waiting=10).slots == 4
    assert shelf.ask("b", waiting=10).slots == 0  # all are taken, but now it is known who wants
    assert shelf.ask("a", waiting=6, in_flight=4).slots == 2
    assert shelf.ask("b", waiting=10).slots == 0  # four calls of the first are still in flight
    assert shelf.ask("a", waiting=6, in_flight=2).slots == 2
    assert shelf.ask("b", waiting=10).slots == 2
    assert shelf.ask("a", waiting=0, leaving=1).slots == 0
    assert shelf.ask("b", waiting=10, in_flight=2).slots == 4
    shelf.now += 11
    assert shelf.ask("c", waiting=10).slots == 4


def test_there_are_never_more_in_flight_than_slots() -> None:
    shelf = Shelf(ProviderLimit(concurrent=5))
    flying = {"a": 0, "b": 0, "c": 0}
    for turn in range(300):
        process = "abc"[turn % 3]
        flying[process] = max(0, flying[process] - turn % 2)
        slots = shelf.ask(process, waiting=9, in_flight=flying[process]).slots
        assert slots is not None
        flying[process] = max(flying[process], slots)
        assert sum(flying.values()) <= 5
        shelf.now += 0.1
    assert all(flying.values())
