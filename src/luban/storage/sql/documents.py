"""Documents as rows, with what they are found by."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from luban.model.values import decode, encode
from luban.model.words import terms
from luban.ports.search_index import (
    CollectionFacts,
    Document,
    Place,
    Scored,
    StoredDocument,
    VectorOfOtherLength,
)
from luban.ports.stores import Page, Slice
from luban.storage.sql.database import Database, Record, Session, find
from luban.storage.sql.vectors import Vectors, VectorSearch, packed

OF_PLACE = "owner = :owner and scope = :scope and collection = :collection"
ONE = f"{OF_PLACE} and id = :id"
COLUMNS = "seq, id, text, metadata, source, created_at, updated_at"
# Whoever changes a collection takes its row first: one change after the other, in order of its
# revisions, so that what is read up to one revision is all there is up to then.
TOUCH = """
insert into collections (owner, scope, name, revision, updated_at)
values (:owner, :scope, :collection, 1, :at)
on conflict (owner, scope, name)
do update set revision = collections.revision + 1, updated_at = excluded.updated_at
returning revision, dimensions"""
SET_DIMENSIONS = """
update collections set dimensions = :dimensions
where owner = :owner and scope = :scope and name = :collection"""
NOTE_REMOVAL = """
update collections set removed = revision
where owner = :owner and scope = :scope and name = :collection"""
DROP = "delete from collections where owner = :owner and scope = :scope and name = :collection"
PUT = """
insert into documents (owner, scope, collection, id, home, text, terms, metadata, source,
  created_at, updated_at)
values (:owner, :scope, :collection, :id, :home, :text, :terms, :metadata, :source, :at, :at)
on conflict (owner, scope, collection, id) do update set text = excluded.text,
  terms = excluded.terms, metadata = excluded.metadata, source = excluded.source,
  updated_at = excluded.updated_at
returning seq"""
PUT_VECTOR = """
insert into document_vectors (document, owner, scope, collection, revision, vector)
values (:seq, :owner, :scope, :collection, :revision, :vector)
on conflict (document) do update set vector = excluded.vector, revision = excluded.revision"""
NO_VECTOR = "delete from document_vectors where owner = :owner and document = :seq"
FIND = f"select {COLUMNS} from documents where {ONE}"
LIST = f"""
select {COLUMNS} from documents where {OF_PLACE}
order by updated_at desc, seq desc limit :limit offset :offset"""
COUNT = f"select count(*) as total from documents where {OF_PLACE}"
DESCRIBE = f"update documents set metadata = :metadata where {ONE}"
DELETE = f"delete from documents where {ONE}"
DELETE_ALL = f"delete from documents where {OF_PLACE}"
COLLECTIONS = """
select c.scope, c.name, c.dimensions, c.updated_at,
  (select count(*) from documents d
    where d.owner = c.owner and d.scope = c.scope and d.collection = c.name) as documents,
  (select count(*) from document_vectors v
    where v.owner = c.owner and v.scope = c.scope and v.collection = c.name) as vectors
from collections c where c.owner = :owner order by c.scope, c.name"""
NOTHING_COUNTED = "select 0 as total"
_AT_ONCE = 100


class WordSearch(Protocol):
    """How a database finds texts by their terms, and rows by their numbers."""

    by_words: str
    """`score` and the columns of documents, the best first; takes `:asked`, and owner and place."""
    by_numbers: str
    """The columns of documents with one of `:numbers`, of an owner."""

    def asked(self, home: str, words: Sequence[str]) -> str:
        """Documents with any of the words, of the one home; a word may end in `*`."""
        ...

    def numbers(self, numbers: Sequence[int]) -> Any: ...


class SqlSearchIndex:
    """`SearchIndex` over any `Database`."""

    def __init__(
        self,
        database: Database,
        words: WordSearch,
        cache_bytes: int = 128_000_000,
        vectors: VectorSearch | None = None,
    ) -> None:
        self._database = database
        self._words = words
        self._vectors = vectors or Vectors(database, cache_bytes)

    async def add(
        self, place: Place, documents: Sequence[Document], source: Mapping[str, Any], at: float
    ) -> None:
        if not documents:
            return
        named, came_from, home = place._asdict(), encode(dict(source)), home_of(place)
        async with self._database.transaction() as session:
            touched = await find(session, TOUCH, **named, at=at)
            assert touched is not None
            await _check_lengths(session, place, documents, touched["dimensions"])
            for each in documents:
                row = await find(
                    session,
                    PUT,
                    **named,
                    id=each.id,
                    home=home,
                    text=each.text.replace("\0", ""),  # PostgreSQL stores none
                    terms=" ".join(terms(each.text)),
                    metadata=encode(dict(each.metadata)),
                    source=came_from,
                    at=at,
                )
                assert row is not None
                if each.vector is not None:
                    vector = packed(each.vector)
                    values = {"seq": row["seq"], "revision": touched["revision"], "vector": vector}
                    await session.execute(PUT_VECTOR, **named, **values)
                elif await session.execute(NO_VECTOR, owner=place.owner, seq=row["seq"]):
                    await session.execute(NOTE_REMOVAL, **named)

    async def collections(self, owner: str) -> list[CollectionFacts]:
        rows = await self._database.fetch(COLLECTIONS, owner=owner)
        return [
            CollectionFacts(
                row["scope"],
                row["name"],
                row["documents"],
                row["vectors"],
                row["dimensions"],
                row["updated_at"],
            )
            for row in rows
        ]

    async def find(self, place: Place, id: str) -> StoredDocument | None:
        row = await find(self._database, FIND, **place._asdict(), id=id)
        return document_of(row) if row else None

    async def list(self, place: Place, part: Slice) -> Page[StoredDocument]:
        rows, total = await self._database.page(
            LIST, COUNT, limit=part.page_size, offset=part.offset, **place._asdict()
        )
        return Page([document_of(row) for row in rows], total)

    async def describe(self, place: Place, id: str, metadata: Mapping[str, Any]) -> bool:
        async with self._database.transaction() as session:
            values = {**place._asdict(), "id": id, "metadata": encode(dict(metadata))}
            return await session.execute(DESCRIBE, **values) > 0

    async def delete(self, place: Place, ids: Sequence[str]) -> int:
        if not ids or not await self._holds(place):
            return 0
        named = place._asdict()
        async with self._database.transaction() as session:
            await self._touch_known(session, place)
            gone = 0
            for each in ids:
                gone += await session.execute(DELETE, **named, id=each)
            await session.execute(NOTE_REMOVAL, **named)
            if not (await session.fetch(COUNT, **named))[0]["total"]:
                await session.execute(DROP, **named)
            return gone

    async def drop(self, place: Place) -> int:
        async with self._database.transaction() as session:
            gone = await session.execute(DELETE_ALL, **place._asdict())
            await session.execute(DROP, **place._asdict())
            return gone

    async def by_words(self, place: Place, words: Sequence[str]) -> AsyncIterator[Scored]:
        asked, offset = self._words.asked(home_of(place), words), 0
        while True:
            rows, _ = await self._database.page(
                self._words.by_words,
                NOTHING_COUNTED,
                limit=_AT_ONCE,
                offset=offset,
                **place._asdict(),
                asked=asked,
            )
            for row in rows:
                yield Scored(float(row["score"]), document_of(row))
            if len(rows) < _AT_ONCE:
                return
            offset += _AT_ONCE

    async def by_vector(self, place: Place, vector: Sequence[float]) -> AsyncIterator[Scored]:
        async for part in self._vectors.ranked(place, vector):
            numbers = self._words.numbers([number for number, _ in part])
            rows = await self._database.fetch(
                self._words.by_numbers, owner=place.owner, numbers=numbers
            )
            known = {row["seq"]: row for row in rows}
            for number, score in part:
                if number in known:  # else it went meanwhile
                    yield Scored(score, document_of(known[number]))

    async def _holds(self, place: Place) -> bool:
        (row,) = await self._database.fetch(COUNT, **place._asdict())
        return row["total"] > 0

    async def _touch_known(self, session: Session, place: Place) -> None:
        await session.execute(
            "update collections set revision = revision + 1 "
            "where owner = :owner and scope = :scope and name = :collection",
            **place._asdict(),
        )


async def _check_lengths(
    session: Session, place: Place, documents: Sequence[Document], known: int
) -> None:
    before = known
    for each in documents:
        if each.vector is None:
            continue
        known = known or len(each.vector)
        if len(each.vector) != known:
            raise VectorOfOtherLength(
                collection=place.collection, known=known, given=len(each.vector)
            )
    if known != before:
        await session.execute(SET_DIMENSIONS, **place._asdict(), dimensions=known)


def home_of(place: Place) -> str:
    """The term all documents of a collection share, and no others."""
    digest = hashlib.sha256("\0".join(place).encode()).hexdigest()
    return f"zz{digest[:24]}"


def document_of(row: Record) -> StoredDocument:
    return StoredDocument(
        row["id"],
        row["text"],
        decode(row["metadata"]),
        decode(row["source"]),
        row["created_at"],
        row["updated_at"],
    )
