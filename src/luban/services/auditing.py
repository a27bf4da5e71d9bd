"""The audit log: who did what. An entry is stored, and told on the logger `audit`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import orjson

from luban.model.errors import LubanError
from luban.model.run import RunDraft
from luban.model.views import moment
from luban.ports.asking import ASKING
from luban.ports.audit import AuditEntry, AuditQuery, AuditStore
from luban.ports.clock import Clock
from luban.ports.stores import Page, Slice

log = logging.getLogger(__name__)
lines = logging.getLogger("audit")

DAY = 86_400.0
_EVERY = 3600.0
"""Seconds between two passes of retention."""
_UNHURRIED = 0.05
"""Seconds in which entries that nobody waits for come together."""


class Auditing:
    """Entries that come while others are being stored are stored together, as the next batch."""

    def __init__(self, store: AuditStore, clock: Clock, *, keep_days: int) -> None:
        self._store = store
        self._clock = clock
        self._keep_days = keep_days
        self._next: _Batch | None = None
        self._storing: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None

    async def note(self, entry: AuditEntry) -> None:
        """Returns when the entry is stored.

        A store that is away does not undo what was done: then the line of the logger is all.
        """
        await asyncio.shield(self._put(entry))

    def jot(self, entry: AuditEntry) -> None:
        """As `note`, without waiting: for what is recorded elsewhere too."""
        self._put(entry, after=_UNHURRIED)

    async def run_queued(self, draft: RunDraft) -> None:
        """Notes a run that something other than a request started: a trigger, a step, a program.

        What a request starts is told by the request's own entry. The engine does not wait for it.
        """
        if ASKING.get() is None:
            self.jot(_started(draft))

    async def list(self, query: AuditQuery, part: Slice) -> Page[AuditEntry]:
        """Newest first."""
        return await self._store.list(query, part)

    def export(self, query: AuditQuery) -> AsyncIterator[AuditEntry]:
        """All that fit, oldest first."""
        return self._store.export(query)

    async def forget(self) -> int:
        """Removes what is older than it is kept."""
        return await self._store.forget_before(self._clock.now() - self._keep_days * DAY)

    async def go_on(self) -> None:
        """Forgets once an hour, for as long as it is let."""
        while True:
            try:
                if gone := await self.forget():
                    log.info("%s entries of the audit log are over their time", gone)
            except LubanError as error:
                log.warning("old entries of the audit log stay for now: %s", error)
            await asyncio.sleep(_EVERY)

    async def aclose(self) -> None:
        """Returns when everything noted is stored."""
        if self._next is not None:
            self._begin_storing()
        if self._storing is not None:
            await self._storing

    def _put(self, entry: AuditEntry, after: float = 0) -> asyncio.Future[None]:
        if lines.isEnabledFor(logging.INFO):
            told = line_of(entry)
            lines.info("%s", orjson.dumps(told).decode(), extra={"told": told})
        if self._next is None:
            self._next = _Batch()
        self._next.entries.append(entry)
        stored = self._next.stored
        if not after:
            self._begin_storing()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(after, self._begin_storing)
        return stored

    def _begin_storing(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_all())

    async def _store_all(self) -> None:
        while (batch := self._next) is not None:
            self._next = None
            try:
                await self._store.add(*batch.entries)
            except Exception as error:  # noqa: BLE001 (the lines of the logger are left)
                log.error("%s entries could not be stored: %s", len(batch.entries), error)
            finally:
                if not batch.stored.done():
                    batch.stored.set_result(None)


class _Batch:
    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self.stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()


def line_of(entry: AuditEntry) -> dict[str, Any]:
    """The entry as a line of JSON, under the names that collectors of logs know."""
    return {
        "timestamp": moment(entry.at),
        "user_id": entry.user,
        "team_id": entry.team,
        "action": entry.action,
        "resource_type": entry.resource,
        "resource_id": entry.resource_id,
        "outcome": entry.outcome,
        "status": entry.status,
        "signed_in_by": entry.by,
        "details": dict(entry.details),
        "ip_address": entry.address,
        "user_agent": entry.agent,
        "request_id": entry.request_id,
    }


def _started(draft: RunDraft) -> AuditEntry:
    details: dict[str, Any] = {"agent": draft.agent_id, "version": draft.version}
    if draft.parent is not None:
        details["parent"] = draft.parent.run
    return AuditEntry(
        at=draft.created_at,
        user="",
        team=draft.owner,
        by=draft.trigger,
        action="run.start",
        resource="run",
        resource_id=draft.id,
        details=details,
    )
