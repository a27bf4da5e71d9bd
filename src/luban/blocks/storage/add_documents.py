"""Texts kept to be found again."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.names import name_field
from luban.blocks.storage.scopes import Scope, scope_field
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
)
from luban.sdk.stored import Document

_KNOWN = frozenset({"id", "text", "metadata", "vector"})


class AddDocuments(Block):
    """Keeps texts in a collection, to be found by their words and, with vectors, by their meaning.

    Each is a text, or an object with `text` and, if you like, `id`, `metadata` and `vector`; what
    else it has becomes metadata. One with a known id replaces it. Cut long texts first.
    """

    id = "storage.add_documents"
    title = "Add documents"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "file-plus-2"
    keywords = ("index", "search", "vector", "embedding", "memory", "knowledge", "rag", "store")

    class Input(BlockInput):
        collection: str = name_field("Collection", "Where to keep them.")
        documents: list[Any] = Field(
            title="Documents", description="Texts, or objects with `text`.", max_length=10_000
        )
        vectors: list[list[float]] = Field(
            default_factory=list[list[float]],
            title="Vectors",
            description="One for each document, if they are not in the documents.",
        )
        scope: Scope = scope_field()

    class Output(BlockOutput):
        ids: list[str] = Field(title="Ids", description="Of the documents, in order.", main=True)
        count: int = Field(title="Count", description="How many were added.")

    examples = (
        Example(
            {"collection": "notes", "documents": ["鲁班造桥", {"id": "b", "text": "A lock"}]},
            {"ids": ["d_1", "b"], "count": 2},
        ),
        Example(
            {"collection": "notes", "documents": ["x"], "vectors": [[1, 0], [0, 1]]},
            {"error": {"code": "vectors_do_not_match"}},
        ),
        Example(
            {"collection": "notes", "documents": [{"title": "no text"}]},
            {"error": {"code": "bad_document"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if input.vectors and len(input.vectors) != len(input.documents):
            documents, vectors = len(input.documents), len(input.vectors)
            raise BlockError(
                f"There are {documents} documents and {vectors} vectors. Give one for each.",
                zh=f"有 {documents} 个文档，却有 {vectors} 个向量。请为每个文档各给一个。",
                code="vectors_do_not_match",
            )
        made = [_document(number, each) for number, each in enumerate(input.documents, 1)]
        made = (
            [
                document._replace(vector=vector)
                for document, vector in zip(made, input.vectors, strict=True)
            ]
            if input.vectors
            else made
        )
        ids = await ctx.index.add(input.collection, made, scope=input.scope)
        return {"ids": ids, "count": len(ids)}


def _document(number: int, given: Any) -> Document:
    if isinstance(given, str):
        return Document(given)
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise BlockError(
            f"Document {number} has no text. Give a text, or an object with `text`.",
            zh=f"第 {number} 个文档没有文本。请给出文本，或含 `text` 的对象。",
            code="bad_document",
        )
    metadata = given.get("metadata", {})
    more = {name: value for name, value in given.items() if name not in _KNOWN}
    if not isinstance(metadata, dict):
        more, metadata = {**more, "metadata": metadata}, {}
    return Document(
        given["text"], str(given.get("id") or ""), {**metadata, **more}, given.get("vector")
    )
