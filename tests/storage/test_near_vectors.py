"""What pgvector calls near is what comparing all vectors calls near, on a server that has it."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from luban.ports.search_index import Document, Place, VectorOfOtherLength
from luban.storage.postgres import PostgresDatabase, open_database
from luban.storage.postgres.near import NearVectors
from luban.storage.postgres.words import PostgresWords
from luban.storage.sql.documents import SqlSearchIndex
from luban.storage.sql.vectors import Vectors
from tests.databases import fresh_database
from tests.storage.drafts import OWNER, STRANGER
from tools import prerequisites, servers

PLACE = Place(OWNER, "agent:a_1", "notes")
SIZE = 24


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    given = os.environ.get("LUBAN_TEST_PGVECTOR")
    if given:
        yield given
        return
    with servers.private("pgvector") as own:
        if own is None:
            says = "no PostgreSQL with pgvector; LUBAN_TEST_PGVECTOR may name one"
            pytest.fail(says) if prerequisites.strict() else pytest.skip(says)
        yield own.address


@pytest_asyncio.fixture
async def database(address: str) -> AsyncIterator[PostgresDatabase]:
    async with fresh_database(address) as url:
        opened = await open_database(url)
        yield opened
        await opened.close()


def vectors(count: int, seed: int) -> list[list[float]]:
    dice = random.Random(seed)
    return [[dice.gauss(0, 1) for _ in range(SIZE)] for _ in range(count)]


def documents(count: int, seed: int = 1, first: int = 0) -> list[Document]:
    made = enumerate(vectors(count, seed), first)
    return [Document(f"text {n}", f"d_{n}", {}, vector) for n, vector in made]


async def ranking(index: SqlSearchIndex, vector: list[float], place: Place = PLACE) -> list[str]:
    return [found.document.id async for found in index.by_vector(place, vector)]


async def test_the_ranking_is_that_of_comparing_all(database: PostgresDatabase) -> None:
    assert database.near is not None
    pool = database.near._database  # pyright: ignore[reportPrivateUsage]
    all_compared = SqlSearchIndex(pool, PostgresWords(), vectors=Vectors(pool, 1_000_000))
    index = database.index
    await index.add(PLACE, documents(300), {}, 1.0)
    await index.add(PLACE._replace(owner=STRANGER), documents(50, 9), {}, 1.0)
    for question in vectors(5, 2):
        assert await ranking(index, question) == await ranking(all_compared, question)
    # What is changed, added, deleted and left without a vector is told as it is then.
    await index.add(PLACE, [*documents(30, 3, 290), *documents(10, 4, 400)], {}, 2.0)
    await index.add(PLACE, [Document("no vector", "d_5")], {}, 3.0)
    await index.delete(PLACE, ["d_1", "d_2"])
    for question in vectors(5, 5):
        found = await ranking(index, question)
        assert found == await ranking(all_compared, question)
        assert len(found) == len(set(found)) == 300 + 20 + 10 - 3
    with pytest.raises(VectorOfOtherLength):
        await ranking(index, [1.0])
    assert await ranking(index, [1.0], PLACE._replace(collection="absent")) == []


async def test_a_large_collection_gets_an_index(database: PostgresDatabase) -> None:
    assert database.near is not None
    pool = database.near._database  # pyright: ignore[reportPrivateUsage]
    near = NearVectors(pool, database.near._pool, large=200)  # pyright: ignore[reportPrivateUsage]
    index = SqlSearchIndex(pool, PostgresWords(), vectors=near)
    await index.add(PLACE, documents(1000), {}, 1.0)
    question = vectors(1, 7)[0]
    exact = await ranking(index, question)
    await near.built()
    found = await ranking(index, question)
    assert sorted(found) == sorted(exact)
    assert found[:10] == exact[:10]
    said = await database.near._pool.fetch(  # pyright: ignore[reportPrivateUsage]
        "select count(*) as made from pg_indexes where indexdef like '%hnsw%'"
    )
    assert said[0]["made"] == 1
    # One that another process began and did not finish is made anew.
    await database.near._pool.unhurried(  # pyright: ignore[reportPrivateUsage]
        "update pg_index set indisvalid = false where indexrelid in "
        "(select to_regclass(indexname) from pg_indexes where indexdef like '%hnsw%')"
    )
    later = NearVectors(pool, database.near._pool, large=200)  # pyright: ignore[reportPrivateUsage]
    again = SqlSearchIndex(pool, PostgresWords(), vectors=later)
    assert await ranking(again, question) == exact
    await later.built()
    assert await later._is_indexed(PLACE, SIZE)  # pyright: ignore[reportPrivateUsage]
    await near.close()


async def test_several_lengths_lie_in_one_table(database: PostgresDatabase) -> None:
    other = PLACE._replace(collection="short")
    await database.index.add(PLACE, documents(20), {}, 1.0)
    await database.index.add(other, [Document("a", "a", {}, [1.0, 0.0])], {}, 1.0)
    assert await ranking(database.index, [0.5, 0.5], other) == ["a"]
    assert len(await ranking(database.index, vectors(1, 1)[0])) == 20
