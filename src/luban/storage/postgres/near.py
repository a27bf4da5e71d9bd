"""Vectors in columns of pgvector, where the server has that extension.

The vectors that count are those of `document_vectors`; what lies here is made of them, and brought
up to date by whoever asks. So a server may get or lose the extension at any time, and a backup
needs none of it. A collection is looked through exactly; a large one has an index of its own for
its nearest, so that no other owner's vectors stand in its way.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import orjson

from luban.model.errors import LubanError
from luban.ports.search_index import Place, VectorOfOtherLength
from luban.storage.postgres.pool import Line, PostgresPool
from luban.storage.sql.database import Database, Record, find
from luban.storage.sql.vectors import READ, STATE, Part, packed

log = logging.getLogger(__name__)

TABLE = "near_vectors"
_LOCK = 0x6E656172
"""Who makes the table holds it; the letters of the word."""
_THERE = f"""
select to_regclass('{TABLE}') is not null as made,
  exists (select 1 from pg_extension where extname = 'vector') as there,
  exists (select 1 from pg_available_extensions where name = 'vector') as available"""
_MAKE = f"""
create table {TABLE} (
  document bigint primary key references document_vectors (document) on delete cascade,
  owner text not null,
  scope text not null,
  collection text not null,
  revision bigint not null,
  vector vector not null
);
create index {TABLE}_of_collection on {TABLE} (owner, scope, collection, revision);
alter table {TABLE} enable row level security;
create policy of_owner on {TABLE} using (owner = nullif(current_setting('luban.owner', true), ''));
"""
_OF = "owner = :owner and scope = :scope and collection = :collection"
_KNOWN = f"select coalesce(max(revision), 0) as revision from {TABLE} where {_OF}"
_COPY = f"""
insert into {TABLE} (document, owner, scope, collection, revision, vector)
select v.document, v.owner, v.scope, v.collection, v.revision, cast(given.vector as vector)
from unnest(cast(:documents as bigint[]), cast(:revisions as bigint[]), cast(:vectors as text[]))
    as given (document, revision, vector)
  join document_vectors v on v.document = given.document and v.owner = :owner
    and v.revision = given.revision
for key share of v
on conflict (document) do update set vector = excluded.vector, revision = excluded.revision"""
_SIZE = f"select count(*) as total from {TABLE} where {_OF}"
_ALL = f"""
select document, -(vector <#> cast(:vector as vector)) as score from {TABLE} where {_OF}
order by 2 desc, revision, document limit :limit"""
_FIRST = f"""
select document, -(cast(vector as vector({{size}})) <#> cast(:vector as vector({{size}}))) as score
from {TABLE} where {_OF}
order by cast(vector as vector({{size}})) <#> cast(:vector as vector({{size}})) limit :limit"""
# Sorting is never better here, but looks so where the table was not counted for a while.
_BY_INDEX = """
select set_config('hnsw.ef_search', :most, true), set_config('enable_sort', 'off', true)"""
_INDEX = """
select format('create index concurrently if not exists %I on near_vectors using hnsw
  ((cast(vector as vector({size}))) vector_ip_ops)
  where owner = %L and scope = %L and collection = %L',
  cast(:name as text), cast(:owner as text), cast(:scope as text), cast(:collection as text)
) as said"""
_HAS_INDEX = """
select coalesce(bool_and(indisvalid), false) as ready from pg_index
where indexrelid = to_regclass(:name)"""
_BEING_BUILT = f"""
select exists (
  select 1 from pg_stat_progress_create_index where relid = to_regclass('{TABLE}')) as busy"""
LARGE = 20_000
"""From here on a collection gets an index: all of so many are compared in some 20 ms."""
_LONGEST_INDEXED = 2000
_NEAREST = 200
_MOST_RANKED = 10_000
_AT_ONCE = 2000


async def prepare_vectors(line: Line) -> bool:
    """Whether pgvector is there and has its table, which is made if it may be."""
    facts: Any = await line.fetchrow(_THERE)
    if facts["made"]:
        return bool(facts["there"])
    if not facts["there"] and not facts["available"]:
        return False
    try:
        async with line.transaction():
            await line.execute(f"select pg_advisory_xact_lock({_LOCK})")
            await line.execute("create extension if not exists vector")
            found: Any = await line.fetchrow(_THERE)
            if not found["made"]:
                await line.execute(_MAKE)
    except asyncpg.PostgresError as error:
        log.info("pgvector is not used: %s", error)
        return False
    return True


class NearVectors:
    """Which documents are nearest to a vector, told by pgvector."""

    def __init__(self, database: Database, pool: PostgresPool, large: int = LARGE) -> None:
        self._database = database
        self._pool = pool
        self._large = large
        self._copying = asyncio.Lock()
        self._sizes: dict[Place, int] = {}
        self._building: dict[str, asyncio.Task[None]] = {}

    async def ranked(self, place: Place, vector: Sequence[float]) -> AsyncIterator[Part]:
        """Documents by their numbers with their cosines, the nearest first, part by part.

        Raises `VectorOfOtherLength`.
        """
        state = await find(self._database, STATE, **place._asdict())
        if state is None or not state["dimensions"]:
            return
        size = state["dimensions"]
        if len(vector) != size:
            raise VectorOfOtherLength(collection=place.collection, known=size, given=len(vector))
        async with self._copying:  # two questions at once copy once
            await self._copy(place, state["revision"])
        asked = await asyncio.to_thread(_written, packed(vector))
        named = {**place._asdict(), "vector": asked}
        if await self._is_indexed(place, size):
            first = await self._by_index(size, named)
        else:
            first = await self._database.fetch(_ALL, **named, limit=_NEAREST)
        yield _part(first)
        if len(first) < _NEAREST:
            return
        seen = {row["document"] for row in first}
        rest = await self._database.fetch(_ALL, **named, limit=_MOST_RANKED)
        left = [row for row in rest if row["document"] not in seen]
        for start in range(0, len(left), _NEAREST):
            yield _part(left[start : start + _NEAREST])

    async def _by_index(self, size: int, named: dict[str, Any]) -> list[Record]:
        async with self._database.transaction() as session:
            await session.fetch(_BY_INDEX, owner=named["owner"], most=str(_NEAREST))
            return await session.fetch(_FIRST.format(size=size), **named, limit=_NEAREST)

    async def _copy(self, place: Place, until: int) -> None:
        """What came since it was last brought up to date; what went took its copy along."""
        known = await find(self._database, _KNOWN, **place._asdict())
        assert known is not None
        if known["revision"] >= until:
            return
        values = {**place._asdict(), "since": known["revision"], "until": until}
        while True:
            # Oldest first and in whole parts: should this be cut off, the rest is copied next time.
            rows, _ = await self._database.page(
                READ, "select 0 as total", limit=_AT_ONCE, offset=0, **values
            )
            if not rows:
                return
            if len(rows) == _AT_ONCE and rows[0]["revision"] != rows[-1]["revision"]:
                last = rows[-1]["revision"]
                rows = [row for row in rows if row["revision"] != last]
            elif len(rows) == _AT_ONCE:
                rows = await self._of_one_revision(values, rows[0]["revision"])
            vectors = await asyncio.to_thread(_all_written, [row["vector"] for row in rows])
            async with self._database.transaction() as session:
                await session.execute(
                    _COPY,
                    owner=place.owner,
                    documents=[row["document"] for row in rows],
                    revisions=[row["revision"] for row in rows],
                    vectors=vectors,
                )
            self._sizes.pop(place, None)
            values["since"] = rows[-1]["revision"]

    async def _of_one_revision(self, values: dict[str, Any], revision: int) -> list[Record]:
        found: list[Record] = []
        part = {**values, "since": revision - 1, "until": revision}
        while True:
            rows, _ = await self._database.page(
                READ, "select 0 as total", limit=_AT_ONCE, offset=len(found), **part
            )
            found += rows
            if len(rows) < _AT_ONCE:
                return found

    async def _is_indexed(self, place: Place, size: int) -> bool:
        if size > _LONGEST_INDEXED:
            return False
        if place not in self._sizes:
            self._sizes[place] = (await self._database.fetch(_SIZE, **place._asdict()))[0]["total"]
        if self._sizes[place] < self._large:
            return False
        digest = hashlib.sha256("\0".join((*place, str(size))).encode()).hexdigest()
        name = f"near_{digest[:24]}"
        (row,) = await self._pool.fetch(_HAS_INDEX, name=name)
        if row["ready"]:
            return True
        if name not in self._building:
            self._building[name] = asyncio.create_task(self._build(name, place, size))
        return False

    async def _build(self, name: str, place: Place, size: int) -> None:
        """Meanwhile everything is compared; who fails leaves it to the next process."""
        if (await self._pool.fetch(_BEING_BUILT))[0]["busy"]:
            self._building.pop(name)  # by another process; looked at again with the next question
            return
        said = await self._pool.fetch(_INDEX.format(size=size), name=name, **place._asdict())
        try:
            # One that was not finished is there by its name, and good for nothing.
            await self._pool.unhurried(f"drop index concurrently if exists {name}")
            await self._pool.unhurried(said[0]["said"])
            await self._pool.unhurried(f"analyze {TABLE}")
        except LubanError as error:
            log.warning("no index for the vectors of `%s`: %s", place.collection, error)

    async def built(self) -> None:
        """Waits for the indexes that are being built."""
        await asyncio.gather(*self._building.values())

    async def close(self) -> None:
        """Ends what is being built."""
        for task in self._building.values():
            task.cancel()
        await asyncio.gather(*self._building.values(), return_exceptions=True)


def _part(rows: Sequence[Record]) -> Part:
    return [(row["document"], float(row["score"])) for row in rows]


def _all_written(vectors: Sequence[bytes]) -> list[str]:
    return [_written(each) for each in vectors]


def _written(vector: bytes) -> str:
    """A vector as pgvector reads it, exactly."""
    import numpy as np  # heavy, and only needed where there are vectors

    numbers = np.frombuffer(vector, dtype="<f4")
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY).decode()
