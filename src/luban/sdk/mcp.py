"""Servers of tools that speak the Model Context Protocol, as blocks use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

McpProgress = Callable[[float, float | None, str], None]
"""Told how far a call is: done, of how many if that is known, and in words."""
McpLog = Callable[[str], None]
"""Told what a server says while it works."""


class McpPart(NamedTuple):
    """A piece of what a server gave: text, or bytes with their type; foreign in any case."""

    kind: Literal["text", "image", "audio", "file"]
    text: str = ""
    content: bytes = b""
    type: str = ""
    uri: str = ""


class McpAnswer(NamedTuple):
    """What came of a call; `failed` is the tool's own word that it could not do it."""

    parts: Sequence[McpPart]
    structured: Any = None
    failed: bool = False

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts if part.kind == "text")


class McpMessage(NamedTuple):
    """One message of a prompt."""

    role: str
    part: McpPart


class McpServers(Protocol):
    """The servers of the run's owner, by name or id.

    All raise `not_found` for a server nobody added, `tool_server_unreachable`,
    `tool_server_refused`, `timed_out` and, where the server changed what it says of its tools,
    `tool_server_changed`.
    """

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
        """Runs a tool; cancelled, the server is told so. Never asked twice by itself."""
        ...

    async def read(self, server: str, uri: str, *, timeout: float = 60.0) -> list[McpPart]:
        """What a resource holds."""
        ...

    async def prompt(
        self, server: str, name: str, arguments: Mapping[str, str], *, timeout: float = 60.0
    ) -> list[McpMessage]:
        """The messages of a prompt, filled in."""
        ...
