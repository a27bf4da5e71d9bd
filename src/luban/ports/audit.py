"""The audit log: who did what to which thing, when and from where. Entries are only added."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from luban.ports.stores import Page, Slice

Outcome = Literal["done", "refused", "failed"]


class AuditEntry(BaseModel):
    """One entry. `details` never hold secrets: names of what was changed, not values."""

    model_config = ConfigDict(frozen=True)

    id: int = 0
    """Given by the store, growing."""
    at: float
    user: str
    team: str
    by: str
    """How the caller was signed in: session, key, token, link, local."""
    grant: str = ""
    action: str
    """Noun and verb, such as `agent.create` or `session.begin`."""
    resource: str = ""
    """The kind of thing, such as `agent`."""
    resource_id: str = ""
    outcome: Outcome = "done"
    status: int = 0
    address: str = ""
    agent: str = ""
    request_id: str = ""
    details: Mapping[str, Any] = {}


class AuditQuery(BaseModel):
    """Which entries are wanted; empty means all."""

    model_config = ConfigDict(frozen=True)

    user: str = ""
    team: str = ""
    action: str = ""
    resource: str = ""
    resource_id: str = ""
    outcome: str = ""
    since: float | None = None
    until: float | None = None


class AuditStore(Protocol):
    """Where entries are kept."""

    async def add(self, *entries: AuditEntry) -> None:
        """Keeps them, all or none."""
        ...

    async def list(self, query: AuditQuery, part: Slice) -> Page[AuditEntry]:
        """Newest first."""
        ...

    def export(self, query: AuditQuery) -> AsyncIterator[AuditEntry]:
        """All of them, oldest first, without holding them in memory."""
        ...

    async def forget_before(self, at: float) -> int:
        """Removes older entries, as retention does; the only way that they go.

        The store itself refuses to lose what is younger than a day.
        """
        ...
