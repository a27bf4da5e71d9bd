"""From what blocks keep to the views that travel."""

from __future__ import annotations

from luban.model.stored_views import (
    CollectionView,
    DocumentView,
    StoredValueView,
    TableRowView,
    TableView,
)
from luban.model.views import moment
from luban.ports.search_index import CollectionFacts, StoredDocument
from luban.ports.stores import StoredValue
from luban.ports.tables import StoredRow, TableFacts


def value_view(value: StoredValue) -> StoredValueView:
    return StoredValueView(key=value.key, value=value.value, updated_at=moment(value.updated_at))


def table_view(table: TableFacts) -> TableView:
    return TableView(
        name=table.name,
        rows=table.rows,
        first_at=moment(table.first_at),
        last_at=moment(table.last_at),
    )


def row_view(row: StoredRow) -> TableRowView:
    return TableRowView(
        id=row.id, values=dict(row.values), at=moment(row.at), run_id=row.run, node=row.node
    )


def collection_view(facts: CollectionFacts) -> CollectionView:
    return CollectionView(
        name=facts.name,
        agent_id=facts.scope.removeprefix("agent:") if facts.scope != "user" else "",
        documents=facts.documents,
        vectors=facts.vectors,
        dimensions=facts.dimensions,
        updated_at=moment(facts.updated_at),
    )


def document_view(document: StoredDocument, score: float | None = None) -> DocumentView:
    return DocumentView(
        id=document.id,
        text=document.text,
        metadata=dict(document.metadata),
        source=dict(document.source),
        created_at=moment(document.created_at),
        updated_at=moment(document.updated_at),
        score=score,
    )
