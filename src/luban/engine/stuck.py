"""Runs that do not get on, and what to do about it: facts in, findings out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from luban.engine.findings import Sighting, seen
from luban.model.finding import Remark, Severity
from luban.model.run import RunStatus, Wait

NOBODY_CLAIMS = Remark(
    "run_not_taken",
    "The run has been queued for {seconds} s, and no worker takes it.",
    "运行已排队 {seconds} 秒，没有工作进程来执行。",
    "Start a worker: `luban up`.",
    "请启动工作进程：`luban up`。",
    Severity.WARNING,
)
NO_PLACE = Remark(
    "no_free_place",
    "The run has been queued for {seconds} s, because this worker has no place for it: {running} "
    "runs are under way.",
    "运行已排队 {seconds} 秒，因为该工作进程没有空位：{running} 个运行正在执行。",
    "Wait for some to end, cancel some, or start a further worker.",
    "请等待部分运行结束、取消一些，或再启动一个工作进程。",
    Severity.WARNING,
)
NO_MEMORY = Remark(
    "no_memory_for_run",
    "The run has been queued for {seconds} s, because this worker has no memory left for it.",
    "运行已排队 {seconds} 秒，因为该工作进程没有足够的内存。",
    "Cancel a run that takes much, or raise LUBAN_MEMORY_LIMIT.",
    "请取消占用较多的运行，或提高 LUBAN_MEMORY_LIMIT。",
    Severity.WARNING,
)
ENDLESS_STEP = Remark(
    "step_has_no_end",
    "`{node}` ({block}) has been under way for {seconds} s and has no time limit.",
    "“{node}”（{block}）已执行 {seconds} 秒，且没有时限。",
    "Give the node a time limit (`timeout`), or cancel the run.",
    "请为该节点设置时限（`timeout`），或取消运行。",
    Severity.WARNING,
)
OVERDUE_WAIT = Remark(
    "wait_overdue",
    "The run waits for {what} that was over {seconds} s ago, and nobody wakes it.",
    "运行所等待的 {what} 已在 {seconds} 秒前到期，却没有被唤醒。",
    "Start a worker: `luban up`; if one runs, look at its log.",
    "请启动工作进程：`luban up`；若已在运行，请查看其日志。",
    Severity.WARNING,
)
HELD_BY_NOBODY = Remark(
    "run_held_by_nobody",
    "The run is running, but no living worker has it.",
    "运行状态为执行中，但没有存活的工作进程持有它。",
    "Start a worker, which takes it up: `luban up`.",
    "请启动工作进程以接管：`luban up`。",
    Severity.WARNING,
)


class StepFacts(NamedTuple):
    """A step under way in this worker; `since` is when it was first seen."""

    run: str
    node: str
    iteration: int
    block: str
    since: float
    limited: bool


class RunFacts(NamedTuple):
    """A run that has not ended. `held` says whether a living worker has it, if that is known."""

    run: str
    status: RunStatus
    since: float
    waits: Sequence[Wait] = ()
    held: bool | None = None


class WorkerFacts(NamedTuple):
    """What is known of workers; `here` says that this process claims runs, and did just now."""

    here: bool
    running: int = 0
    free: int = 0
    memory_full: bool = False


class Patience(NamedTuple):
    """Seconds after which a thing is worth a finding."""

    queued: float = 30.0
    step: float = 600.0
    wait: float = 60.0
    held: float = 60.0


_PATIENCE = Patience()


def stuck(
    runs: Sequence[RunFacts],
    steps: Sequence[StepFacts],
    worker: WorkerFacts,
    now: float,
    patience: Patience = _PATIENCE,
) -> list[Sighting]:
    """What does not get on, the longest first."""
    found = [sighting for run in runs for sighting in _of_run(run, worker, now, patience)]
    found += [_endless(step, now) for step in steps if _is_endless(step, now, patience)]
    return sorted(found, key=lambda sighting: sighting.since)


def _of_run(
    run: RunFacts, worker: WorkerFacts, now: float, patience: Patience
) -> Iterator[Sighting]:
    age = now - run.since
    if run.status is RunStatus.QUEUED and age > patience.queued:
        if (remark := _why_queued(worker)) is not None:
            told = remark.at(seconds=round(age), running=worker.running)
            yield seen(told, since=run.since, now=now, run=run.run)
    elif run.status is RunStatus.RUNNING and run.held is False and age > patience.held:
        yield seen(HELD_BY_NOBODY.at(), since=run.since, now=now, run=run.run)
    elif run.status is RunStatus.WAITING:
        for wait in run.waits:
            if wait.until is not None and now - wait.until > patience.wait:
                told = OVERDUE_WAIT.at(
                    node=wait.node or None, what=wait.kind.value, seconds=round(now - wait.until)
                )
                yield seen(told, since=wait.until, now=now, run=run.run)


def _why_queued(worker: WorkerFacts) -> Remark | None:
    """Nothing to say where a worker has places: the run's turn comes by the rules of fairness."""
    if not worker.here:
        return NOBODY_CLAIMS
    if worker.memory_full:
        return NO_MEMORY
    return None if worker.free > 0 else NO_PLACE


def _is_endless(step: StepFacts, now: float, patience: Patience) -> bool:
    return not step.limited and now - step.since > patience.step


def _endless(step: StepFacts, now: float) -> Sighting:
    told = ENDLESS_STEP.at(node=step.node, block=step.block, seconds=round(now - step.since))
    return seen(told, since=step.since, now=now, run=step.run, block=step.block)
