"""A file given another place."""

from __future__ import annotations

from typing import Any

from luban.blocks.file.workspaces import WORKSPACE, Workspace
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 2}
_WORLD = {"files": {"f_1": {"name": "a.csv", "text": "ab", "type": "text/csv"}}}


class Move(Block):
    """Moves or renames a file with its versions; what is there already becomes an older version."""

    id = "file.move"
    title = "Move file"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "folder-input"
    keywords = ("rename", "keep", "save", "workspace", "mv", "organize")

    class Input(BlockInput):
        file: FileRef = Field(
            title="File", description="One of a run is kept from then on, as it has a place."
        )
        path: str = Field(title="To", description="Such as reports/sales.csv.", min_length=1)
        workspace: Workspace = Field("agent", title="Workspace", description=WORKSPACE)

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="With its new name.", main=True)

    examples = (
        Example(
            {"file": _FILE, "path": "2026/b.csv"}, {"file": {**_FILE, "name": "b.csv"}}, _WORLD
        ),
        Example({"file": _FILE, "path": "../b"}, {"error": {"code": "bad_file_path"}}, _WORLD),
        Example(
            {"file": {"$file": "f_gone"}, "path": "b"}, {"error": {"code": "not_found"}}, _WORLD
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        moved = await ctx.files.move(input.file, input.path.strip(), scope=input.workspace)
        return {"file": moved.as_value()}
