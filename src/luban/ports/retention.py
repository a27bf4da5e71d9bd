"""What forgetting old runs asks of a store, and where they may be written before that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple, Protocol


class AgentDocument(NamedTuple):
    """An agent, deleted ones too; `document` is `None` if it says nothing about keeping runs."""

    id: str
    owner: str
    document: dict[str, Any] | None


class RunRetention(Protocol):
    """Ended runs, and how they are removed in small transactions.

    A run is kept while its parent or one of its children has not ended, and while another run
    answers from its recorded results.
    """

    async def agents(self, after: str, limit: int, *, silent: bool) -> list[AgentDocument]:
        """Agents of all owners by id, those after `after`; `silent` ones say nothing about it."""
        ...

    async def expired(
        self, owner: str, agent_id: str, *, before: float | None, beyond: int | None, limit: int
    ) -> list[str]:
        """Runs of an agent that may go, those that ended first first.

        Too old are those that ended before a time, and all but the `beyond` that ended last.
        """
        ...

    async def hide(self, owner: str, runs: Sequence[str]) -> list[str]:
        """Takes runs out of everybody's sight, at once and for good; those that may go."""
        ...

    async def remove(self) -> int:
        """Removes some rows of hidden runs in one short transaction; how many, 0 when all are gone.

        Every server may do it at any time; what one that died has begun is finished by the next.
        """
        ...


class ArchiveFolder(Protocol):
    """Where the archives of runs are kept."""

    async def put(self, agent_id: str, run_id: str, lines: AsyncIterator[bytes]) -> None:
        """Stores an archive; it is whole and on the disk when this returns, or not there at all.

        Raises `StorageFull` and `DataFolderNotWritable`.
        """
        ...
