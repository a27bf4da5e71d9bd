"""What watchdogs say: runs that stand still, memory, one entry per place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from luban.engine.findings import HELD_LOOP, Findings, Sighting, seen
from luban.engine.guard import Guard
from luban.engine.memory import MemoryGauge, default_limit, resident
from luban.engine.stuck import RunFacts, StepFacts, WorkerFacts, stuck
from luban.model.run import RunStatus, Wait, WaitKind

NOW = 10_000.0
WORKS = WorkerFacts(True, running=3, free=5)
SILENT = WorkerFacts(here=False)


def codes(
    runs: Sequence[RunFacts] = (), steps: Sequence[StepFacts] = (), worker: WorkerFacts = WORKS
) -> list[str]:
    found = stuck(runs, steps, worker, NOW)
    assert all(each.message and each.message_zh and each.repair for each in found)
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("worker", "said"),
    [
        (SILENT, ["run_not_taken"]),
        (WorkerFacts(True, running=256, free=0), ["no_free_place"]),
        (WorkerFacts(True, running=2, free=9, memory_full=True), ["no_memory_for_run"]),
        (WORKS, []),
    ],
)
def test_a_run_that_nobody_takes(worker: WorkerFacts, said: list[str]):
    assert codes([RunFacts("r", RunStatus.QUEUED, NOW - 60)], worker=worker) == said
    assert codes([RunFacts("r", RunStatus.QUEUED, NOW - 5)], worker=worker) == []


def test_a_run_held_by_nobody():
    for held, said in ((False, ["run_held_by_nobody"]), (True, []), (None, [])):
        assert codes([RunFacts("r", RunStatus.RUNNING, NOW - 600, held=held)]) == said


def test_a_wait_whose_time_is_over():
    def waits(until: float | None) -> list[RunFacts]:
        wait = Wait(kind=WaitKind.SLEEP, node="nap", since=0, until=until)
        return [RunFacts("r", RunStatus.WAITING, 0, [wait])]

    (found,) = stuck(waits(NOW - 600), (), WORKS, NOW)
    assert (found.code, found.node, found.run) == ("wait_overdue", "nap", "r")
    assert codes(waits(NOW - 5)) == codes(waits(NOW + 5)) == codes(waits(None)) == []


def test_a_step_without_a_time_limit():
    step = StepFacts("r", "slow", 0, "web.fetch", NOW - 3600, limited=False)
    (found,) = stuck((), [step], WORKS, NOW)
    assert (found.code, found.node, found.block) == ("step_has_no_end", "slow", "web.fetch")
    assert "`timeout`" in found.repair and "3600 s" in found.message
    assert codes(steps=[step._replace(limited=True)]) == []
    assert codes(steps=[step._replace(since=NOW - 60)]) == []


def sighting(node: str, now: float = NOW) -> Sighting:
    remark = HELD_LOOP.at(node=node, block="b", place="b.py:1")
    return seen(remark, since=now, now=now, run="r", block="b")


def test_the_same_thing_is_one_entry_and_the_list_is_bounded():
    findings = Findings(most=3)
    for number in range(5):
        findings.note(sighting(f"n{number}", NOW + number))
    findings.note(sighting("n4", NOW + 9))
    kept = findings.list()
    assert [(each.node, each.times) for each in kept] == [("n4", 2), ("n3", 1), ("n2", 1)]
    assert (kept[0].since, kept[0].seen) == (NOW + 4, NOW + 9)
    findings.over(kept[0], NOW + 10)
    assert [each.over for each in findings.list()] == [True, False, False]


class Memory:
    """A process that uses what it is told to, and a clock."""

    def __init__(self) -> None:
        self.used, self.now = 0, 0.0

    def after(self, used: int) -> None:
        self.used, self.now = used, self.now + 1


def test_above_its_limit_memory_is_full_until_there_is_room_again():
    memory, findings = Memory(), Findings()
    gauge = MemoryGauge(
        1000, findings, used=lambda: memory.used, under_way=lambda: ["big.block", "a.block"],
        monotonic=lambda: memory.now,
    )  # fmt: skip
    full: list[bool] = []
    for used in (900, 1100, 990, 940):
        memory.after(used)
        full.append(gauge.is_full)
    assert full == [False, True, True, False]
    (found,) = findings.list()
    assert found.over and "a.block, big.block" in found.message


async def test_a_worker_with_full_memory_begins_one_run_alone_at_most():
    full, roomy = Guard(memory_limit=1), Guard(memory_limit=1 << 60)
    assert [full.places(running, 8) for running in (0, 1, 8)] == [1, 0, 0]
    assert [roomy.places(running, 8) for running in (0, 1, 8)] == [8, 7, 0]
    assert full.worker() == WorkerFacts(True, 8, 0, memory_full=True)
    assert Guard().worker().here is False


def test_the_limit_follows_the_container(tmp_path: Path):
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "none").write_text("max\n")
    assert default_limit([tmp_path / "memory.max", tmp_path / "none"]) == 800
    machine = default_limit([tmp_path / "none", tmp_path / "missing"])
    assert machine is None or machine > 1 << 20
    assert resident() == 0 or resident() > 1 << 20
