"""What lies in a workspace."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

from luban.blocks.file.workspaces import WORKSPACE, Workspace, told
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
    FileRef,
)

_WORLD = {
    "files": {
        "f_1": {"name": "a.csv", "text": "a", "type": "text/csv", "path": "reports/a.csv"},
        "f_2": {"name": "b.txt", "text": "bb", "type": "text/plain", "path": "b.txt"},
        "f_3": {"name": "c.csv", "text": "c", "type": "text/csv", "path": "c.csv", "scope": "user"},
    }
}
_A = {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 1}
_FACTS_OF_A = {
    "file": _A,
    "name": "a.csv",
    "type": "text/csv",
    "size": 1,
    "workspace": "agent",
    "path": "reports/a.csv",
    "version": 1,
    "created_at": "1970-01-01T00:00:00Z",
}


class List(Block):
    """Lists the files of a workspace: all, those below a folder, or those of a pattern."""

    id = "file.list"
    title = "List files"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "folder-open"
    keywords = ("directory", "folder", "glob", "pattern", "workspace", "ls")

    class Input(BlockInput):
        folder: str = Field(
            "", title="Folder", description="Such as reports/2026; empty is the whole workspace."
        )
        pattern: str = Field(
            "*", title="Pattern", description="Of the path below it, such as *.csv or */notes.*."
        )
        workspace: Workspace = Field("agent", title="Workspace", description=WORKSPACE)
        limit: int = Field(
            1000, ge=1, le=10_000, title="Most", description="Files at most.", advanced=True
        )

    class Output(BlockOutput):
        file: FileRef = Emit("One after another, by path.", title="File", main=True)
        files: list[dict[str, Any]] = Field(
            title="Files", description="All with file, name, type, size, path, version, created_at."
        )
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example({"folder": "reports"}, {"file": [_A], "files": [_FACTS_OF_A], "count": 1}, _WORLD),
        Example({"pattern": "*.png"}, {"files": [], "count": 0}, _WORLD),
        Example({"folder": "../other"}, {"error": {"code": "bad_file_path"}}, _WORLD),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        folder = input.folder.strip().strip("/")
        found = await ctx.files.list(folder, scope=input.workspace, limit=input.limit)
        below = len(folder) + 1 if folder else 0
        wanted = [each for each in found if fnmatch(each.path[below:], input.pattern)]
        sent = Emissions(("file", each.file.as_value()) for each in wanted)
        sent += [("files", [told(each) for each in wanted]), ("count", len(wanted))]
        return sent
