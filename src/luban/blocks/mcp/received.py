"""What a server gave, as values that travel along links."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from typing import Any

from luban.sdk import Context
from luban.sdk.mcp import McpPart


def text_of(parts: Iterable[McpPart]) -> str:
    return "\n".join(part.text for part in parts if part.kind == "text" and part.text)


async def files_of(parts: Iterable[McpPart], ctx: Context) -> list[dict[str, Any]]:
    """Pictures, sound and other bytes as stored files."""
    found: list[dict[str, Any]] = []
    for part in parts:
        if part.kind != "text":
            name = _name(part, len(found) + 1)
            file = await ctx.files.write(name, part.content, part.type or None)
            found.append(file.as_value())
    return found


def _name(part: McpPart, number: int) -> str:
    last = part.uri.rstrip("/").rpartition("/")[2]
    if last and "." in last:
        return last[-100:]
    return f"{part.kind}-{number}{mimetypes.guess_extension(part.type) or ''}"
