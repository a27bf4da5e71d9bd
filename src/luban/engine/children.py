"""What steps asked for beyond themselves by durable verbs, as the journal tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from luban.model.events import ChildFailed, ChildFinished, ChildStarted

StepKey = tuple[str, int]
"""A step: the path of its node, and which firing of it."""

_NONE: dict[str, Child] = {}


@dataclass(slots=True)
class Child:
    """One thing asked for; until it is `done`, `data` says what is waited for."""

    verb: str
    name: str
    since: float
    data: dict[str, Any]
    done: bool = False
    result: Any = None
    error: dict[str, Any] | None = None


def child_path(step: StepKey, key: str) -> str:
    """The path of a child that is a step itself: `agent:3`, or `agent@2:3` of the third firing."""
    path, iteration = step
    return f"{path}@{iteration}:{key}" if iteration else f"{path}:{key}"


class Children:
    """Those of all steps that have not ended; `consumed` are the ids of signals that were used."""

    __slots__ = (
        "_of",
        "consumed",
    )

    def __init__(self) -> None:
        self.consumed: set[int] = set()
        self._of: dict[StepKey, dict[str, Child]] = {}

    def of(self, step: StepKey) -> dict[str, Child]:
        """The children of a step by key, in the order in which they began."""
        return self._of.get(step, _NONE)

    def find(self, step: StepKey, key: str) -> Child | None:
        return self._of.get(step, _NONE).get(key)

    def open(self) -> Iterator[tuple[StepKey, str, Child]]:
        """Those that were begun and are not done."""
        for step, children in self._of.items():
            for key, child in children.items():
                if not child.done:
                    yield step, key, child

    def started(self, event: ChildStarted) -> None:
        child = Child(event.verb, event.name, event.at, event.data)
        self._of.setdefault((event.node, event.iteration), {})[event.key] = child

    def ended(self, event: ChildFinished | ChildFailed) -> None:
        step = (event.node, event.iteration)
        child = Child(event.verb, event.name, event.started_at, {}, done=True)
        if isinstance(event, ChildFinished):
            child.result = event.result
            self.forget((child_path(step, event.key), 0))
        else:
            child.error = event.error
            self.drop_cause((child_path(step, event.key), 0), event.error)
        if event.signal is not None:
            self.consumed.add(event.signal)
        self._of.setdefault(step, {})[event.key] = child

    def drop_cause(self, step: StepKey, error: dict[str, Any]) -> None:
        """An attempt failed because of one child: the next attempt asks for that one again."""
        cause = error.get("child")
        if cause is not None and (found := self._of.get(step)) is not None:
            found.pop(cause, None)

    def forget(self, step: StepKey) -> list[str]:
        """The step is over; returns the ids of the runs it still waited for."""
        runs: list[str] = []
        for key, child in self._of.pop(step, _NONE).items():
            runs += self.forget((child_path(step, key), 0))
            if not child.done and child.verb == "run_agent":
                runs.append(child.data["run"])
        return runs
