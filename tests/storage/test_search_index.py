"""Texts that are found again: by their words, by their vectors."""

from __future__ import annotations

import random

import pytest

from luban.model.words import asked
from luban.ports.search_index import Document, Place, VectorOfOtherLength
from luban.ports.stores import Slice
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store

NOTES = Place(OWNER, "agent:a_1", "notes")
TEXTS = {
    "saw": "鲁班发明了锯子，木匠从此省力。",
    "bridge": "赵州桥是隋代李春主持建造的石拱桥。",
    "lock": "The Luban lock holds together without a single nail.",
    "cafe": "A café in PARIS sells ＦＵＬＬ width coffee, version 2.5 of it",
    "mixed": "他们在 Python 里写数据库查询",
}


async def fill(store: Store, place: Place = NOTES) -> None:
    documents = [Document(text, id, {"n": n}) for n, (id, text) in enumerate(TEXTS.items())]
    await store.index.add(place, documents, {"run": "r_1"}, 1.0)


async def by_words(store: Store, text: str, place: Place = NOTES) -> list[str]:
    return [found.document.id async for found in store.index.by_words(place, asked(text))]


async def by_vector(store: Store, *vector: float, place: Place = NOTES) -> list[str]:
    return [found.document.id async for found in store.index.by_vector(place, vector)]


FIRST = {
    "锯子": "saw",
    "桥": "bridge",
    "石拱桥是谁建造的？": "bridge",
    "力": "saw",
    "NAIL": "lock",
    "Cafe": "cafe",
    "full": "cafe",
    "数据库 python": "mixed",
    "locks hold nail": "lock",
}
STRANGE = ["' OR 1=1 --", '" AND (', "NEAR(a b)", "home : zz", "a & b | !c", "terms : x*", "桥'"]


async def test_words_of_any_language_are_found(store: Store) -> None:
    await fill(store)
    assert {text: (await by_words(store, text))[0] for text in FIRST} == FIRST


async def test_what_is_asked_is_never_a_query_language(store: Store) -> None:
    await fill(store)
    await fill(store, Place(STRANGER, "user", "notes"))
    for text in STRANGE:
        if asked(text):
            found = await by_words(store, text)
            assert len(found) == len(set(found))
            assert set(found) <= set(TEXTS)


async def test_a_collection_is_its_own(store: Store) -> None:
    await fill(store)
    for place in (
        NOTES._replace(collection="other"),
        NOTES._replace(scope="user"),
        NOTES._replace(owner=STRANGER),
    ):
        assert await by_words(store, "锯子", place) == []
        assert await store.index.find(place, "saw") is None
    await fill(store, NOTES._replace(owner=STRANGER))
    assert await by_words(store, "锯子") == ["saw"]


async def test_a_document_is_kept_as_it_was_given(store: Store) -> None:
    await fill(store)
    found = await store.index.find(NOTES, "saw")
    assert found is not None
    assert (found.text, found.metadata, found.source) == (TEXTS["saw"], {"n": 0}, {"run": "r_1"})
    assert (found.created_at, found.updated_at) == (1.0, 1.0)
    again = [Document("全新的内容", "saw", {"new": True}, [1.0, 0.0])]
    await store.index.add(NOTES, again, {"run": "r_2"}, 2.0)
    found = await store.index.find(NOTES, "saw")
    assert found is not None
    assert (found.text, found.metadata, found.created_at) == ("全新的内容", {"new": True}, 1.0)
    assert await by_words(store, "锯子") == []
    assert await by_words(store, "全新") == ["saw"]
    page = await store.index.list(NOTES, Slice(1, 2))
    assert page.total == 5
    assert page.items[0].id == "saw"


async def test_metadata_changes_alone(store: Store) -> None:
    await store.index.add(NOTES, [Document("石拱桥", "b", {"n": 1}, [1.0, 0.0])], {"run": "r"}, 1.0)
    assert await store.index.describe(NOTES, "b", {"n": 2, "名": "桥"})
    assert not await store.index.describe(NOTES, "absent", {})
    assert not await store.index.describe(NOTES._replace(owner=STRANGER), "b", {})
    found = await store.index.find(NOTES, "b")
    assert found is not None
    assert (found.metadata, found.source, found.updated_at) == (
        {"n": 2, "名": "桥"},
        {"run": "r"},
        1.0,
    )
    assert await by_words(store, "拱桥") == await by_vector(store, 1.0, 0.0) == ["b"]


async def test_vectors_are_ranked_by_their_direction(store: Store, other: Store) -> None:
    given = {"e": (5.0, 0.1), "n": (0.0, 2.0), "w": (-1.0, 0.0)}
    documents = [Document(id, id, {}, vector) for id, vector in given.items()]
    await store.index.add(NOTES, documents, {}, 1.0)
    assert await by_vector(store, 1.0, 0.0) == ["e", "n", "w"]
    assert await by_vector(other, 0.0, 0.1) == ["n", "e", "w"]
    # What one process remembers is not what another changed.
    await other.index.add(NOTES, [Document("w", "w", {}, [0.5, 0.0])], {}, 2.0)
    assert await by_vector(store, 1.0, 0.0) == ["w", "e", "n"]
    await other.index.delete(NOTES, ["e"])
    assert await by_vector(store, 1.0, 0.0) == ["w", "n"]
    await store.index.add(NOTES, [Document("w", "w")], {}, 3.0)
    assert await by_vector(other, 1.0, 0.0) == ["n"]


async def test_vectors_of_two_models_do_not_mix(store: Store) -> None:
    await store.index.add(NOTES, [Document("a", "a", {}, [1.0, 0.0])], {}, 1.0)
    mixed = [Document("b", "b"), Document("c", "c", {}, [1.0, 0.0, 0.0])]
    with pytest.raises(VectorOfOtherLength) as raised:
        await store.index.add(NOTES, mixed, {}, 1.0)
    assert "`notes`" in str(raised.value)
    assert await store.index.find(NOTES, "b") is None
    with pytest.raises(VectorOfOtherLength):
        await by_vector(store, 1.0)


async def test_documents_go_with_all_they_are_found_by(store: Store) -> None:
    await fill(store)
    await store.index.add(NOTES, [Document("x", "x", {}, [1.0])], {}, 2.0)
    (facts,) = await store.index.collections(OWNER)
    assert facts[:5] == ("agent:a_1", "notes", 6, 1, 1)
    assert await store.index.delete(NOTES, ["saw", "nobody"]) == 1
    assert await by_words(store, "锯子") == []
    assert await store.index.drop(NOTES) == 5
    assert await store.index.collections(OWNER) == []
    assert await by_vector(store, 1.0) == []
    assert await by_words(store, "桥") == []


async def test_more_are_found_than_are_read_at_once(store: Store) -> None:
    dice = random.Random(5)
    documents = [
        Document(f"word number {n}", str(n), {}, [dice.gauss(0, 1) for _ in range(8)])
        for n in range(250)
    ]
    await store.index.add(NOTES, documents, {}, 1.0)
    assert len(set(await by_words(store, "word"))) == 250
    assert len(set(await by_vector(store, *[1.0] * 8))) == 250
