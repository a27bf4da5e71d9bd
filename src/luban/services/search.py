"""Search in collections of documents: as steps reach it, and as people look at it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from luban.model.errors import NotFound
from luban.model.ids import new_id
from luban.model.words import asked
from luban.ports.clock import Clock
from luban.ports.search_index import CollectionFacts, Place, Scored, SearchIndex
from luban.ports.stores import Page, Slice
from luban.ports.world import StepPlace
from luban.sdk.errors import BlockError
from luban.sdk.ranking import fused
from luban.sdk.stored import Document, Hit, Mode, StoredDocument, Where
from luban.sdk.where import check_where, matches
from luban.services.agent_state import scope_of

LONGEST = 100_000
_LEAST_FUSED = 50
"""How deep each ranking is looked into before two are fused."""


class StepIndex:
    """`Index` of the block author's kit, for one step."""

    def __init__(
        self, index: SearchIndex, owner: str, agent_id: str, place: StepPlace, clock: Clock
    ) -> None:
        self._index = index
        self._owner = owner
        self._agent_id = agent_id
        self._place = place
        self._clock = clock

    async def add(
        self, collection: str, documents: Sequence[Document], *, scope: str = "agent"
    ) -> list[str]:
        named = [self._named(number, each) for number, each in enumerate(documents)]
        source = {"agent": self._agent_id, "run": self._place.run, "node": self._place.node}
        place = self._of(collection, scope)
        await self._index.add(place, named, source, self._clock.now())
        return [each.id for each in named]

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
        place = self._of(collection, scope)
        return await search(self._index, place, text, vector, mode, limit, where)

    async def get(self, collection: str, id: str, *, scope: str = "agent") -> StoredDocument | None:
        return await self._index.find(self._of(collection, scope), id)

    async def list(
        self, collection: str, *, limit: int = 100, offset: int = 0, scope: str = "agent"
    ) -> list[StoredDocument]:
        part = Slice(offset // limit + 1, limit)
        return (await self._index.list(self._of(collection, scope), part)).items

    async def describe(
        self, collection: str, id: str, metadata: Mapping[str, Any], *, scope: str = "agent"
    ) -> bool:
        return await self._index.describe(self._of(collection, scope), id, metadata)

    async def delete(
        self,
        collection: str,
        ids: Sequence[str] = (),
        *,
        where: Where | None = None,
        scope: str = "agent",
    ) -> int:
        check_where(where)
        place = self._of(collection, scope)
        if where:
            ids = [
                each.id
                async for each in _all(self._index, place)
                if (not ids or each.id in ids) and matches(each.metadata, where)
            ]
        return await self._index.delete(place, ids)

    def _of(self, collection: str, scope: str) -> Place:
        return Place(self._owner, scope_of(scope, self._agent_id), collection)

    def _named(self, number: int, document: Document) -> Document:
        _checked(document)
        if document.id:
            return document
        # The same in every attempt of the step, so that another try adds nothing twice.
        made = hashlib.sha256(f"{self._place.key}/{number}".encode()).hexdigest()[:20]
        return document._replace(id=f"d_{made}")


class Collections:
    """What people see of the collections of an owner."""

    def __init__(self, index: SearchIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    async def add(self, place: Place, documents: Sequence[Document]) -> list[str]:
        """Their ids. Raises `BlockError` for a text that is too long, `VectorOfOtherLength`."""
        named = [_checked(each)._replace(id=each.id or new_id("d")) for each in documents]
        await self._index.add(place, named, {}, self._clock.now())
        return [each.id for each in named]

    async def list(self, owner: str) -> list[CollectionFacts]:
        return await self._index.collections(owner)

    async def documents(self, place: Place, part: Slice) -> Page[StoredDocument]:
        """Raises `NotFound`."""
        found = await self._index.list(place, part)
        if not found.total:
            raise _nothing("collection", "集合", place.collection)
        return found

    async def search(self, place: Place, text: str, limit: int) -> list[Hit]:
        """Raises `NotFound`, and `BlockError` for a text without words."""
        await self.documents(place, Slice(page_size=1))
        return await search(self._index, place, text, None, "text", limit, None)

    async def delete(self, place: Place, id: str) -> None:
        """Raises `NotFound`."""
        if not await self._index.delete(place, [id]):
            raise _nothing("document", "文档", id)

    async def drop(self, place: Place) -> None:
        """Raises `NotFound`."""
        if not await self._index.drop(place):
            raise _nothing("collection", "集合", place.collection)


async def search(
    index: SearchIndex,
    place: Place,
    text: str,
    vector: Sequence[float] | None,
    mode: Mode,
    limit: int,
    where: Where | None,
) -> list[Hit]:
    """The best first. Raises `BlockError` when there is nothing to search by."""
    check_where(where)
    words = asked(text) if mode != "vector" else []
    near = vector if mode != "text" else None
    if not words and near is None:
        raise BlockError(
            "There is nothing to search by: give a text with a word in it, or a vector.",
            zh="没有可供检索的内容：请给出至少含一个词的文本，或一个向量。",
            code="nothing_to_search",
        )
    deep = limit if not words or near is None else max(limit * 4, _LEAST_FUSED)
    rankings: dict[str, list[Any]] = {}
    if words:
        rankings["text"] = await _first(index.by_words(place, words), deep, where)
    if near is not None:
        rankings["vector"] = await _first(index.by_vector(place, near), deep, where)
    return fused(rankings)[:limit]


async def _first(
    found: AsyncIterator[Scored], most: int, where: Where | None
) -> list[tuple[float, StoredDocument]]:
    kept: list[tuple[float, StoredDocument]] = []
    async for score, document in found:
        if matches(document.metadata, where):
            kept.append((score, document))
            if len(kept) == most:
                break
    return kept


async def _all(index: SearchIndex, place: Place) -> AsyncIterator[StoredDocument]:
    number = 1
    while items := (await index.list(place, Slice(number, 200))).items:
        for each in items:
            yield each
        number += 1


def _checked(document: Document) -> Document:
    if len(document.text) > LONGEST:
        raise BlockError(
            f"A document has {len(document.text)} characters, and {LONGEST} are allowed. Cut "
            "it into pieces first, with the block `text.split`: short pieces are found better.",
            zh=f"有一个文档长达 {len(document.text)} 个字符，上限为 {LONGEST}。"
            "请先用“拆分文本”模块切成小段：短文更容易被检索到。",
            code="document_too_long",
        )
    return document


def _nothing(what: str, what_zh: str, name: str) -> NotFound:
    return NotFound(
        what=what,
        what_zh=what_zh,
        name=name,
        way_out="`luban collection list` names the collections there are.",
        way_out_zh="可用 `luban collection list` 列出已有的集合。",
    )
