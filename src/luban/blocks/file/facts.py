"""What is known of a file."""

from __future__ import annotations

from typing import Any

from luban.blocks.file.workspaces import told
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 2}
_WORLD = {"files": {"f_1": {"name": "a.csv", "text": "ab", "type": "text/csv", "path": "x/a.csv"}}}


class Facts(Block):
    """Tells a file's name, type, size, when it was stored, and where it lies in which version."""

    id = "file.facts"
    title = "File facts"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-question"
    keywords = ("size", "type", "mime", "metadata", "version", "stat")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The file to tell about.")

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="The same file.")
        name: str = Field(title="Name", description="With its ending.", main=True)
        type: str = Field(title="Type", description="What it holds, told from the content.")
        size: int = Field(title="Size", description="Bytes.")
        workspace: str = Field(
            title="Workspace", description="agent, user, or run for a file without a path."
        )
        path: str = Field(title="Path", description="Where it lies; empty for a file of a run.")
        version: int = Field(title="Version", description="Which of those at its path; from 1.")
        created_at: str = Field(title="Stored at", description="As ISO 8601, in UTC.")

    examples = (
        Example(
            {"file": _FILE},
            {
                "file": _FILE,
                "name": "a.csv",
                "type": "text/csv",
                "size": 2,
                "workspace": "agent",
                "path": "x/a.csv",
                "version": 1,
                "created_at": "1970-01-01T00:00:00Z",
            },
            _WORLD,
        ),
        Example({"file": {"$file": "f_gone"}}, {"error": {"code": "not_found"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        return told(await ctx.files.info(input.file))
