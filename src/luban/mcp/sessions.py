"""The open sessions of this process: one for each server and its proof, closed when idle."""

from __future__ import annotations

import asyncio
import importlib
import weakref
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from luban.mcp import answers, offers
from luban.mcp.errors import ToolServerRefused
from luban.mcp.foreign_text import LONGEST_NAME, line
from luban.mcp.over_command import CommandLine
from luban.mcp.session import Line, Session, is_gone
from luban.net.allow_list import AllowList
from luban.ports.sandbox import CommandBoxes
from luban.ports.tool_servers import Listing, ServerAccess
from luban.sdk.mcp import McpAnswer, McpLog, McpMessage, McpPart, McpProgress

if TYPE_CHECKING:
    from mcp import Client
    from mcp.shared.dispatcher import ProgressFnT

T = TypeVar("T")
OPENING = 30.0
"""Seconds a session may take to be opened."""
IDLE = 120.0
"""Seconds after which one that nobody used is closed."""
_PAGES = 20


class McpSessions:
    """`ToolSessions` over the library. Belongs to one event loop."""

    def __init__(
        self, allow: AllowList, boxes: CommandBoxes, *, idle: float = IDLE, opening: float = OPENING
    ) -> None:
        self._allow = allow
        self._boxes = boxes
        self._idle = idle
        self._opening = opening
        self._open: dict[tuple[str, str], Session] = {}
        self._turns: weakref.WeakValueDictionary[tuple[str, str], asyncio.Lock] = (
            weakref.WeakValueDictionary()
        )
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def listing(self, to: ServerAccess, *, timeout: float = 30.0) -> Listing:
        return await self._use(to, _listing, timeout)

    async def call(
        self,
        to: ServerAccess,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        timeout: float,
        progress: McpProgress | None = None,
        log: McpLog | None = None,
    ) -> McpAnswer:
        async def work(client: Client) -> McpAnswer:
            told = None if progress is None else _told(progress)
            return answers.answer(await client.call_tool(tool, dict(arguments), timeout, told))

        return await self._use(to, work, timeout, log)

    async def read(self, to: ServerAccess, uri: str, *, timeout: float) -> list[McpPart]:
        async def work(client: Client) -> list[McpPart]:
            return answers.contents(await client.read_resource(uri))

        return await self._use(to, work, timeout)

    async def prompt(
        self, to: ServerAccess, name: str, arguments: Mapping[str, str], *, timeout: float
    ) -> list[McpMessage]:
        async def work(client: Client) -> list[McpMessage]:
            return answers.messages(await client.get_prompt(name, dict(arguments)))

        return await self._use(to, work, timeout)

    async def forget(self, server_id: str) -> None:
        for key in [key for key in self._open if key[0] == server_id]:
            await self._end(key)

    async def aclose(self) -> None:
        for key in list(self._open):
            await self._end(key)
        if self._closing:
            await asyncio.wait(self._closing)

    # -- keeping them ---------------------------------------------------------------------------

    async def _use(
        self,
        to: ServerAccess,
        work: Callable[[Client], Awaitable[T]],
        timeout: float,
        log: McpLog | None = None,
    ) -> T:
        session = await self._session(to)
        try:
            return await session.use(work, timeout, log)
        except ToolServerRefused as error:
            if not is_gone(error.__cause__):
                raise
            # The server had forgotten the session and looked at nothing: asking anew is no second.
            again = await self._session(to)
            return await again.use(work, timeout, log)
        finally:
            self._rest(_key(to))

    async def _session(self, to: ServerAccess) -> Session:
        key = _key(to)
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            known = self._open.get(key)
            if known is not None and not known.broken:
                self._wake(key)
                return known
            if known is not None:
                await self._end(key)
            # The library takes a second to be loaded, which nobody else is to wait for.
            await asyncio.to_thread(importlib.import_module, "mcp")
            session = Session(to.server.name, self._line(to))
            try:
                await session.opened(self._opening)
            except BaseException:
                self._part_with(session)
                raise
            self._open[key] = session
            self._wake(key)
            return session

    def _line(self, to: ServerAccess) -> Line:
        if to.server.command:
            return CommandLine(self._boxes, to.server)
        from luban.mcp.over_http import HttpLine

        return HttpLine(self._allow, to)

    def _wake(self, key: tuple[str, str]) -> None:
        if (timer := self._timers.pop(key, None)) is not None:
            timer.cancel()

    def _rest(self, key: tuple[str, str]) -> None:
        self._wake(key)
        session = self._open.get(key)
        if session is None or session.in_use:
            return
        self._timers[key] = asyncio.get_running_loop().call_later(self._idle, self._tired, key)

    def _tired(self, key: tuple[str, str]) -> None:
        self._timers.pop(key, None)
        if (session := self._open.get(key)) is not None and not session.in_use:
            del self._open[key]
            self._part_with(session)

    async def _end(self, key: tuple[str, str]) -> None:
        self._wake(key)
        if (session := self._open.pop(key, None)) is not None:
            await session.aclose()

    def _part_with(self, session: Session) -> None:
        task = asyncio.create_task(session.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _told(progress: McpProgress) -> ProgressFnT:
    async def told(progress_: float, total: float | None, message: str | None) -> None:
        progress(progress_, total, line(message or "", 500))

    return cast("ProgressFnT", told)


def _key(to: ServerAccess) -> tuple[str, str]:
    """A session is of one proof: what changes it needs another session."""
    return to.server.id, to.grade


async def _listing(client: Client) -> Listing:
    able, about = client.server_capabilities, client.server_info
    tools: list[Any] = []
    if able.tools is not None:
        tools = await _all(lambda cursor: client.list_tools(cursor=cursor), "tools")
    plain: list[Any] = []
    templates: list[Any] = []
    if able.resources is not None:
        plain = await _all(lambda cursor: client.list_resources(cursor=cursor), "resources")
        templates = await _all(
            lambda cursor: client.list_resource_templates(cursor=cursor), "resource_templates"
        )
    prompts: list[Any] = []
    if able.prompts is not None:
        prompts = await _all(lambda cursor: client.list_prompts(cursor=cursor), "prompts")
    return Listing(
        title=line((about.title or about.name) if about else "", LONGEST_NAME),
        version=line(about.version if about else "", LONGEST_NAME),
        protocol=client.protocol_version,
        tools=offers.tools(tools),
        resources=offers.resources(plain, templates),
        prompts=offers.prompts(prompts),
    )


async def _all(page: Callable[[str | None], Awaitable[Any]], field: str) -> list[Any]:
    """All pages, up to as many as any real server has."""
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        part = await page(cursor)
        found += getattr(part, field)
        cursor = part.next_cursor
        if not cursor or len(found) >= offers.MOST:
            break
    return found
