"""Runs as people look at them, in memory."""

from __future__ import annotations

from luban.model.events import Event, RunEnded, RunResumed, to_row
from luban.model.run import Run, RunDraft, RunStatus
from luban.model.values import decode, encode
from luban.ports.journal import Recorded
from luban.ports.stores import Page, Slice
from luban.storage.memory.tables import QueuedRun, Tables, page


class MemoryRunStore:
    """`RunStore` over `Tables`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def create(self, draft: RunDraft) -> Run:
        if draft.trigger_key is not None:
            for record in self._tables.runs.values():
                if (record.run.owner, record.trigger_key) == (draft.owner, draft.trigger_key):
                    return self._shown(record)
        run = Run(
            id=draft.id,
            owner=draft.owner,
            agent_id=draft.agent_id,
            agent_name="",
            version=draft.version,
            status=RunStatus.QUEUED,
            trigger=draft.trigger,
            inputs=decode(encode(draft.inputs)),
            created_at=draft.created_at,
        )
        record = QueuedRun(run, next(self._tables.run_numbers), draft.trigger_key)
        self._tables.runs[run.id] = record
        return self._shown(record)

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
    ) -> Page[Run]:
        found = [
            record
            for record in reversed(self._tables.runs.values())
            if record.run.owner == owner
            and agent_id in (None, record.run.agent_id)
            and status in (None, record.run.status)
        ]
        records, total = page(found, part)
        return Page([self._shown(record) for record in records], total)

    async def request_cancel(self, owner: str, run_id: str, at: float) -> bool:
        record = self._find(owner, run_id)
        if record is None:
            return False
        if record.run.status is RunStatus.RUNNING:
            record.cancel_requested = True
            return True
        if record.run.status not in (RunStatus.QUEUED, RunStatus.WAITING):
            return False
        record.cancel_requested = True
        record.run = record.run.model_copy(
            update={"status": RunStatus.CANCELLED, "ended_at": at, "waiting_for": None}
        )
        self._record(run_id, RunEnded(RunStatus.CANCELLED.value, {}, None, [], at))
        return True

    async def resume(self, owner: str, run_id: str, limits: dict[str, float], at: float) -> bool:
        record = self._find(owner, run_id)
        if record is None or record.run.status is not RunStatus.WAITING:
            return False
        record.run = record.run.model_copy(update={"status": RunStatus.QUEUED, "waiting_for": None})
        self._record(run_id, RunResumed(limits, at))
        return True

    def _find(self, owner: str, run_id: str) -> QueuedRun | None:
        record = self._tables.runs.get(run_id)
        return record if record and record.run.owner == owner else None

    def _record(self, run: str, event: Event) -> None:
        row = to_row(run, event)
        recorded = Recorded(next(self._tables.row_ids), row.kind, "", 0, row.data)
        self._tables.journal[run].append(recorded)

    def _shown(self, record: QueuedRun) -> Run:
        agent = self._tables.agents.get(record.run.agent_id)
        named = agent is not None and agent.owner == record.run.owner
        name = agent.name if agent is not None and named else ""
        return record.run.model_copy(update={"agent_name": name}).model_copy(deep=True)
