"""What travels of the things that blocks keep: values, tables, collections of documents."""

from __future__ import annotations

from typing import Any

from luban.model.views import Moment, Tree, View


class StoredValueView(View):
    """A value that an agent keeps, or all agents of its owner."""

    key: str
    value: Any
    updated_at: Moment


class TableView(View):
    """A table that blocks log to."""

    name: str
    rows: int
    first_at: Moment
    last_at: Moment


class TableRowsView(View):
    """How many rows a table has."""

    rows: int


class TableRowView(View):
    """A row, and which step wrote it."""

    id: int
    values: Tree
    at: Moment
    run_id: str
    node: str


class CollectionView(View):
    """A collection of documents; `agent_id` is empty for one that all agents share."""

    name: str
    agent_id: str
    documents: int
    vectors: int
    dimensions: int
    updated_at: Moment


class DocumentIdsView(View):
    """Ids of documents, in the order they were given."""

    ids: list[str]


class DocumentView(View):
    """A document that search finds; `source` says which run put it there, `score` how it fits."""

    id: str
    text: str
    metadata: Tree
    source: Tree
    created_at: Moment
    updated_at: Moment
    score: float | None = None
