"""Runs as people look at them, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luban.model.events import Event, RunPaused, RunResumed
from luban.model.run import ENDED, OWNERS, Run, RunDraft, RunStatus, Wait, WaitKind
from luban.model.values import decode, encode
from luban.ports.journal import ISOLATE_AFTER, Signal
from luban.ports.stores import EVERY_RUN, Caps, Narrowed, Page, Slice, TooManyQueued
from luban.storage.memory.family import cancel
from luban.storage.memory.tables import QueuedRun, Tables, page
from luban.storage.memory.turns import nudge, requeue, take_turn
from luban.storage.new_run import new_run

list_of = list
"""The built-in, under a name that the store's own method does not hide."""


class MemoryRunStore:
    """`RunStore` over `Tables`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def create(self, draft: RunDraft, events: Sequence[Event] = ()) -> Run:
        if draft.trigger_key is not None:
            for record in self._tables.runs.values():
                if (record.run.owner, record.trigger_key) == (draft.owner, draft.trigger_key):
                    return self._shown(record)
        self._check_room(draft.owner)
        record = QueuedRun(
            new_run(draft, ""),
            next(self._tables.run_numbers),
            draft.trigger_key,
            at_once=draft.at_once,
        )
        record.vt = take_turn(self._tables, draft.owner, draft.priority)
        parent = self._find(draft.owner, draft.parent.run) if draft.parent else None
        record.cancel_requested = parent is not None and parent.cancel_requested
        self._tables.runs[draft.id] = record
        for event in events:
            self._tables.append(draft.id, event)
        record.claims = 1 if events else 0
        return self._shown(record)

    def _check_room(self, owner: str) -> None:
        cap = self._tables.caps.get(owner, Caps()).queued
        if cap is None:
            return
        runs = [record.run for record in self._tables.runs.values()]
        own = sum(run.owner == owner and run.status is RunStatus.QUEUED for run in runs)
        if own >= cap:
            raise TooManyQueued(queued=own, cap=cap)

    async def find(self, owner: str, run_id: str) -> Run | None:
        record = self._find(owner, run_id)
        return self._shown(record) if record else None

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        agent_id: str | None = None,
        status: RunStatus | None = None,
        parent: str | None = None,
        narrowed: Narrowed = EVERY_RUN,
    ) -> Page[Run]:
        records = list_of(self._tables.runs.values())
        found = [
            record
            for record in (records if narrowed.oldest_first else reversed(records))
            if record.run.owner == owner
            and _is_wanted(record.run, narrowed)
            and agent_id in (None, record.run.agent_id)
            and status in (None, record.run.status)
            and parent in (None, record.run.parent.run if record.run.parent else "")
        ]
        records, total = page(found, part)
        return Page([self._shown(record) for record in records], total)

    async def asking(self, owner: str, part: Slice) -> Page[Run]:
        found = [
            record
            for record in reversed(self._tables.runs.values())
            if record.run.owner == owner and record.asks
        ]
        records, total = page(found, part)
        return Page([self._shown(record) for record in records], total)

    async def request_cancel(self, owner: str, run_id: str, at: float) -> bool:
        record = self._find(owner, run_id)
        return record is not None and bool(cancel(self._tables, record, at))

    async def request_pause(self, owner: str, run_id: str, at: float) -> bool:
        record = self._find(owner, run_id)
        if record is None or record.run.status in ENDED or record.pause_requested:
            return False
        if _stands(record):
            return False
        record.pause_requested = True
        record.nudge += 1
        if record.run.status is not RunStatus.RUNNING:
            record.parked, record.wake_at = False, None
            record.claims = max(record.claims, 1)  # it has a journal to begin with
            waits = [Wait(kind=WaitKind.PAUSE, since=at), *record.run.waiting_for]
            record.run = record.run.model_copy(
                update={"status": RunStatus.WAITING, "waiting_for": waits}
            )
            self._tables.append(run_id, RunPaused("pause", 0.0, at))
        return True

    async def resume(self, owner: str, run_id: str, limits: dict[str, float], at: float) -> bool:
        record = self._find(owner, run_id)
        if record is None or not _stands(record):
            return False
        record.pause_requested = False
        record.strikes = min(record.strikes, ISOLATE_AFTER)
        record.nudge += 1
        waits = [wait for wait in record.run.waiting_for if wait.kind not in OWNERS]
        record.run = record.run.model_copy(update={"waiting_for": waits})
        requeue(self._tables, record)
        self._tables.append(run_id, RunResumed(limits, at))
        return True

    async def signal(
        self, owner: str, run_id: str, key: str, data: Any, at: float, *, once: str | None = None
    ) -> bool:
        record = self._find(owner, run_id)
        if record is None or record.run.status in ENDED:
            return False
        if once is None or once not in record.sent:
            record.sent |= {once} if once else set()
            stored = decode(encode(data))
            record.inbox.append(Signal(next(self._tables.signal_ids), key, stored))
            nudge(self._tables, record)
        return True

    async def caps(self, owner: str) -> Caps:
        return self._tables.caps.get(owner, Caps())

    async def set_caps(self, owner: str, caps: Caps) -> None:
        self._tables.caps[owner] = caps

    def _find(self, owner: str, run_id: str) -> QueuedRun | None:
        record = self._tables.runs.get(run_id)
        return record if record and record.run.owner == owner else None

    def _shown(self, record: QueuedRun) -> Run:
        agent = self._tables.agents.get(record.run.agent_id)
        named = agent is not None and agent.owner == record.run.owner
        name = agent.name if agent is not None and named else ""
        return record.run.model_copy(update={"agent_name": name}).model_copy(deep=True)


def _is_wanted(run: Run, narrowed: Narrowed) -> bool:
    return (
        (not narrowed.statuses or run.status in narrowed.statuses)
        and (narrowed.since is None or run.created_at >= narrowed.since)
        and (narrowed.until is None or run.created_at < narrowed.until)
        and narrowed.trigger in ("", run.trigger)
    )


def _stands(record: QueuedRun) -> bool:
    """Whether it waits for its owner."""
    return record.run.status is RunStatus.WAITING and not record.parked
