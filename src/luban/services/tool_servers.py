"""Servers of tools: added, looked at, agreed to, removed; and what steps may do with them.

What a server says of its tools is foreign text that models act upon. A person agrees to it when the
server is added; where it says something else later, agents may use none of it until somebody
looked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from luban.model.access import Caller, NotPermitted
from luban.model.errors import LubanError, NotFound
from luban.model.hiding import Hidden
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.tool_servers import (
    Listing,
    OfferedTool,
    ServerAccess,
    ToolServer,
    ToolServerStore,
    ToolSessions,
)
from luban.ports.world import WantedCredential
from luban.sdk.credential import ANY, OpenCredential
from luban.sdk.errors import WordedError
from luban.sdk.mcp import McpAnswer, McpLog, McpMessage, McpPart, McpProgress
from luban.sdk.tools import ToolUnknown, UsableTool, fit_name
from luban.services.credentials import Credentials
from luban.services.credentials.node_credentials import NodeCredentials
from luban.services.tool_server_rules import check, filled

COMMANDS = "system.manage"
"""What it takes to run commands, and to make a server everybody's."""
CALL = "mcp.call"
"""The block that a tool of a server is a use of."""


class ToolServerExists(LubanError):
    """Another server of the owner has the name."""

    code = "tool_server_exists"
    status = 409
    en = "There is a server of tools called `{name}` already. Choose another name."
    zh = "已有名为“{name}”的工具服务器，请换一个名称。"


class ToolServerChanged(WordedError):
    """A server says something else of its tools than a person agreed to."""

    code = "tool_server_changed"
    status = 409
    en = (
        "The server of tools `{name}` describes its tools otherwise than when somebody agreed to "
        "them ({what}). Look at them on the page MCP servers or with `luban mcp tools {name}`, and "
        "agree again with `luban mcp approve {name}`."
    )
    zh = (
        "工具服务器“{name}”对其工具的描述与之前确认的不同（{what_zh}）。请在“MCP 服务器”页面或用 "
        "`luban mcp tools {name}` 查看，然后用 `luban mcp approve {name}` 重新确认。"
    )


class ToolServerDraft(NamedTuple):
    """What somebody enters of a server; of `url` and `command` one is given."""

    name: str
    url: str = ""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    folders: tuple[str, ...] = ()
    network: bool = False
    credential: str = ""
    shared: bool = False


class ToolServerService:
    """What people do with servers of tools, and `ToolServers` for steps."""

    def __init__(
        self,
        store: ToolServerStore,
        sessions: ToolSessions,
        credentials: Credentials,
        opening: NodeCredentials,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._credentials = credentials
        self._opening = opening
        self._clock = clock

    # -- what people do -------------------------------------------------------------------------

    async def list(self, owner: str) -> list[ToolServer]:
        return await self._store.list(owner)

    async def get(self, owner: str, server: str) -> ToolServer:
        """By id or name, also a shared one of others. Raises `NotFound`."""
        found = await self._store.find(owner, server) or await self._store.find_named(owner, server)
        if found is None:
            raise no_tool_server(server)
        return found

    async def add(self, caller: Caller, draft: ToolServerDraft) -> ToolServer:
        """Adds a server and asks it what it offers; that it cannot be asked is no reason not to.

        Raises `InvalidValue`, `NotPermitted`, `NotFound` (credential) and `ToolServerExists`.
        """
        now = self._clock.now()
        server = ToolServer(
            id=new_id("s"),
            owner=caller.team,
            name="",
            made_by=caller.user,
            created_at=now,
            updated_at=now,
        )
        return await self._put(caller, server, draft)

    async def change(self, caller: Caller, server: str, draft: ToolServerDraft) -> ToolServer:
        """Replaces what was entered; where it leads elsewhere, nothing is agreed to any more.

        Raises as `add`.
        """
        known = await self.own(caller, server)
        await self._sessions.forget(known.id)
        return await self._put(caller, known, draft)

    async def remove(self, caller: Caller, server: str) -> None:
        """Raises `NotFound` and `NotPermitted`."""
        known = await self.own(caller, server)
        await self._sessions.forget(known.id)
        await self._store.delete(known.owner, known.id)

    async def refresh(self, owner: str, server: str) -> ToolServer:
        """Asks the server again what it offers; what went wrong stands in `trouble`."""
        return await self._asked(await self.get(owner, server))

    async def approve(self, caller: Caller, server: str) -> ToolServer:
        """A person agrees to what the server says now. Raises `NotFound` and `NotPermitted`."""
        known = await self.own(caller, server)
        agreed = known.model_copy(update={"approved": known.listing.digest()})
        await self._store.put(agreed)
        return agreed

    async def set_login(self, caller: Caller, server: str, provider: str) -> ToolServer:
        """From now on the account connected at that provider opens it.

        Raises `NotFound` and `NotPermitted`.
        """
        known = await self.own(caller, server)
        await self._sessions.forget(known.id)
        update = {"login": provider, "credential": "", "updated_at": self._clock.now()}
        changed = known.model_copy(update=update)
        await self._store.put(changed)
        return changed

    # -- what steps do --------------------------------------------------------------------------

    def of(self, owner: str) -> OwnersServers:
        return OwnersServers(self, owner)

    async def tools(self, owner: str, server: str, tool: str | None = None) -> list[UsableTool]:
        """Raises `ToolUnknown` and `ToolServerChanged`."""
        try:
            known = await self.get(owner, server)
        except NotFound as error:
            raise ToolUnknown(f"mcp:{server}", str(error), error.message_zh) from error
        require_agreed(known)
        offered = [each for each in known.listing.tools if tool in (None, each.name)]
        if tool is not None and not offered:
            names = ", ".join(f"`{each.name}`" for each in known.listing.tools) or "-"
            raise ToolUnknown(
                f"mcp:{server}/{tool}", f"that server offers {names}.", f"该服务器提供 {names}。"
            )
        return [usable(known, each) for each in offered]

    async def call(
        self,
        owner: str,
        server: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float,
        progress: McpProgress | None,
        log: McpLog | None,
    ) -> McpAnswer:
        known = await self.get(owner, server)
        require_agreed(known)
        hidden = Hidden()
        answer = await self._sessions.call(
            await self._access(known, hidden),
            tool,
            arguments,
            timeout=timeout,
            progress=progress,
            log=log if log is None else lambda said: log(hidden.text(said)),
        )
        return McpAnswer(
            _hidden(answer.parts, hidden), hidden.value(answer.structured), answer.failed
        )

    async def read(self, owner: str, server: str, uri: str, timeout: float) -> list[McpPart]:
        known, hidden = await self.get(owner, server), Hidden()
        access = await self._access(known, hidden)
        return _hidden(await self._sessions.read(access, uri, timeout=timeout), hidden)

    async def prompt(
        self, owner: str, server: str, name: str, arguments: Mapping[str, str], timeout: float
    ) -> list[McpMessage]:
        known, hidden = await self.get(owner, server), Hidden()
        access = await self._access(known, hidden)
        found = await self._sessions.prompt(access, name, arguments, timeout=timeout)
        return [McpMessage(each.role, _hidden([each.part], hidden)[0]) for each in found]

    # -- parts ----------------------------------------------------------------------------------

    async def own(self, caller: Caller, server: str) -> ToolServer:
        """One that the caller may change. Raises `NotFound` and `NotPermitted`."""
        known = await self.get(caller.team, server)
        if known.owner != caller.team or (
            (known.shared or known.command) and not caller.may(COMMANDS)
        ):
            raise NotPermitted(permission=COMMANDS)
        return known

    async def _put(self, caller: Caller, server: ToolServer, draft: ToolServerDraft) -> ToolServer:
        if (draft.command or draft.shared) and not caller.may(COMMANDS):
            raise NotPermitted(permission=COMMANDS)
        check(draft)
        if draft.credential:
            await self._credentials.get(caller.team, draft.credential)
        entered = {**draft._asdict(), "name": draft.name.strip(), "updated_at": self._clock.now()}
        changed = server.model_copy(update=entered)
        if (server.url, server.command) != (changed.url, changed.command):
            changed = changed.model_copy(update={"approved": "", "login": "", "listing": Listing()})
        if not await self._store.put(changed):
            raise ToolServerExists(name=changed.name)
        return await self._asked(changed)

    async def _asked(self, server: ToolServer) -> ToolServer:
        """The server with what it offers now; the first listing is the one that is agreed to."""
        first = server.checked_at is None or not server.approved
        try:
            listing = await self._sessions.listing(await self._access(server, Hidden()))
        except LubanError as error:
            asked = server.model_copy(update={"trouble": str(error)})
        else:
            approved = listing.digest() if first else server.approved
            update = {"listing": listing, "trouble": "", "approved": approved}
            asked = server.model_copy(update={**update, "checked_at": self._clock.now()})
        await self._store.put(asked)
        return asked

    async def _access(self, server: ToolServer, hidden: Hidden) -> ServerAccess:
        """How it is reached now; what opens it is added to `hidden`."""
        if not server.credential and not server.login:
            return ServerAccess(server, _nothing, _grade(server, ""))
        opened = await self._open(server, hidden)
        if server.command:
            ready = {**server.environment, **filled(server.environment, opened)}
            return ServerAccess(
                server.model_copy(update={"environment": ready}), _nothing, _grade(server, "")
            )

        async def headers() -> Mapping[str, str]:
            return (await self._open(server, hidden)).headers(server.url)

        return ServerAccess(server, headers, _grade(server, opened.id))

    async def _open(self, server: ToolServer, hidden: Hidden) -> OpenCredential:
        wanted = WantedCredential(server.name, server.login)
        if server.credential:
            wanted = WantedCredential(server.name, ANY, server.credential)
        opened = await self._opening.open(server.owner, wanted)
        opened.done()
        hidden.add(opened.hidden)
        return opened.credential


class OwnersServers:
    """`McpServers` of one owner."""

    def __init__(self, servers: ToolServerService, owner: str) -> None:
        self._servers = servers
        self._owner = owner

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
        return await self._servers.call(
            self._owner, server, tool, arguments, timeout=timeout, progress=progress, log=log
        )

    async def read(self, server: str, uri: str, *, timeout: float = 60.0) -> list[McpPart]:
        return await self._servers.read(self._owner, server, uri, timeout)

    async def prompt(
        self, server: str, name: str, arguments: Mapping[str, str], *, timeout: float = 60.0
    ) -> list[McpMessage]:
        return await self._servers.prompt(self._owner, server, name, arguments, timeout)


def usable(server: ToolServer, tool: OfferedTool) -> UsableTool:
    """A tool as a model may choose it."""
    return UsableTool(
        name=fit_name(f"{server.name}_{tool.name}", tool.name),
        title=tool.title,
        description=tool.description,
        parameters=tool.parameters,
        effect=tool.effect,
        kind="block",
        target=CALL,
        source=f"mcp:{server.name}",
        fixed={"server": server.name, "tool": tool.name},
        into="arguments",
    )


def require_agreed(server: ToolServer) -> None:
    """Raises `ToolServerChanged`."""
    if server.changed:
        count = len(server.listing.tools)
        raise ToolServerChanged(
            name=server.name, what=f"{count} tools now", what_zh=f"现有 {count} 个工具"
        )


def no_tool_server(name: str) -> NotFound:
    return NotFound(
        what="server of tools",
        what_zh="工具服务器",
        name=name,
        way_out="`luban mcp list` shows those there are.",
        way_out_zh="`luban mcp list` 会列出现有的服务器。",
    )


async def _nothing() -> Mapping[str, str]:
    return {}


def _grade(server: ToolServer, credential: str) -> str:
    told = repr((server.url, server.command, sorted(server.environment.items()), credential))
    return hashlib.sha256(told.encode()).hexdigest()


def _hidden(parts: Sequence[McpPart], hidden: Hidden) -> list[McpPart]:
    """A server may send back what it was sent."""
    if not hidden:
        return [*parts]
    return [
        each._replace(text=hidden.text(each.text), content=hidden.bytes(each.content))
        for each in parts
    ]
