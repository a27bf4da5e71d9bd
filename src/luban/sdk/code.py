"""A block ready to run: its spec, how its inputs are validated, and what calling it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, cast

from luban.model.block import BlockSpec
from luban.sdk.migration import Migration

Emission = tuple[str, Any]
"""An output pin and the value sent on it."""


class Emissions(list[Emission]):
    """All that a block sends, given back at once: one record in the journal, unlike a stream."""


class Style(Enum):
    """How the code of a block is to be driven."""

    COROUTINE = "coroutine"
    STREAM = "stream"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class BlockCode:
    """The compiled form of a block, the same for the function and the class form.

    `validate` turns a dict of pin values into what `call` takes, and raises pydantic's
    `ValidationError`. `call(input, context)` gives a coroutine, an asynchronous iterator of
    emissions, or (style THREAD) a plain result. `emissions` reads a result as emissions.
    """

    spec: BlockSpec
    validate: Callable[[dict[str, Any]], Any]
    call: Callable[[Any, Any], Any]
    style: Style
    emissions: Callable[[Any], list[Emission]]
    probe: Callable[[Any, Any], Any] | None = None
    """`probe(input, context)` finds out what an interrupted step did, see `Block.probe`."""
    migrations: dict[int, Migration] = field(default_factory=dict[int, Migration])
    """Rules for nodes of older versions, by the version each begins with."""

    def pair(self, emission: Any) -> Emission:
        """A yielded thing as pin and value; function blocks may yield bare values."""
        if isinstance(emission, tuple):
            pair = cast("tuple[Any, ...]", emission)
            if len(pair) == 2 and isinstance(pair[0], str) and pair[0] in self.spec.output_by_name:
                return pair[0], pair[1]
        main = self.spec.main_output
        return (main.name if main else "result"), cast("Any", emission)


class BlockSource(Protocol):
    """Where block code is found by id."""

    def find(self, block_id: str) -> BlockCode | None:
        """The code of a block, by its id or an alias; `None` when it is not installed.

        `id@2` is that version of it; without a version the newest is given.
        """
        ...
