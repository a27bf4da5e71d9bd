"""What a server gave, as our values; pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from luban.sdk.mcp import McpAnswer, McpMessage, McpPart

if TYPE_CHECKING:
    from mcp_types import CallToolResult, GetPromptResult, ReadResourceResult


def answer(result: CallToolResult) -> McpAnswer:
    return McpAnswer(
        [part(each) for each in result.content],
        result.structured_content,
        bool(result.is_error),
    )


def contents(result: ReadResourceResult) -> list[McpPart]:
    return [_resource(each) for each in result.contents]


def messages(result: GetPromptResult) -> list[McpMessage]:
    return [McpMessage(str(each.role), part(each.content)) for each in result.messages]


def part(content: Any) -> McpPart:
    """One piece of any kind there is, and of kinds that do not exist yet."""
    kind = getattr(content, "type", "")
    if kind == "text":
        return McpPart("text", content.text, type="text/plain")
    if kind in ("image", "audio"):
        return McpPart(kind, content=_bytes(content.data), type=content.mime_type or "")
    if kind == "resource":
        return _resource(content.resource)
    if kind == "resource_link":
        link = str(content.uri)
        return McpPart("text", f"{content.name}: {link}", type=content.mime_type or "", uri=link)
    return McpPart("text", "")


def said(parts: Iterable[McpPart]) -> str:
    return " ".join(each.text for each in parts if each.text)


def _resource(content: Any) -> McpPart:
    uri, type = str(content.uri), content.mime_type or ""
    if (text := getattr(content, "text", None)) is not None:
        return McpPart("text", text, type=type, uri=uri)
    return McpPart("file", content=_bytes(content.blob), type=type, uri=uri)


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return b""
