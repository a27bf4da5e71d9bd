"""Conversations with agents: threads, and the messages in them."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from luban.ports.stores import Page, Slice

SpeakerRole = Literal["user", "assistant"]
Ending = Literal["", "completed", "failed", "cancelled", "gone"]
"""How the run of an answer ended; empty while it has not, `gone` if the run was deleted before."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Thread(_Frozen):
    """A conversation. It is with the agent `agent`, or else with the model `model` itself.

    `shown` is the last message of the branch that is looked at.
    """

    id: str
    owner: str
    agent: str = ""
    model: str = ""
    title: str = ""
    pinned: bool = False
    archived: bool = False
    shown: str = ""
    created_at: float
    updated_at: float


class ThreadMessage(_Frozen):
    """What was said once. Several that follow one `parent` are branches.

    An answer names the `run` that gives it. Until its `ending` is written down, the run is asked.
    `files` are references; `earlier` are turns that came from outside with the message and stand
    in no other one.
    """

    id: str
    owner: str
    thread: str
    parent: str | None = None
    role: SpeakerRole
    run: str | None = None
    text: str = ""
    files: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    earlier: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    agent: str = ""
    model: str = ""
    version: int | None = None
    output: str = ""
    """Which output of the run is the answer."""
    streams: list[tuple[str, str]] = Field(default_factory=list[tuple[str, str]])
    """The nodes and pins whose pieces of text are the answer while it is written."""
    ending: Ending = ""
    error: dict[str, Any] | None = None
    tokens: int = 0
    usd: float | None = 0.0
    proposal: str = ""
    """The proposal that the answer leads to, if its agent made one."""
    created_at: float
    ended_at: float | None = None


class ThreadStore(Protocol):
    """Threads of owners; every query names the owner."""

    async def create(self, thread: Thread) -> None: ...

    async def find(self, owner: str, thread_id: str) -> Thread | None: ...

    async def list(
        self, owner: str, part: Slice, *, search: str = "", agent: str = "", archived: bool = False
    ) -> Page[Thread]:
        """Pinned ones first, then those in which something was said last; `search` is in titles."""
        ...

    async def update(self, thread: Thread) -> bool: ...

    async def delete(self, owner: str, thread_id: str) -> bool:
        """With all its messages."""
        ...

    async def add(self, messages: list[ThreadMessage]) -> None:
        """All or none of them; those that are there already stay as they are."""
        ...

    async def message(self, owner: str, message_id: str) -> ThreadMessage | None: ...

    async def messages(self, owner: str, thread_id: str) -> list[ThreadMessage]:
        """All branches, oldest first."""
        ...

    async def settle(self, message: ThreadMessage) -> bool:
        """Writes down how an answer ended, once: `False` if that was written already."""
        ...
