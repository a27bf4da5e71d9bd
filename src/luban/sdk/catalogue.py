"""Which blocks there are, and agents as texts: read, checked, and proposed to their owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from luban.model.block import BlockSpec, Effect, InputPin, OutputPin
from luban.model.finding import Finding, Severity
from luban.model.pins import PinKind

__all__ = [
    "BlockSpec",
    "Catalogue",
    "Effect",
    "Finding",
    "InputPin",
    "OutputPin",
    "PinKind",
    "Proposed",
    "Severity",
]


class Proposed(NamedTuple):
    """A proposal that waits for its owner; `changes` says in short lines what it would change."""

    id: str
    changes: Sequence[str] = ()
    warnings: Sequence[Finding] = ()


class Catalogue(Protocol):
    """What a step may know of blocks, and of the agents of its owner. It changes none of them."""

    async def search(self, query: str, limit: int = 10) -> list[BlockSpec]:
        """The blocks that fit a question in words best, the best first; without words, all."""
        ...

    async def describe(self, blocks: Sequence[str]) -> list[BlockSpec]:
        """Blocks by id. Raises `NotFound`."""
        ...

    async def agent(self, agent: str) -> str:
        """The draft of an agent, by id or name, as an agent file. Raises `NotFound`."""
        ...

    async def check(self, text: str) -> list[Finding]:
        """What is wrong with an agent file; what cannot be read at all is one finding."""
        ...

    async def propose(self, text: str, summary: str, agent: str = "") -> Proposed:
        """Proposes an agent file to the owner: as a new agent, or as changes of one there is.

        A run has one proposal: another one takes the place of the first, until that is decided.
        Raises `AgentHasErrors`, `NothingToChange`, `NotFound`, `ProposalDecided`.
        """
        ...

    async def proposed(self) -> Proposed | None:
        """The proposal of this run, if it made one."""
        ...
