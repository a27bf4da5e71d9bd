"""Texts that are found again by their words and their vectors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from luban.model.errors import LubanError
from luban.ports.stores import Page, Slice
from luban.sdk.stored import Document, StoredDocument

__all__ = [
    "CollectionFacts",
    "Document",
    "Place",
    "Scored",
    "SearchIndex",
    "StoredDocument",
    "VectorOfOtherLength",
]


class Place(NamedTuple):
    """A collection: whose it is, of all their agents or of one (`user`, `agent:ID`), its name."""

    owner: str
    scope: str
    collection: str


class CollectionFacts(NamedTuple):
    """What there is of a collection; `dimensions` is the length of its vectors, 0 without any."""

    scope: str
    name: str
    documents: int
    vectors: int
    dimensions: int
    updated_at: float


class Scored(NamedTuple):
    """A document and how well it fits; the number is the adapter's own."""

    score: float
    document: StoredDocument


class VectorOfOtherLength(LubanError):
    """Vectors of two models cannot be compared."""

    code = "vector_of_other_length"
    status = 422
    en = (
        "The vectors of the collection `{collection}` have {known} numbers, this one has {given}. "
        "Use the model that made the others, or another collection."
    )
    zh = (
        "集合“{collection}”中的向量有 {known} 个数，而这个有 {given} 个。"
        "请使用生成其他向量的同一模型，或换一个集合。"
    )


class SearchIndex(Protocol):
    """Collections of documents; a collection is there while it has documents."""

    async def add(
        self, place: Place, documents: Sequence[Document], source: Mapping[str, Any], at: float
    ) -> None:
        """Adds documents, each with an id of its own; one with a known id is replaced.

        Raises `VectorOfOtherLength`, and then has added none.
        """
        ...

    async def collections(self, owner: str) -> list[CollectionFacts]: ...

    async def find(self, place: Place, id: str) -> StoredDocument | None: ...

    async def list(self, place: Place, part: Slice) -> Page[StoredDocument]:
        """The one changed last first."""
        ...

    async def describe(self, place: Place, id: str, metadata: Mapping[str, Any]) -> bool:
        """Other metadata for a document, which stays what and where it is; whether it is there."""
        ...

    async def delete(self, place: Place, ids: Sequence[str]) -> int: ...

    async def drop(self, place: Place) -> int:
        """All of them; how many there were."""
        ...

    def by_words(self, place: Place, words: Sequence[str]) -> AsyncIterator[Scored]:
        """Documents with any of these terms, the best first, as long as they are asked for.

        Terms are those of `luban.model.words.asked`.
        """
        ...

    def by_vector(self, place: Place, vector: Sequence[float]) -> AsyncIterator[Scored]:
        """All documents with a vector, the nearest first. Raises `VectorOfOtherLength`."""
        ...
