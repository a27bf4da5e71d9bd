"""Forgetting: runs that ended longer ago than their agent, or the installation, wants them kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import NamedTuple

from luban.model.document import read_document
from luban.model.errors import LubanError
from luban.model.graph import Retention as Keep
from luban.ports.clock import Clock
from luban.ports.retention import AgentDocument, ArchiveFolder, RunRetention
from luban.ports.stores import RunStore
from luban.services.run_archives import RunArchives

log = logging.getLogger(__name__)

DAY = 86_400.0
_EVERY = 600.0
"""Seconds between two passes."""
_AGENTS, _RUNS = 100, 50
_LONGEST_PAUSE = 0.5


class Passed(NamedTuple):
    """What one pass did."""

    runs: int
    archived: int
    rows: int


class Retention:
    """Hides what is too old, writes it to a folder before if there is one, and removes it.

    `keep` is the installation's rule; what an agent's document says under `settings.keep` is
    stronger, as a whole.
    """

    def __init__(
        self,
        store: RunRetention,
        runs: RunStore,
        archives: RunArchives,
        clock: Clock,
        *,
        keep: Keep,
        folder: ArchiveFolder | None = None,
    ) -> None:
        self._store = store
        self._runs = runs
        self._archives = archives
        self._clock = clock
        self._keep = keep
        self._folder = folder

    async def go_on(self) -> None:
        """Passes over all agents every ten minutes, for as long as it is let."""
        while True:
            try:
                done = await self.pass_over()
                if done.runs:
                    log.info("%s runs deleted, %s of them archived", done.runs, done.archived)
            except LubanError as error:
                log.warning("old runs are not deleted for now: %s", error)
            await asyncio.sleep(_EVERY)

    async def pass_over(self) -> Passed:
        """Deletes everything that is too old now. Raises what the store and the folder raise."""
        rows, runs, archived = await self._remove(), 0, 0  # what another server left behind
        async for agent, keep in self._rules():
            before = None if keep.days is None else self._clock.now() - keep.days * DAY
            while found := await self._store.expired(
                agent.owner, agent.id, before=before, beyond=keep.runs, limit=_RUNS
            ):
                if self._folder is not None:
                    archived += await self._archive(self._folder, agent, found)
                hidden = await self._store.hide(agent.owner, found)
                runs += len(hidden)
                rows += await self._remove()
                if not hidden:
                    break  # other servers do the same, or something began to need them
        return Passed(runs, archived, rows)

    async def _rules(self) -> AsyncIterator[tuple[AgentDocument, Keep]]:
        after, silent = "", self._keep != Keep.model_validate({})
        while found := await self._store.agents(after, _AGENTS, silent=silent):
            for agent in found:
                keep = self._keep_of(agent)
                if keep.days is not None or keep.runs is not None:
                    yield agent, keep
            after = found[-1].id

    def _keep_of(self, agent: AgentDocument) -> Keep:
        if agent.document is None:
            return self._keep
        graph, _ = read_document({"settings": agent.document.get("settings")})
        own = graph.settings.keep
        return own if own.days is not None or own.runs is not None else self._keep

    async def _archive(self, folder: ArchiveFolder, agent: AgentDocument, found: list[str]) -> int:
        count = 0
        for run_id in found:
            run = await self._runs.find(agent.owner, run_id)
            if run is not None:
                await folder.put(agent.id, run_id, self._archives.lines(run))
                count += 1
        return count

    async def _remove(self) -> int:
        """Removes what is hidden, resting as long as it worked, so that others get their turn."""
        rows = 0
        while True:
            began = self._clock.monotonic()
            removed = await self._store.remove()
            if not removed:
                return rows
            rows += removed
            await asyncio.sleep(min(self._clock.monotonic() - began, _LONGEST_PAUSE))
