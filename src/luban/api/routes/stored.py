"""`/tables`, `/collections` and `/agents/{id}/state`: what blocks keep between runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from luban.api.caller import Owner, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.render_stored import (
    collection_view,
    document_view,
    row_view,
    table_view,
    value_view,
)
from luban.model.errors import InvalidValue
from luban.model.stored_views import (
    CollectionView,
    DocumentIdsView,
    DocumentView,
    StoredValueView,
    TableRowsView,
    TableRowView,
    TableView,
)
from luban.model.views import ItemsView, PageView, Tree
from luban.ports.search_index import Document, Place
from luban.services.search import LONGEST

router = APIRouter(tags=["stored"])

Name = Annotated[str, Path(pattern=r"^\w[\w.\- ]*$", max_length=100)]
Scope = Literal["agent", "user"]
Agent = Annotated[
    str, Query(max_length=100, description="Whose collection it is; empty: of all agents.")
]


class NewRows(BaseModel):
    """Rows to add to a table."""

    rows: list[Tree] = Field(min_length=1, max_length=10_000)


class NewDocument(BaseModel):
    """A text to be found again."""

    text: str = Field(max_length=LONGEST)
    id: str = Field("", max_length=200)
    metadata: Tree = {}
    vector: list[float] | None = None


class NewDocuments(BaseModel):
    """Texts to add to a collection."""

    documents: list[NewDocument] = Field(min_length=1, max_length=1000)


@router.get("/agents/{agent_id}/state", dependencies=[needs("agent.read")])
async def list_agent_state(
    house: TheHouse,
    owner: Owner,
    agent_id: str,
    part: Part,
    scope: Scope = "agent",
    prefix: Annotated[str, Query(max_length=200)] = "",
) -> PageView[StoredValueView]:
    """What an agent keeps by key; with `scope=user` what all agents of the team share."""
    found = await house.agent_states.list(owner, agent_id, part, scope=scope, prefix=prefix)
    return paged(found, part, value_view)


@router.delete("/agents/{agent_id}/state", dependencies=[needs("agent.update")], status_code=204)
async def delete_agent_state(
    house: TheHouse,
    owner: Owner,
    agent_id: str,
    key: Annotated[str, Query(min_length=1, max_length=200)],
    scope: Scope = "agent",
) -> None:
    """Forgets one value."""
    await house.agent_states.delete(owner, agent_id, key, scope=scope)


@router.get("/tables", dependencies=[needs("file.read")])
async def list_tables(house: TheHouse, owner: Owner) -> ItemsView[TableView]:
    return ItemsView(items=[table_view(each) for each in await house.tables.list(owner)])


@router.post("/tables/{table}/rows", dependencies=[needs("file.write")], status_code=201)
async def add_table_rows(house: TheHouse, owner: Owner, table: Name, new: NewRows) -> TableRowsView:
    """A table is there as soon as it has a row."""
    return TableRowsView(rows=await house.tables.append(owner, table, new.rows))


@router.get("/tables/{table}/rows", dependencies=[needs("file.read")])
async def list_table_rows(
    house: TheHouse,
    owner: Owner,
    table: str,
    part: Part,
    where: Annotated[
        str, Query(max_length=4000, description='Conditions as JSON: `{"likes": {">": 5}}`.')
    ] = "",
    sort: Annotated[str, Query(max_length=200, description="A field, or `-field`.")] = "",
) -> PageView[TableRowView]:
    """Newest first, unless `sort` says otherwise."""
    found = await house.tables.rows(owner, table, part, _conditions(where), sort)
    return paged(found, part, row_view)


@router.get(
    "/tables/{table}/csv",
    dependencies=[needs("file.read")],
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def export_table(house: TheHouse, owner: Owner, table: str) -> Response:
    """All rows, newest first."""
    return StreamingResponse(
        await house.tables.csv(owner, table),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f"attachment; filename*=utf-8''{quote(table, safe='')}.csv"
        },
    )


@router.delete("/tables/{table}", dependencies=[needs("file.delete")], status_code=204)
async def delete_table(house: TheHouse, owner: Owner, table: str) -> None:
    await house.tables.delete(owner, table)


@router.get("/collections", dependencies=[needs("file.read")])
async def list_collections(house: TheHouse, owner: Owner) -> ItemsView[CollectionView]:
    found = await house.collections.list(owner)
    return ItemsView(items=[collection_view(each) for each in found])


@router.post(
    "/collections/{collection}/documents", dependencies=[needs("file.write")], status_code=201
)
async def add_documents(
    house: TheHouse, owner: Owner, collection: Name, new: NewDocuments, agent: Agent = ""
) -> DocumentIdsView:
    """One with the id of another replaces it."""
    if agent:
        await house.agents.get(owner, agent)
    documents = [Document(each.text, each.id, each.metadata, each.vector) for each in new.documents]
    ids = await house.collections.add(_place(owner, collection, agent), documents)
    return DocumentIdsView(ids=ids)


@router.get("/collections/{collection}/documents", dependencies=[needs("file.read")])
async def list_documents(
    house: TheHouse,
    owner: Owner,
    collection: str,
    part: Part,
    agent: Agent = "",
    search: Annotated[str, Query(max_length=1000)] = "",
) -> PageView[DocumentView]:
    """The one changed last first; with `search` the best page of what has its words."""
    place = _place(owner, collection, agent)
    if not search:
        return paged(await house.collections.documents(place, part), part, document_view)
    hits = await house.collections.search(place, search, part.page_size)
    items = [document_view(hit.document, hit.score) for hit in hits]
    return PageView(items=items, total=len(items), page=1, page_size=part.page_size, total_pages=1)


@router.delete(
    "/collections/{collection}/documents/{document_id}",
    dependencies=[needs("file.delete")],
    status_code=204,
)
async def delete_document(
    house: TheHouse, owner: Owner, collection: str, document_id: str, agent: Agent = ""
) -> None:
    await house.collections.delete(_place(owner, collection, agent), document_id)


@router.delete("/collections/{collection}", dependencies=[needs("file.delete")], status_code=204)
async def delete_collection(
    house: TheHouse, owner: Owner, collection: str, agent: Agent = ""
) -> None:
    """With all its documents."""
    await house.collections.drop(_place(owner, collection, agent))


def _place(owner: str, collection: str, agent: str) -> Place:
    return Place(owner, f"agent:{agent}" if agent else "user", collection)


def _conditions(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise InvalidValue(
            name="where",
            value=text,
            expected='it must be a JSON object such as {"likes": {">": 5}}',
            expected_zh='必须是 JSON 对象，例如 {"likes": {">": 5}}',
        )
    return found
