"""A file removed for good."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef
from luban.sdk.errors import LubanError

_FILE = {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 2}
_WORLD = {"files": {"f_1": {"name": "a.csv", "text": "ab", "type": "text/csv"}}}


class Delete(Block):
    """Deletes a file and the older versions of its path, for good."""

    id = "file.delete"
    title = "Delete file"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-x"
    keywords = ("remove", "clean up", "rm", "erase", "unlink")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The file to delete.")

    class Output(BlockOutput):
        deleted: bool = Field(
            title="Deleted", description="False when it was gone already.", main=True
        )

    examples = (
        Example({"file": _FILE}, {"deleted": True}, _WORLD),
        Example({"file": {"$file": "f_gone"}}, {"deleted": False}, _WORLD),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        try:
            await ctx.files.delete(input.file)
        except LubanError as error:
            if error.code != "not_found":  # an attempt before this one may have done it
                raise
            return {"deleted": False}
        return {"deleted": True}
