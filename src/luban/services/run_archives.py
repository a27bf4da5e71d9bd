"""One run as a document of its own: JSON lines that need nothing else to be understood.

    {"luban_run": 1, "run": {…}, "graph": {"version": 3, "document": {…}}}
    {"id": 17, "kind": "run_started", "node": "", "iteration": 0, "data": {…}}
    …
    {"events": 12, "sha256": "…"}

Events stand in the order they happened, whole, however large. The last line counts them and has
the digest of all lines before it; an archive without it was cut off.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from luban.model.errors import LubanError
from luban.model.run import ENDED, Run
from luban.model.values import decode
from luban.ports.journal import Journal
from luban.ports.retention import RunRetention
from luban.ports.stores import AgentStore
from luban.services.runs import Runs

FORMAT = 1
_ROWS = 200


class RunGoesOn(LubanError):
    """Only a run that has ended can be deleted."""

    code = "run_goes_on"
    status = 409
    en = "The run `{name}` is {state} and cannot be deleted. Cancel it first."
    zh = "运行“{name}”当前为 {state}，不能删除。请先取消它。"


class RunIsNeeded(LubanError):
    """Another run refers to the one to be deleted."""

    code = "run_is_needed"
    status = 409
    en = (
        "The run `{name}` cannot be deleted yet: the run that asked for it, or one that it asked "
        "for, has not ended, or another run answers from its recorded results."
    )
    zh = (
        "暂时不能删除运行“{name}”：发起它的运行或由它发起的运行尚未结束，或有其他运行正使用它记录的"
        "结果。"
    )


class RunArchives:
    """Runs written out, and deleted."""

    def __init__(
        self, runs: Runs, agents: AgentStore, journal: Journal, retention: RunRetention
    ) -> None:
        self._runs = runs
        self._agents = agents
        self._journal = journal
        self._retention = retention

    async def open(self, owner: str, run_id: str) -> AsyncIterator[bytes]:
        """The lines of an archive, to be read at leisure. Raises `NotFound` at once."""
        return self.lines(await self._runs.get(owner, run_id))

    async def lines(self, run: Run) -> AsyncIterator[bytes]:
        """The archive of a run, line by line; of one that goes on, what there is so far."""
        version = await self._agents.find_version(run.owner, run.agent_id, run.version)
        document = version.document if version else None
        digest, count, after = hashlib.sha256(), 0, 0
        head = {
            "luban_run": FORMAT,
            "run": run.model_dump(mode="json"),
            "graph": {"version": run.version, "document": document},
        }
        line = _line(head)
        digest.update(line)
        yield line
        while rows := await self._journal.read(run.id, after, _ROWS):
            for row in rows:
                event = {
                    "id": row.id,
                    "kind": row.kind,
                    "node": row.node,
                    "iteration": row.iteration,
                    "data": decode(row.data),
                }
                line = _line(event)
                digest.update(line)
                yield line
            count, after = count + len(rows), rows[-1].id
        yield _line({"events": count, "sha256": digest.hexdigest()})

    async def delete(self, owner: str, run_id: str) -> None:
        """Removes an ended run with all its events.

        Raises `NotFound`, `RunGoesOn`, `RunIsNeeded`.
        """
        run = await self._runs.get(owner, run_id)
        if run.status not in ENDED:
            raise RunGoesOn(name=run_id, state=run.status.value)
        if not await self._retention.hide(owner, [run_id]):
            raise RunIsNeeded(name=run_id)
        while await self._retention.remove():
            pass


def check_archive(lines: Sequence[bytes]) -> bool:
    """Whether these are all lines of an archive, unchanged."""
    try:
        end = orjson.loads(lines[-1])
        digest = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
        return end == {"events": len(lines) - 2, "sha256": digest}
    except (IndexError, orjson.JSONDecodeError):
        return False


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
