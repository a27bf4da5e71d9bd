"""Servers of tools, as a test says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from luban.sdk.errors import BlockError
from luban.sdk.mcp import McpAnswer, McpLog, McpMessage, McpPart, McpProgress


class ScriptedMcp:
    """Answers by `SERVER/TOOL`, `SERVER/URI` and `SERVER/PROMPT`; an exception is raised.

    A tool answers `{text, structured, failed, parts}`, a resource or prompt a list of parts or
    messages as mappings. `asked` keeps what was asked.
    """

    def __init__(self, told: Mapping[str, Any] | None = None) -> None:
        self._told = dict(told or {})
        self.asked: list[tuple[str, str, Mapping[str, Any]]] = []

    async def call(
        self,
        server: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float = 60.0,
        progress: McpProgress | None = None,
        log: McpLog | None = None,
    ) -> McpAnswer:
        told = self._answer(server, tool, arguments)
        parts = [McpPart(**each) for each in told.get("parts", [])]
        if "text" in told:
            parts.insert(0, McpPart("text", told["text"]))
        return McpAnswer(parts, told.get("structured"), told.get("failed", False))

    async def read(self, server: str, uri: str, *, timeout: float = 60.0) -> list[McpPart]:
        return [McpPart(**each) for each in self._answer(server, uri, {})]

    async def prompt(
        self, server: str, name: str, arguments: Mapping[str, str], *, timeout: float = 60.0
    ) -> list[McpMessage]:
        told = cast("list[dict[str, str]]", self._answer(server, name, arguments))
        return [McpMessage(each["role"], McpPart("text", each["text"])) for each in told]

    def _answer(self, server: str, name: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append((server, name, arguments))
        told = self._told.get(f"{server}/{name}")
        if told is None:
            raise BlockError(f"The test has no server with `{server}/{name}`.")
        if isinstance(told, Exception):
            raise told
        return told
