"""Documents taken out of a collection."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.names import name_field, where_field
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

_NOTES = {"documents": {"notes": [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}]}}


class DeleteDocuments(Block):
    """Deletes documents of a collection, by their ids or by conditions on their metadata."""

    id = "storage.delete_documents"
    title = "Delete documents"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "file-x-2"
    keywords = ("index", "search", "vector", "memory", "remove", "forget", "collection")

    class Input(BlockInput):
        collection: str = name_field("Collection", "Where they are.")
        ids: list[str] = Field(
            default_factory=list[str], title="Ids", description="Of the documents."
        )
        where: dict[str, Any] = where_field()
        scope: Scope = scope_field()

    class Output(BlockOutput):
        deleted: int = Field(title="Deleted", description="How many went.")

    examples = (
        Example({"collection": "notes", "ids": ["a", "zz"]}, {"deleted": 1}, _NOTES),
        Example({"collection": "notes"}, {"error": {"code": "missing_condition"}}, _NOTES),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if not input.ids and not input.where:
            raise BlockError(
                "There are neither ids nor a condition. Give one of them.",
                zh="既没有 ID 也没有条件。请至少给出其中之一。",
                code="missing_condition",
            )
        gone = await ctx.index.delete(
            input.collection, input.ids, where=input.where, scope=input.scope
        )
        return {"deleted": gone}
