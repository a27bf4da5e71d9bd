"""The file at a path of a workspace."""

from __future__ import annotations

from typing import Any

from luban.blocks.file.workspaces import WORKSPACE, Workspace
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef
from luban.sdk.errors import LubanError

_WORLD = {"files": {"f_1": {"name": "a.csv", "text": "ab", "type": "text/csv", "path": "x/a.csv"}}}


class Find(Block):
    """Gives the newest version of the file at a path, or says that there is none."""

    id = "file.find"
    title = "Find file"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-search-2"
    keywords = ("path", "open", "exists", "get", "workspace", "load")

    class Input(BlockInput):
        path: str = Field(title="Path", description="Such as reports/sales.csv.", min_length=1)
        workspace: Workspace = Field("agent", title="Workspace", description=WORKSPACE)
        required: bool = Field(
            True, title="Must be there", description="Fails when it is not; else `found` is false."
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="Silent when there is none.", main=True)
        found: bool = Field(title="Found", description="Whether there is one.")

    examples = (
        Example(
            {"path": "x/a.csv"},
            {
                "file": {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 2},
                "found": True,
            },
            _WORLD,
        ),
        Example({"path": "none.csv", "required": False}, {"found": False}, _WORLD),
        Example({"path": "none.csv"}, {"error": {"code": "not_found"}}, _WORLD),
        Example({"path": "/etc/passwd"}, {"error": {"code": "bad_file_path"}}, _WORLD),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        try:
            file = await ctx.files.get(input.path.strip(), scope=input.workspace)
        except LubanError as error:
            if error.code == "not_found" and not input.required:
                return {"found": False}
            raise
        return {"file": file.as_value(), "found": True}
