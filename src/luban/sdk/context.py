"""What a block may use of the outside world: one object, handed to every step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from luban.sdk.chat import Models
from luban.sdk.fields import FileRef
from luban.sdk.http import Http


class Files(Protocol):
    """Stored files of the run's owner."""

    async def read(self, file: FileRef) -> bytes: ...

    def stream(self, file: FileRef) -> AsyncIterator[bytes]:
        """The bytes in pieces of at most 1 MiB, for files that should not be held whole."""
        ...

    async def write(self, name: str, content: bytes, type: str | None = None) -> FileRef:
        """Stores a file and gives its reference; the type is guessed from name and content."""
        ...


class State(Protocol):
    """Small values that outlive a run, kept per agent or per user."""

    async def get(self, key: str, default: Any = None, *, scope: str = "agent") -> Any: ...

    async def set(self, key: str, value: Any, *, scope: str = "agent") -> None: ...


class Context(Protocol):
    """One step's view of the world; `idempotency_key` is the same in every attempt of the step."""

    @property
    def run_id(self) -> str: ...
    @property
    def node_id(self) -> str: ...
    @property
    def iteration(self) -> int: ...
    @property
    def attempt(self) -> int: ...
    @property
    def idempotency_key(self) -> str: ...
    @property
    def deadline(self) -> float | None:
        """Unix time at which this attempt is ended, if it has a time limit."""
        ...

    @property
    def http(self) -> Http: ...
    @property
    def llm(self) -> Models: ...
    @property
    def files(self) -> Files: ...
    @property
    def state(self) -> State: ...

    def now(self) -> float:
        """Unix time. A block that asks here, and not the system, can be tested and replayed."""
        ...

    def log(self, message: str, **values: Any) -> None: ...

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        """Shown live on the node; not kept."""
        ...

    def delta(self, pin: str, text: str) -> None:
        """A piece of a text being written, shown live and not kept; emit the whole at the end."""
        ...

    async def emit(self, pin: str, value: Any) -> None:
        """Sends a value on at once, while the block goes on."""
        ...

    def secret(self, provider: str) -> Mapping[str, str] | None:
        """The opened credential the node may use for a provider, if there is one."""
        ...
