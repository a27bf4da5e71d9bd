"""What steps keep between runs; what is kept holds no secret the run has opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from luban.model.hiding import Hidden
from luban.model.values import plain
from luban.sdk.stored import (
    Document,
    Hit,
    Index,
    Mode,
    Rows,
    State,
    StoredDocument,
    Tables,
    Where,
)


class _Discreet(Protocol):
    @property
    def hidden(self) -> Hidden | None: ...


class DiscreetState:
    """The values of an agent."""

    __slots__ = ("_host", "_state")

    def __init__(self, state: State, host: _Discreet) -> None:
        self._state = state
        self._host = host

    async def get(self, key: str, default: Any = None, *, scope: str = "agent") -> Any:
        return await self._state.get(key, default, scope=scope)

    async def set(self, key: str, value: Any, *, scope: str = "agent") -> None:
        if (hidden := self._host.hidden) is not None:
            key, value = hidden.text(key), hidden.value(plain(value))
        await self._state.set(key, value, scope=scope)

    async def update(
        self, key: str, change: Callable[[Any], Any], *, scope: str = "agent", once: str = ""
    ) -> Any:
        hidden = self._host.hidden
        if hidden is None:
            return await self._state.update(key, change, scope=scope, once=once)

        def discreet(value: Any) -> Any:
            return hidden.value(plain(change(value)))

        return await self._state.update(hidden.text(key), discreet, scope=scope, once=once)

    async def delete(self, key: str, *, scope: str = "agent") -> bool:
        return await self._state.delete(key, scope=scope)

    async def keys(self, prefix: str = "", *, limit: int = 1000, scope: str = "agent") -> list[str]:
        return await self._state.keys(prefix, limit=limit, scope=scope)


class DiscreetTables:
    """The tables of an owner."""

    __slots__ = ("_host", "_tables")

    def __init__(self, tables: Tables, host: _Discreet) -> None:
        self._tables = tables
        self._host = host

    async def append(
        self, table: str, rows: Sequence[Mapping[str, Any]], *, keep: int, once: str
    ) -> int:
        if (hidden := self._host.hidden) is not None:
            table, rows = hidden.text(table), hidden.value(plain(list(rows)))
        return await self._tables.append(table, rows, keep=keep, once=once)

    async def find(
        self,
        table: str,
        where: Where | None = None,
        *,
        sort: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> Rows:
        return await self._tables.find(table, where, sort=sort, limit=limit, offset=offset)

    async def delete(self, table: str, where: Where | None = None) -> int:
        return await self._tables.delete(table, where)


class DiscreetIndex:
    """The collections of an agent and its owner."""

    __slots__ = ("_host", "_index")

    def __init__(self, index: Index, host: _Discreet) -> None:
        self._index = index
        self._host = host

    async def add(
        self, collection: str, documents: Sequence[Document], *, scope: str = "agent"
    ) -> list[str]:
        if (hidden := self._host.hidden) is not None:
            collection = hidden.text(collection)
            documents = [
                each._replace(
                    id=hidden.text(each.id),
                    text=hidden.text(each.text),
                    metadata=hidden.value(plain(dict(each.metadata))),
                )
                for each in documents
            ]
        return await self._index.add(collection, documents, scope=scope)

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
        return await self._index.search(
            collection, text, vector=vector, mode=mode, limit=limit, where=where, scope=scope
        )

    async def get(self, collection: str, id: str, *, scope: str = "agent") -> StoredDocument | None:
        return await self._index.get(collection, id, scope=scope)

    async def list(
        self, collection: str, *, limit: int = 100, offset: int = 0, scope: str = "agent"
    ) -> list[StoredDocument]:
        return await self._index.list(collection, limit=limit, offset=offset, scope=scope)

    async def describe(
        self, collection: str, id: str, metadata: Mapping[str, Any], *, scope: str = "agent"
    ) -> bool:
        if (hidden := self._host.hidden) is not None:
            metadata = hidden.value(plain(dict(metadata)))
        return await self._index.describe(collection, id, metadata, scope=scope)

    async def delete(
        self,
        collection: str,
        ids: Sequence[str] = (),
        *,
        where: Where | None = None,
        scope: str = "agent",
    ) -> int:
        return await self._index.delete(collection, ids, where=where, scope=scope)
