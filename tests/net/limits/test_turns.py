"""Who is next, and how fast calls were made."""

from __future__ import annotations

import pytest

from luban.net.limits.pace import Pace
from luban.net.limits.turns import Turns


def test_a_run_with_a_thousand_calls_does_not_hold_up_another() -> None:
    turns: Turns[str] = Turns()
    for number in range(1000):
        turns.add("ann", "r_big", f"big {number}")
    turns.add("ann", "r_small", "small")
    assert [turns.take() for _ in range(3)] == ["big 0", "small", "big 1"]


def test_owners_take_turns_before_runs_do() -> None:
    turns: Turns[str] = Turns()
    for run in "abc":
        turns.add("ann", run, f"ann {run}")
    for number in range(2):
        turns.add("bob", "d", f"bob {number}")
    order = [turns.take() for _ in range(5)]
    assert order == ["ann a", "bob 0", "ann b", "bob 1", "ann c"]
    assert not turns


def test_who_leaves_is_not_waited_for() -> None:
    turns: Turns[str] = Turns()
    turns.add("ann", "a", "one")
    turns.add("ann", "a", "two")
    turns.remove("ann", "a", "one")
    assert turns.first() == "two"
    turns.remove("ann", "a", "two")
    assert len(turns) == 0
    with pytest.raises(StopIteration):
        turns.first()
    with pytest.raises(KeyError):
        turns.remove("ann", "a", "two")


def test_the_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    for tenth in range(200):
        pace.count(tenth / 10)
    assert pace.per_second(20.0) == pytest.approx(10, abs=1)
    assert pace.per_second(40.0) == 0
