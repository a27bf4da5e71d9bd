"""What a row of `runs` means: to people, to the worker that claims it, to the run that asked."""

from __future__ import annotations

from typing import Any

from luban.model.run import ParentStep, Run, RunOptions, RunStatus, Wait, WaitKind
from luban.model.values import decode, encode
from luban.ports.journal import ClaimedRun, RunResult
from luban.storage.sql.database import Record

CLAIMED = (
    "seq", "id", "owner", "agent_id", "version", "inputs", "claims", "cancel_requested",
    "pause_requested", "nudge", "strikes", "depth", "parent", "parent_node", "parent_iteration",
    "parent_key", "options", "prio", "vt", "created_at", "started_at",
)  # fmt: skip
"""The columns that `claimed` needs, and those in whose order runs are claimed."""
RESULT = "id, status, outputs, error, tokens, usd, unpriced"
"""The columns that `result` needs."""


def run(row: Record) -> Run:
    """The run as people look at it; `agent_name` is another table's."""
    return Run(
        id=row["id"],
        owner=row["owner"],
        agent_id=row["agent_id"],
        agent_name=row["agent_name"],
        version=row["version"],
        status=RunStatus(row["status"]),
        trigger=row["trigger_kind"],
        inputs=decode(row["inputs"]),
        outputs=_optional(row["outputs"], {}),
        error=_optional(row["error"], None),
        starved=_optional(row["starved"], []),
        waiting_for=waits(row["waiting_for"]),
        steps=row["steps"],
        tokens=row["tokens"],
        usd=row["usd"],
        unpriced=row["unpriced"],
        parent=_parent(row),
        depth=row["depth"],
        priority=row["prio"],
        forked_from=row["forked_from"],
        options=_options(row),
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )


def claimed(row: Record) -> ClaimedRun:
    """The run as its worker needs it."""
    return ClaimedRun(
        id=row["id"],
        owner=row["owner"],
        agent_id=row["agent_id"],
        version=row["version"],
        inputs=decode(row["inputs"]),
        claims=row["claims"],
        cancel_requested=bool(row["cancel_requested"]),
        pause_requested=bool(row["pause_requested"]),
        nudge=row["nudge"],
        strikes=row["strikes"],
        depth=row["depth"],
        parent=_parent(row),
        options=_options(row),
        created_at=row["created_at"],
        started_at=row["started_at"],
    )


def result(row: Record) -> RunResult:
    """The end of a run as the run that asked for it needs it."""
    return RunResult(
        run=row["id"],
        status=RunStatus(row["status"]),
        outputs=_optional(row["outputs"], {}),
        error=_optional(row["error"], None),
        tokens=row["tokens"],
        usd=row["usd"],
        unpriced=row["unpriced"],
    )


def waits(content: bytes | None) -> list[Wait]:
    """What a run waits for."""
    found = _optional(content, [])
    if isinstance(found, dict):  # the first release kept one ceiling, without its time
        details = {name: found.get(name) for name in ("limit", "value")}
        return [Wait(kind=WaitKind.LIMIT, since=0.0, details=details)]
    return [Wait.model_validate(wait) for wait in found]


def waits_content(waits: list[Wait]) -> bytes | None:
    """The same as it is stored."""
    return encode([wait.model_dump() for wait in waits]) if waits else None


def _parent(row: Record) -> ParentStep | None:
    if row["parent"] is None:
        return None
    return ParentStep(
        run=row["parent"],
        node=row["parent_node"],
        iteration=row["parent_iteration"],
        key=row["parent_key"],
    )


def _options(row: Record) -> RunOptions | None:
    return None if row["options"] is None else RunOptions.model_validate(decode(row["options"]))


def _optional(content: bytes | None, absent: Any) -> Any:
    return absent if content is None else decode(content)
