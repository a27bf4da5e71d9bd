"""Two runs side by side: the steps that are not the same in both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from luban.engine.history import StepRecord
from luban.model.values import canonical

Difference = Literal["only_first", "only_second", "block", "status", "inputs", "outputs", "error"]


@dataclass(slots=True, frozen=True)
class StepDifference:
    """One step of either run; how long it took and what it spent differ always and do not count."""

    node: str
    iteration: int
    differs: tuple[Difference, ...]
    first: StepRecord | None
    second: StepRecord | None


@dataclass(slots=True, frozen=True)
class Comparison:
    """The steps that differ, in the order of the first run, and how many are the same."""

    steps: list[StepDifference]
    same: int


def compare(first: Iterable[StepRecord], second: Iterable[StepRecord]) -> Comparison:
    """Steps are the same when they have path and iteration in common."""
    others = {(step.node, step.iteration): step for step in second}
    found: list[StepDifference] = []
    same = 0
    for step in first:
        other = others.pop((step.node, step.iteration), None)
        differs = ("only_first",) if other is None else _differs(step, other)
        if differs:
            found.append(StepDifference(step.node, step.iteration, differs, step, other))
        else:
            same += 1
    found += [
        StepDifference(step.node, step.iteration, ("only_second",), None, step)
        for step in others.values()
    ]
    return Comparison(found, same)


def _differs(one: StepRecord, other: StepRecord) -> tuple[Difference, ...]:
    found: list[Difference] = []
    if one.block != other.block:
        found.append("block")
    if one.status != other.status:
        found.append("status")
    if not _equal(one.inputs, other.inputs):
        found.append("inputs")
    if not _equal(one.outputs, other.outputs):
        found.append("outputs")
    if _failure(one) != _failure(other):
        found.append("error")
    return tuple(found)


def _failure(step: StepRecord) -> tuple[Any, Any] | None:
    return None if step.error is None else (step.error.get("code"), step.error.get("message"))


def _equal(one: Any, other: Any) -> bool:
    return one is other or canonical(one) == canonical(other)
