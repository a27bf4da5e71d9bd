"""Texts found again."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.names import name_field, where_field
from luban.blocks.storage.scopes import Scope, scope_field
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)
from luban.sdk.stored import Hit, Mode

_NOTES = {
    "documents": {
        "notes": [
            {"id": "a", "text": "鲁班发明了锯子", "vector": [1, 0]},
            {"id": "b", "text": "A bridge of stone", "vector": [0, 1], "metadata": {"year": 605}},
        ]
    }
}


class Search(Block):
    """Finds documents of a collection by words, by a vector, or by both together.

    Words are found in any language, Chinese without spaces too. With both, the two rankings are
    fused by the places in them, so that what is good in either comes first.
    """

    id = "storage.search"
    title = "Search documents"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "search"
    keywords = ("find", "vector", "semantic", "full text", "hybrid", "rag", "memory", "similar")

    class Input(BlockInput):
        collection: str = name_field("Collection", "Where to look.")
        query: str = Field("", title="Text", description="Words to look for.", max_length=10_000)
        vector: list[float] | None = Field(
            None, title="Vector", description="By the model that made those of the documents."
        )
        mode: Mode = Field(
            "auto", title="By", description="`auto` uses whatever is given.", advanced=True
        )
        limit: int = Field(10, ge=1, le=1000, title="Most results", description="To give.")
        where: dict[str, Any] = where_field()
        scope: Scope = scope_field()

    class Output(BlockOutput):
        result: dict[str, Any] = Emit(
            "One after another: `id`, `text`, `metadata`, `score`.", title="Result"
        )
        results: list[dict[str, Any]] = Field(
            title="Results", description="All of them, the best first.", main=True
        )
        texts: list[str] = Field(title="Texts", description="The texts alone.")
        count: int = Field(title="Count", description="How many were found.")

    examples = (
        Example(
            {"collection": "notes", "query": "锯子"},
            {
                "result": [{"id": "a", "text": "鲁班发明了锯子", "metadata": {}, "score": 1.0}],
                "results": [{"id": "a", "text": "鲁班发明了锯子", "metadata": {}, "score": 1.0}],
                "texts": ["鲁班发明了锯子"],
                "count": 1,
            },
            _NOTES,
        ),
        Example(
            {"collection": "notes", "vector": [0, 2], "where": {"year": {"<": 1000}}},
            {
                "result": [
                    {
                        "id": "b",
                        "text": "A bridge of stone",
                        "metadata": {"year": 605},
                        "score": 1.0,
                    }
                ],
                "results": [
                    {
                        "id": "b",
                        "text": "A bridge of stone",
                        "metadata": {"year": 605},
                        "score": 1.0,
                    }
                ],
                "texts": ["A bridge of stone"],
                "count": 1,
            },
            _NOTES,
        ),
        Example(
            {"collection": "notes", "query": "nowhere"}, {"results": [], "texts": [], "count": 0}
        ),
        Example(
            {"collection": "notes", "query": "stone", "where": {"": 1}},
            {"error": {"code": "bad_condition"}},
            _NOTES,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        hits = await ctx.index.search(
            input.collection,
            input.query,
            vector=input.vector,
            mode=input.mode,
            limit=input.limit,
            where=input.where,
            scope=input.scope,
        )
        results = [_result(hit) for hit in hits]
        sent = Emissions(("result", each) for each in results)
        sent += [
            ("results", results),
            ("texts", [hit.document.text for hit in hits]),
            ("count", len(results)),
        ]
        return sent


def _result(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.document.id,
        "text": hit.document.text,
        "metadata": dict(hit.document.metadata),
        "score": hit.score,
    }
