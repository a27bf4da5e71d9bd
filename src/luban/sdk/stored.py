"""What blocks keep between runs: small values, rows of tables, texts to search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

Scope = Literal["agent", "user"]
"""Whose it is: of the one agent, or of all agents of its owner."""
Where = Mapping[str, Any]
"""Conditions by field, all of which must hold: a value, or `{">": 5, "contains": "x"}`."""
Mode = Literal["auto", "text", "vector", "hybrid"]


class State(Protocol):
    """Small values that outlive a run, kept per agent or per user."""

    async def get(self, key: str, default: Any = None, *, scope: str = "agent") -> Any: ...

    async def set(self, key: str, value: Any, *, scope: str = "agent") -> None: ...

    async def update(
        self,
        key: str,
        change: Callable[[Any], Any],
        *,
        scope: str = "agent",
        once: str = "",
    ) -> Any:
        """Puts what `change` makes of the value (`None` if there is none); gives the new value.

        Whatever others do meanwhile, none of their changes is lost: `change` may be called again,
        and so must do nothing else. With `once`, such as `ctx.idempotency_key`, a second time
        changes nothing and gives what the first one gave.
        """
        ...

    async def delete(self, key: str, *, scope: str = "agent") -> bool:
        """Whether there was a value."""
        ...

    async def keys(self, prefix: str = "", *, limit: int = 1000, scope: str = "agent") -> list[str]:
        """In order of their letters."""
        ...


class StoredRow(NamedTuple):
    """A row of a table, and when which run wrote it."""

    id: int
    values: Mapping[str, Any]
    at: float
    run: str = ""
    node: str = ""


class Rows(NamedTuple):
    """Some rows of a longer answer, and how long it is."""

    items: list[StoredRow]
    total: int


class Tables(Protocol):
    """Tables that rows are added to, of the owner of the run."""

    async def append(
        self, table: str, rows: Sequence[Mapping[str, Any]], *, keep: int, once: str
    ) -> int:
        """Adds rows, the same `once` only once; the oldest go beyond `keep`. How many there are."""
        ...

    async def find(
        self,
        table: str,
        where: Where | None = None,
        *,
        sort: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> Rows:
        """Newest first, or by a field: `price`, or `-price` with the largest first."""
        ...

    async def delete(self, table: str, where: Where | None = None) -> int:
        """How many rows went."""
        ...


class Document(NamedTuple):
    """A text to be found again; one with the id of another replaces it."""

    text: str
    id: str = ""
    metadata: Mapping[str, Any] = {}
    vector: Sequence[float] | None = None


class StoredDocument(NamedTuple):
    """A document as it is kept; `source` says where it came from: run, node, agent."""

    id: str
    text: str
    metadata: Mapping[str, Any]
    source: Mapping[str, Any]
    created_at: float
    updated_at: float


class Hit(NamedTuple):
    """A document that was found; scores say something within one answer only.

    `by` tells what found it: its place, from 1, among the words and among the vectors.
    """

    document: StoredDocument
    score: float
    by: Mapping[str, int]


class Index(Protocol):
    """Collections of texts, of an agent or of all agents of its owner, and search in them."""

    async def add(
        self, collection: str, documents: Sequence[Document], *, scope: str = "agent"
    ) -> list[str]:
        """The ids; a document without one gets the same in every attempt of the step.

        All vectors of a collection have one length. Raises `vector_of_other_length`.
        """
        ...

    async def search(
        self,
        collection: str,
        text: str = "",
        *,
        vector: Sequence[float] | None = None,
        mode: Mode = "auto",
        limit: int = 10,
        where: Where | None = None,
        scope: str = "agent",
    ) -> list[Hit]:
        """The best first. `auto` is by whatever is given: words, a vector, or both fused."""
        ...

    async def get(
        self, collection: str, id: str, *, scope: str = "agent"
    ) -> StoredDocument | None: ...

    async def list(
        self, collection: str, *, limit: int = 100, offset: int = 0, scope: str = "agent"
    ) -> list[StoredDocument]:
        """Newest first."""
        ...

    async def describe(
        self, collection: str, id: str, metadata: Mapping[str, Any], *, scope: str = "agent"
    ) -> bool:
        """Gives a document other metadata; its text and vector stay. Whether it is there."""
        ...

    async def delete(
        self,
        collection: str,
        ids: Sequence[str] = (),
        *,
        where: Where | None = None,
        scope: str = "agent",
    ) -> int:
        """Those of these ids for which the conditions hold; without ids all for which they do.

        Without either nothing. How many went.
        """
        ...
