"""Proposals: agents or changes of agents that wait for their owner."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from luban.model.finding import Finding
from luban.model.graph_changes import Change
from luban.ports.stores import Page, Slice

ProposalState = Literal["drafting", "open", "accepted", "refused"]


class Proposal(BaseModel):
    """What one run proposed for one agent; without `agent` it is for a new one.

    `changes` lead away from the draft at `revision`; `accepted` are those that were taken over.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    agent: str = ""
    run: str
    state: ProposalState = "drafting"
    revision: int = 0
    document: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What there would be if everything were accepted, and nothing had changed meanwhile."""
    summary: str = ""
    changes: tuple[Change, ...] = ()
    warnings: tuple[Finding, ...] = ()
    accepted: tuple[str, ...] = ()
    created_at: float
    updated_at: float


class ProposalStore(Protocol):
    """The proposals of all owners; every query names the owner."""

    async def add(self, proposal: Proposal) -> bool:
        """Keeps a new one; `False`, and nothing done, if there is one with its id."""
        ...

    async def change(self, proposal: Proposal, *, seen: float) -> bool:
        """Replaces one that was last changed at `seen`; `False` if it was changed since."""
        ...

    async def find(self, owner: str, proposal_id: str) -> Proposal | None: ...

    async def list(self, owner: str, part: Slice, *, agent: str = "") -> Page[Proposal]:
        """Newest first."""
        ...
