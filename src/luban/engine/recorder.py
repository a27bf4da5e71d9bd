"""The journal of one run while it is written: every event is put down, and then taken in."""

from __future__ import annotations

from collections.abc import Callable

from luban.engine.bounds import Bounds
from luban.engine.planner import Planner
from luban.engine.state import Firing
from luban.engine.writer import JournalWriter
from luban.model.events import Event, Row, from_row, to_row
from luban.model.hiding import Hidden
from luban.ports.journal import RunChange


class Recorder:
    """`batch` is the number of the last batch that holds an event of this run.

    `size` is that of the last event in bytes; one larger than an attempt may send is refused.
    `hidden` are the secrets the run has opened: none of them is put down, and none travels on, so
    that a run goes on from its journal as it would have gone on without a pause.
    """

    __slots__ = (
        "_bounds", "batch", "hidden", "on_hidden", "planner", "run_id", "size", "writer",
    )  # fmt: skip

    def __init__(
        self, run_id: str, planner: Planner, writer: JournalWriter, bounds: Bounds
    ) -> None:
        self.run_id = run_id
        self.planner = planner
        self.writer = writer
        self.batch = 0
        self.size = 0
        self.hidden: Hidden | None = None
        self.on_hidden: Callable[[str], None] = _ignore
        self._bounds = bounds

    def record(self, event: Event, change: RunChange | None = None) -> list[Firing]:
        """Returns the steps it makes possible.

        Raises `Fenced`, `NotStorable` and, for what a step sends, `OutputTooLarge`.
        """
        row = to_row(self.run_id, event)
        if self.hidden is not None and self.hidden.in_bytes(row.data):
            event, row = self._without_secrets(row)
        self.size = size = len(row.data)
        if size > self._bounds.output_bytes and row.node:
            self._bounds.check_size(size, row.node, "*")
        self.batch = self.writer.put(row, change)
        return self.planner.apply(event)

    def _without_secrets(self, row: Row) -> tuple[Event, Row]:
        assert self.hidden is not None
        row = row._replace(data=self.hidden.json(row.data))
        if row.node:
            self.on_hidden(row.node)
        return from_row(row.kind, row.node, row.iteration, row.data), row

    def tell(self, change: RunChange) -> None:
        """Adds what the run's own record says to what was just recorded."""
        self.batch = self.writer.add(change)

    async def stored(self) -> None:
        """Returns once everything recorded so far is stored. Raises `Fenced`."""
        await self.writer.wait(self.batch)

    async def before_effect(self) -> None:
        """As `stored`; this worker is also certain to hold the run. Raises `Fenced`."""
        if self.batch > self.writer.durable or self.writer.doubtful():
            await self.writer.assure(self.batch)


def _ignore(node: str) -> None:
    """Nobody wants to know."""
