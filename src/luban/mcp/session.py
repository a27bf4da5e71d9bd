"""One session with a server, held open by a task of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from luban.mcp.errors import (
    ToolServerNeedsCredential,
    ToolServerRefused,
    ToolServerSilent,
    ToolServerUnreachable,
)
from luban.mcp.foreign_text import line
from luban.model.errors import LubanError
from luban.sdk.mcp import McpLog

if TYPE_CHECKING:
    from mcp import Client

log = logging.getLogger(__name__)

T = TypeVar("T")
_LONGEST_SAID = 500
_PARTING = 5.0
"""Seconds a session is given to take its leave."""


class Line(Protocol):
    """How a session reaches its server."""

    @property
    def trouble(self) -> LubanError | None: ...
    @property
    def refused(self) -> int: ...

    def calm(self) -> None: ...

    def open(self) -> AbstractAsyncContextManager[Any]:
        """The streams of a session."""
        ...


class Session:
    """Speaks with one server until it is closed or breaks; `broken` ones are not used again.

    The library wants a session to be opened and closed by the same task, which calls are not.
    """

    def __init__(self, name: str, line: Line) -> None:
        self.name = name
        self.broken = False
        self.changed = False
        """Whether the server said that it offers other tools than before."""
        self.in_use = 0
        self._line = line
        self._listening: list[McpLog] = []
        self._client: Client | None = None
        self._closing = asyncio.Event()
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._hold())

    async def opened(self, seconds: float) -> None:
        """Raises `ToolServerUnreachable`, `ToolServerSilent` and what the guard refuses."""
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                await asyncio.shield(self._ready)
        except TimeoutError as error:
            raise ToolServerSilent(server=self.name, seconds=seconds) from error
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise self._meant(error) from error

    async def use(
        self, work: Callable[[Client], Awaitable[T]], seconds: float, told: McpLog | None = None
    ) -> T:
        """What a call gives. Raises `ToolServerRefused` and what `opened` does."""
        from mcp.shared.exceptions import MCPError

        assert self._client is not None
        self._line.calm()
        if told is not None:
            self._listening.append(told)
        self.in_use += 1
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await work(self._client)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ToolServerSilent(server=self.name, seconds=seconds) from error
        except MCPError as error:
            raise self._meant(error) from error
        except asyncio.CancelledError:
            raise
        except LubanError:
            raise
        except Exception as error:
            self.broken = True
            raise self._meant(error) from error
        finally:
            self.in_use -= 1
            if told is not None:
                self._listening.remove(told)

    async def aclose(self) -> None:
        self.broken = True
        self._closing.set()
        done, _ = await asyncio.wait([self._task], timeout=_PARTING)
        if not done:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_PARTING)

    # -- the task that holds it -----------------------------------------------------------------

    async def _hold(self) -> None:
        from mcp import Client
        from mcp_types import Implementation

        client = Client(
            self._line.open(),
            client_info=Implementation(name="luban", version=version("luban")),
            logging_callback=self._log,
            log_level="info",
            message_handler=self._heard,
            cache=None,
        )
        try:
            async with client:
                self._client = client
                self._ready.set_result(client)
                await self._closing.wait()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  a task of the library's: its end is ours
            self._ended(error)
        finally:
            self.broken = True
            if not self._ready.done():
                self._ready.cancel()

    def _ended(self, error: BaseException) -> None:
        if self._ready.done():
            log.info("the session with %s ended: %s", self.name, _innermost(error))
            return
        self._ready.set_exception(_innermost(error))
        with contextlib.suppress(BaseException):
            self._ready.exception()  # nobody may be waiting any more

    async def _log(self, params: Any) -> None:
        said = line(params.data if isinstance(params.data, str) else str(params.data), 1000)
        for told in list(self._listening):
            told(said)

    async def _heard(self, message: Any) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            self.changed = True

    # -- errors ---------------------------------------------------------------------------------

    def _meant(self, error: BaseException) -> LubanError:
        """What went wrong, in our words: what the guard said counts for more than its echo."""
        from mcp.shared.exceptions import MCPError
        from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT

        refused = self._line.refused
        if refused:
            self.broken = True
            return ToolServerNeedsCredential(server=self.name, status=refused)
        if (trouble := self._line.trouble) is not None:
            self.broken = True
            if not trouble.retryable:
                return trouble
            return ToolServerUnreachable(
                server=self.name, reason=str(trouble), reason_zh=trouble.message_zh
            )
        said = line(str(error), _LONGEST_SAID) or type(error).__name__
        if isinstance(error, MCPError) and error.code not in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
            if is_gone(error):
                self.broken = True
            return ToolServerRefused(server=self.name, said=said)
        self.broken = True
        return ToolServerUnreachable(server=self.name, reason=f"{said}.", reason_zh=f"{said}。")


def is_gone(error: BaseException | None) -> bool:
    """Whether the server forgot the session before it looked at what was asked."""
    return getattr(error, "message", "") == "Session terminated"


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error
