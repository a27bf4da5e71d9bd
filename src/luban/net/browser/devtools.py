"""Chromium's DevTools protocol over its pipe: commands and events, each ended by a zero byte."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import orjson

Heard = Callable[[dict[str, Any]], None]


class DevToolsError(Exception):
    """The browser refused a command, or is gone."""


class DevTools:
    """One connection to a browser. `on` hears events; `call` raises `DevToolsError`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._hearing: defaultdict[str, list[Heard]] = defaultdict(list)
        self._count = 0
        self._task = asyncio.create_task(self._listen())
        self._ended: str | None = None

    def on(self, event: str, heard: Heard) -> None:
        self._hearing[event].append(heard)

    async def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        answer = self.post(method, session, **params)
        try:
            await self._writer.drain()
        except OSError as error:
            raise DevToolsError("the browser is gone") from error
        return await answer

    def post(
        self, method: str, session: str | None = None, **params: Any
    ) -> asyncio.Future[dict[str, Any]]:
        """Sends a command whose answer somebody may wait for later, or nobody."""
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(_seen)
        if self._ended is not None:
            answer.set_exception(DevToolsError(self._ended))
            return answer
        self._count += 1
        self._asked[self._count] = answer
        message: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        self._writer.write(orjson.dumps(message) + b"\0")
        return answer

    async def aclose(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()

    async def _listen(self) -> None:
        ended = "the browser has ended"
        try:
            while True:
                raw = await self._reader.readuntil(b"\0")
                self._hear(orjson.loads(raw[:-1]))
        except asyncio.LimitOverrunError:
            ended = "an answer of the browser is too large"
        except (asyncio.IncompleteReadError, OSError, orjson.JSONDecodeError):
            pass
        finally:
            self._ended = ended
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(DevToolsError(ended))

    def _hear(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        if number is None:
            for heard in self._hearing[message.get("method", "")]:
                heard(message.get("params", {}))
            return
        answer = self._asked.pop(number, None)
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(DevToolsError(str(message["error"].get("message", "refused"))))
        else:
            answer.set_result(message.get("result", {}))


def _seen(answer: asyncio.Future[Any]) -> None:
    """An answer that nobody waits for is no error that nobody saw."""
    if not answer.cancelled():
        answer.exception()
