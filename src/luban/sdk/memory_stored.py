"""What blocks keep between runs, kept in memory for a test."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from luban.model.values import plain
from luban.model.words import asked, terms
from luban.sdk.ranking import fused, in_order
from luban.sdk.stored import Document, Hit, Mode, Rows, StoredDocument, StoredRow, Where
from luban.sdk.where import check_where, matches

TIME = 1769846400.0


class MemoryState:
    """Values that outlive a run, kept in a dict by scope and key."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values: dict[tuple[str, str], Any] = {
            ("agent", key): value for key, value in (values or {}).items()
        }
        self._done: dict[tuple[str, str, str], Any] = {}

    async def get(self, key: str, default: Any = None, *, scope: str = "agent") -> Any:
        return self.values.get((scope, key), default)

    async def set(self, key: str, value: Any, *, scope: str = "agent") -> None:
        self.values[scope, key] = plain(value)

    async def update(
        self, key: str, change: Callable[[Any], Any], *, scope: str = "agent", once: str = ""
    ) -> Any:
        if once and (scope, key, once) in self._done:
            return self._done[scope, key, once]
        made = plain(change(self.values.get((scope, key))))
        self.values[scope, key] = self._done[scope, key, once] = made
        return made

    async def delete(self, key: str, *, scope: str = "agent") -> bool:
        return self.values.pop((scope, key), self) is not self

    async def keys(self, prefix: str = "", *, limit: int = 1000, scope: str = "agent") -> list[str]:
        found = (key for of, key in self.values if of == scope and key.startswith(prefix))
        return sorted(found)[:limit]


class MemoryTables:
    """Tables as lists, by name: oldest first."""

    def __init__(self, tables: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> None:
        self.rows: dict[str, list[StoredRow]] = {}
        self._done: set[tuple[str, str]] = set()
        for name, given in (tables or {}).items():
            self._add(name, given)

    async def append(
        self, table: str, rows: Sequence[Mapping[str, Any]], *, keep: int, once: str
    ) -> int:
        if (table, once) not in self._done:
            self._done.add((table, once))
            self._add(table, plain(list(rows)))
            del self.rows[table][:-keep]
        return len(self.rows[table])

    async def find(
        self,
        table: str,
        where: Where | None = None,
        *,
        sort: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> Rows:
        check_where(where)
        found = [row for row in reversed(self.rows.get(table, [])) if matches(row.values, where)]
        return Rows(in_order(found, sort)[offset : offset + limit], len(found))

    async def delete(self, table: str, where: Where | None = None) -> int:
        check_where(where)
        rows = self.rows.get(table, [])
        self.rows[table] = [row for row in rows if not matches(row.values, where)]
        return len(rows) - len(self.rows[table])

    def _add(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        kept = self.rows.setdefault(table, [])
        start = kept[-1].id + 1 if kept else 1
        kept += [StoredRow(start + at, dict(row), TIME) for at, row in enumerate(rows)]


class MemoryIndex:
    """Collections in dicts, by scope and name; words count, and none more than others."""

    def __init__(self, documents: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> None:
        self.kept: dict[tuple[str, str], dict[str, tuple[StoredDocument, Any]]] = {}
        self._made = 0
        for name, given in (documents or {}).items():
            for each in given:
                self._put("agent", name, Document(**each))

    async def add(
        self, collection: str, documents: Sequence[Document], *, scope: str = "agent"
    ) -> list[str]:
        return [self._put(scope, collection, each) for each in documents]

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
        check_where(where)
        kept = [
            (document, given)
            for document, given in self.kept.get((scope, collection), {}).values()
            if matches(document.metadata, where)
        ]
        rankings: dict[str, list[tuple[float, StoredDocument]]] = {}
        if text and mode != "vector":
            rankings["text"] = _ranked([(_shared(text, each.text), each) for each, _ in kept])
        if vector is not None and mode != "text":
            near = [(_cosine(vector, given), each) for each, given in kept if given is not None]
            rankings["vector"] = _ranked(near, least=-2.0)
        return fused(rankings)[:limit]

    async def get(self, collection: str, id: str, *, scope: str = "agent") -> StoredDocument | None:
        found = self.kept.get((scope, collection), {}).get(id)
        return found[0] if found else None

    async def list(
        self, collection: str, *, limit: int = 100, offset: int = 0, scope: str = "agent"
    ) -> list[StoredDocument]:
        kept = [each for each, _ in self.kept.get((scope, collection), {}).values()]
        return kept[::-1][offset : offset + limit]

    async def describe(
        self, collection: str, id: str, metadata: Mapping[str, Any], *, scope: str = "agent"
    ) -> bool:
        kept = self.kept.get((scope, collection), {})
        if id not in kept:
            return False
        document, vector = kept[id]
        kept[id] = (document._replace(metadata=plain(dict(metadata))), vector)
        return True

    async def delete(
        self,
        collection: str,
        ids: Sequence[str] = (),
        *,
        where: Where | None = None,
        scope: str = "agent",
    ) -> int:
        check_where(where)
        kept = self.kept.get((scope, collection), {})
        gone = [
            id
            for id, (document, _) in kept.items()
            if (ids or where) and (not ids or id in ids) and matches(document.metadata, where)
        ]
        for id in gone:
            del kept[id]
        return len(gone)

    def _put(self, scope: str, collection: str, given: Document) -> str:
        self._made += 1
        id = given.id or f"d_{self._made}"
        document = StoredDocument(id, given.text, plain(dict(given.metadata)), {}, TIME, TIME)
        self.kept.setdefault((scope, collection), {})[id] = (document, given.vector)
        return id


def _ranked(
    found: list[tuple[float, StoredDocument]], least: float = 0.0
) -> list[tuple[float, StoredDocument]]:
    return sorted((each for each in found if each[0] > least), key=lambda each: -each[0])


def _shared(question: str, text: str) -> float:
    there = terms(text)
    return float(
        sum(
            any(term.startswith(each[:-1]) for term in there) if each[-1] == "*" else each in there
            for each in asked(question)
        )
    )


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    size = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / size if size else 0.0
