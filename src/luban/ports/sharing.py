"""Links by which somebody without an account sees one thing of a team, or runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from luban.ports.stores import Page, Slice

SharedKind = Literal["agent", "run", "result", "thread"]
LinkScope = Literal["see", "run", "copy", "steps"]
SCOPES: Mapping[SharedKind, frozenset[LinkScope]] = {
    "agent": frozenset({"see", "run", "copy"}),
    "run": frozenset({"see", "steps"}),
    "result": frozenset({"see"}),
    "thread": frozenset({"see"}),
}
"""What a link to each kind of thing can allow."""


class Link(BaseModel):
    """What was shared; only the SHA-256 of what stands in the address is stored."""

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    digest: bytes
    resource: SharedKind
    resource_id: str
    scopes: tuple[LinkScope, ...]
    made_by: str = ""
    created_at: float
    expires_at: float | None = None
    last_used_at: float | None = None


class LinkStore(Protocol):
    """Links of owners; every query but the one by what stands in the address names the owner."""

    async def add(self, link: Link) -> None: ...

    async def list(
        self, owner: str, part: Slice, *, resource: str | None = None, resource_id: str = ""
    ) -> Page[Link]:
        """Newest first; those of one kind of thing, or of one thing."""
        ...

    async def remove(self, owner: str, link_id: str) -> bool: ...

    async def find(self, digest: bytes, now: float) -> Link | None:
        """Whoever's it is, unless it has expired."""
        ...

    async def used(self, owner: str, link_id: str, at: float) -> None: ...
