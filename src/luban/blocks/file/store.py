"""A file from anywhere, kept."""

from __future__ import annotations

from typing import Any

from luban.blocks.file.workspaces import KEPT, Kept
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_PAGE = "https://example.com/plan.txt"
_PLAN = {"$file": "f_1", "name": "plan.txt", "type": "text/plain", "size": 3}


class Store(Block):
    """Stores what an address, a data URI or another file holds, and gives its reference."""

    id = "file.store"
    title = "Store file"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-down"
    keywords = ("download", "save", "url", "data uri", "base64", "import", "keep", "media")
    timeout = 180

    class Input(BlockInput):
        file: FileRef = Field(
            title="File", description="A file, an http address, or a data URI such as data:…,…."
        )
        path: str = Field(
            "",
            title="Path",
            description="In a workspace, such as media/logo.png; else only its name is new.",
        )
        keep: Kept = Field("run", title="Keep", description=KEPT)

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="The stored file.", main=True)
        size: int = Field(title="Size", description="Bytes.")

    examples = (
        Example(
            {"file": _PAGE},
            {"file": _PLAN, "size": 3},
            {"http": {_PAGE: {"text": "abc", "headers": {"content-type": "text/plain"}}}},
        ),
        Example(
            {"file": "data:text/plain;base64,YWJj", "path": "notes/a.txt", "keep": "agent"},
            {"file": {**_PLAN, "name": "a.txt"}, "size": 3},
        ),
        Example(
            {"file": {**_PLAN, "$file": "f_0"}, "path": "b.txt", "keep": "user"},
            {"file": {**_PLAN, "$file": "f_2", "name": "b.txt"}, "size": 3},
            {
                "files": {
                    "f_0": {
                        "name": "plan.txt",
                        "text": "abc",
                        "type": "text/plain",
                        "path": "plan.txt",
                    }
                }
            },
        ),
        Example({"file": "data:text/plain;base64,?"}, {"error": {"code": "bad_data_uri"}}),
        Example(
            {"file": _PAGE}, {"error": {"code": "http_status"}}, {"http": {_PAGE: {"status": 404}}}
        ),
        Example(
            {"file": "data:,abc", "path": "../a", "keep": "user"},
            {"error": {"code": "bad_file_path"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        file = await self._stored(input, ctx)
        return {"file": file.as_value(), "size": file.size}

    async def _stored(self, input: Input, ctx: Context) -> FileRef:
        path = input.path.strip()
        if input.keep == "run":
            if not path:
                return input.file
            return await ctx.files.write_stream(path, ctx.files.stream(input.file), input.file.type)
        path = path or input.file.name
        facts = await ctx.files.info(input.file)
        if facts.scope == "run":  # nobody else has a place for it yet
            return await ctx.files.move(input.file, path, scope=input.keep)
        return await ctx.files.copy(input.file, path, scope=input.keep)
