"""What blocks keep between runs, through the API: values, tables, collections of documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

import orjson

from luban.client.transport import Transport
from luban.model.stored_views import (
    CollectionView,
    DocumentIdsView,
    DocumentView,
    StoredValueView,
    TableRowsView,
    TableRowView,
    TableView,
)
from luban.model.views import ItemsView, PageView

Scope = Literal["agent", "user"]


class Stored:
    """What is kept on a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def state(
        self, agent: str, *, scope: Scope = "agent", prefix: str = "", page: int = 1
    ) -> PageView[StoredValueView]:
        """What an agent keeps by key; with `user` what all agents share."""
        params = {"scope": scope, "prefix": prefix, "page": page, "page_size": 200}
        path = f"/agents/{agent}/state"
        return await self._transport.ask(PageView[StoredValueView], "GET", path, params=params)

    async def forget(self, agent: str, key: str, *, scope: Scope = "agent") -> None:
        params = {"key": key, "scope": scope}
        await self._transport.send("DELETE", f"/agents/{agent}/state", params=params)

    async def tables(self) -> list[TableView]:
        return (await self._transport.ask(ItemsView[TableView], "GET", "/tables")).items

    async def add_rows(self, table: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows the table has then."""
        sent = {"rows": [dict(row) for row in rows]}
        path = f"/tables/{_part(table)}/rows"
        return (await self._transport.ask(TableRowsView, "POST", path, json=sent)).rows

    async def rows(
        self,
        table: str,
        *,
        where: Mapping[str, Any] | None = None,
        sort: str = "",
        page: int = 1,
        page_size: int = 50,
    ) -> PageView[TableRowView]:
        """Newest first, or by a field: `price`, `-price`."""
        conditions = orjson.dumps(dict(where)).decode() if where else ""
        params = {"where": conditions, "sort": sort, "page": page, "page_size": page_size}
        path = f"/tables/{_part(table)}/rows"
        return await self._transport.ask(PageView[TableRowView], "GET", path, params=params)

    async def table_csv(self, table: str) -> bytes:
        """All rows as CSV."""
        return (await self._transport.send("GET", f"/tables/{_part(table)}/csv")).content

    async def delete_table(self, table: str) -> None:
        await self._transport.send("DELETE", f"/tables/{_part(table)}")

    async def collections(self) -> list[CollectionView]:
        return (await self._transport.ask(ItemsView[CollectionView], "GET", "/collections")).items

    async def add_documents(
        self, collection: str, documents: Sequence[Mapping[str, Any]], *, agent: str = ""
    ) -> list[str]:
        """Their ids; each has `text` and, if there is one, `id`, `metadata`, `vector`."""
        sent = {"documents": [dict(each) for each in documents]}
        path, params = f"/collections/{_part(collection)}/documents", {"agent": agent}
        answer = await self._transport.ask(DocumentIdsView, "POST", path, params=params, json=sent)
        return answer.ids

    async def documents(
        self,
        collection: str,
        *,
        agent: str = "",
        search: str = "",
        page: int = 1,
        page_size: int = 50,
    ) -> PageView[DocumentView]:
        """The one changed last first, or what has the words of `search`."""
        params = {"agent": agent, "search": search, "page": page, "page_size": page_size}
        path = f"/collections/{_part(collection)}/documents"
        return await self._transport.ask(PageView[DocumentView], "GET", path, params=params)

    async def delete_document(self, collection: str, document: str, *, agent: str = "") -> None:
        path = f"/collections/{_part(collection)}/documents/{_part(document)}"
        await self._transport.send("DELETE", path, params={"agent": agent})

    async def delete_collection(self, collection: str, *, agent: str = "") -> None:
        path = f"/collections/{_part(collection)}"
        await self._transport.send("DELETE", path, params={"agent": agent})


def _part(name: str) -> str:
    return quote(name, safe="")
