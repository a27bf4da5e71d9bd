"""Servers of tools: which an owner added, what they offer, and sessions with them."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from luban.model.block import Effect
from luban.model.values import canonical
from luban.ports.providers import App, OAuth
from luban.sdk.mcp import McpAnswer, McpLog, McpMessage, McpPart, McpProgress
from luban.sdk.tools import UsableTool


class ToolServers(Protocol):
    """What `mcp:SERVER` and `mcp:SERVER/TOOL` stand for."""

    async def tools(self, owner: str, server: str, tool: str | None = None) -> list[UsableTool]:
        """What a server offers, or one tool of it.

        Raises `tool_unknown` for a server the owner has not added and a tool it does not have, and
        `tool_server_changed`.
        """
        ...


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class OfferedTool(_Frozen):
    """A tool as its server describes it; the texts are foreign, cleaned and bounded."""

    name: str
    title: str = ""
    description: str = ""
    parameters: Mapping[str, Any] = {}
    effect: Effect = Effect.ONCE


class OfferedResource(_Frozen):
    """Something to read; with `template`, `uri` has places to fill in."""

    uri: str
    name: str = ""
    description: str = ""
    type: str = ""
    template: bool = False


class OfferedPrompt(_Frozen):
    """A prompt and the names of its arguments; those in `required` must be given."""

    name: str
    title: str = ""
    description: str = ""
    arguments: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


class Listing(_Frozen):
    """All that a server offers, as it said when it was last asked."""

    title: str = ""
    version: str = ""
    protocol: str = ""
    tools: tuple[OfferedTool, ...] = ()
    resources: tuple[OfferedResource, ...] = ()
    prompts: tuple[OfferedPrompt, ...] = ()

    def digest(self) -> str:
        """The same as long as nothing is said differently that a model acts upon."""
        told = sorted((each.model_dump(mode="json") for each in self.tools), key=_name)
        return hashlib.sha256(canonical(told)).hexdigest()


def _name(told: dict[str, Any]) -> str:
    return told["name"]


class ToolServer(_Frozen):
    """A server somebody added: at an address, or a command that is run in a box.

    `approved` is the digest of the listing a person agreed to; where `listing` has another, agents
    may not use its tools. `shared` ones, which only administrators make, are everybody's.
    """

    id: str
    owner: str
    name: str
    shared: bool = False
    url: str = ""
    credential: str = ""
    """The id of the credential that opens it, if it needs one."""
    login: str = ""
    """The provider of the accounts that are connected at it; the only one of them opens it."""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    """Variables of the command; `{field}` stands for a field of the credential."""
    folders: tuple[str, ...] = ()
    """What the command needs to see, read only, beside the programs of the system."""
    network: bool = False
    """Whether the command may reach the network."""
    approved: str = ""
    listing: Listing = Listing()
    checked_at: float | None = None
    trouble: str = ""
    made_by: str = ""
    created_at: float = 0.0
    updated_at: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether it says something else of its tools than a person agreed to."""
        return bool(self.approved) and self.approved != self.listing.digest()


class ServerLogin(NamedTuple):
    """Where a server has people sign in, and as which app we are known there."""

    oauth: OAuth
    app: App
    scopes: tuple[str, ...]


class ServerLogins(Protocol):
    """Finds out how a server wants to be signed in at."""

    async def find(self, url: str, redirect: str) -> ServerLogin:
        """Asks the server and its authorization server, and registers us there.

        Raises `tool_server_login_unknown` and what the guarded client raises.
        """
        ...


class ToolServerStore(Protocol):
    """Those of an owner, and the shared ones of others; every query names the owner."""

    async def put(self, server: ToolServer) -> bool:
        """Makes or replaces one; `False` if another of the owner has its name."""
        ...

    async def find(self, owner: str, server_id: str) -> ToolServer | None:
        """By id, also a shared one of another."""
        ...

    async def find_named(self, owner: str, name: str) -> ToolServer | None:
        """The owner's own first."""
        ...

    async def list(self, owner: str) -> list[ToolServer]: ...

    async def delete(self, owner: str, server_id: str) -> bool: ...


Headers = Callable[[], Awaitable[Mapping[str, str]]]
"""What a request to the server carries, asked for anew each time: tokens run out."""


class ServerAccess(NamedTuple):
    """A server and how it is reached; `grade` changes when an old session is no good any more."""

    server: ToolServer
    headers: Headers
    grade: str = ""


class ToolSessions(Protocol):
    """Sessions with servers, kept open between calls and opened again when they broke.

    All raise `tool_server_unreachable`, `tool_server_refused`, `tool_server_needs_credential` and
    `timed_out`; for a command, `sandbox_off`.
    """

    async def listing(self, to: ServerAccess, *, timeout: float = 30.0) -> Listing: ...

    async def call(
        self,
        to: ServerAccess,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float,
        progress: McpProgress | None = None,
        log: McpLog | None = None,
    ) -> McpAnswer: ...

    async def read(self, to: ServerAccess, uri: str, *, timeout: float) -> list[McpPart]: ...

    async def prompt(
        self, to: ServerAccess, name: str, arguments: Mapping[str, str], *, timeout: float
    ) -> Sequence[McpMessage]: ...

    async def forget(self, server_id: str) -> None:
        """Ends the sessions with a server."""
        ...

    async def aclose(self) -> None: ...
