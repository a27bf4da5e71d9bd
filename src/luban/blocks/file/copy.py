"""A file stored once more."""

from __future__ import annotations

from typing import Any

from luban.blocks.file.workspaces import WORKSPACE, Workspace
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 2}
_WORLD = {"files": {"f_1": {"name": "a.csv", "text": "ab", "type": "text/csv"}}}


class Copy(Block):
    """Copies a file to a path of a workspace; what is there already becomes an older version."""

    id = "file.copy"
    title = "Copy file"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "copy"
    keywords = ("duplicate", "backup", "workspace", "cp", "template")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The file to copy; it stays as it is.")
        path: str = Field(title="To", description="Such as backup/sales.csv.", min_length=1)
        workspace: Workspace = Field("agent", title="Workspace", description=WORKSPACE)

    class Output(BlockOutput):
        file: FileRef = Field(title="Copy", description="The new file.", main=True)

    examples = (
        Example(
            {"file": _FILE, "path": "b/c.csv"},
            {"file": {**_FILE, "$file": "f_2", "name": "c.csv"}},
            _WORLD,
        ),
        Example({"file": _FILE, "path": "a/../b"}, {"error": {"code": "bad_file_path"}}, _WORLD),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        made = await ctx.files.copy(input.file, input.path.strip(), scope=input.workspace)
        return {"file": made.as_value()}
