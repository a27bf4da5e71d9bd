"""What both dialects tell of runs: their outcome, their log, and which inputs they take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.model.run import Run
from luban.model.views import Tree
from luban.ports.stores import Agent, Slice
from luban.services.house import House
from luban.services.run_events import RunEvent
from luban.services.runs import is_over

_LAST_STEPS = 10_000
_ERRORS = frozenset({"attempt_failed", "step_failed"})


def asked_only(house: House, agent: Agent, given: Mapping[str, Any]) -> tuple[Tree, list[str]]:
    """The values an agent asks for, and the names of those it does not.

    Programs of the dialects send values to graphs that ask for none.
    """
    asked = {each.name for each in house.checking.agent(agent).inputs}
    taken = {name: value for name, value in given.items() if name in asked}
    return taken, [name for name in given if name not in asked]


async def outcome(house: House, run: Run) -> Tree:
    """What a run gave: its outputs, or if it has no output blocks what its last nodes sent."""
    if run.outputs or not is_over(run):
        return run.outputs
    version = await house.runs.version_of(run)
    links = house.checking.document(version.document).graph.links
    sources = {link.source.node for link in links}
    steps = await house.steps.list(run.owner, run.id, Slice(1, _LAST_STEPS))
    return {
        step.node: dict(step.outputs)
        for step in steps.items
        if step.parent is None and step.outputs and step.node not in sources
    }


def log_line(event: RunEvent) -> Tree:
    """One event of a run as a line of its log."""
    values = dict(event.values)
    node = values.pop("node", None)
    values.pop("run", None)
    return {
        "id": event.id,
        "timestamp": values.pop("at", None),
        "level": "error" if _is_error(event.kind, values) else "info",
        "message": event.kind.replace("_", " "),
        "node_id": node,
        "data": values,
    }


def _is_error(kind: str, values: Mapping[str, Any]) -> bool:
    return kind in _ERRORS or (kind == "run_ended" and values.get("status") == "failed")
