"""`/ws/{user_id}`: a WebSocket that tells of executions as they change.

It says `{"type": "execution_complete", …}` for each that ends and `execution_update` for the other
changes, in whatever process they happen. A client may send `ping`, and `subscribe` or
`unsubscribe` with an `execution_id` for what happens node by node. Whoever may not read closes with
1008, a defect of ours with 1011.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from luban.api.caller import Identify, caller_of, house_of
from luban.api.dialects.foreign_runs import outcome
from luban.api.dialects.graphs import told_execution
from luban.api.envelope import refuse
from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.model.ids import new_id
from luban.model.run import Run
from luban.services.house import House
from luban.services.runs import is_over

log = logging.getLogger(__name__)

PATH = "/ws/{user_id}"
PERMISSION = "run.read"
LONGEST_MESSAGE = 64 << 10
"""Bytes a client may send at once."""
REFUSED, BROKEN, TOO_BIG = 1008, 1011, 1009
_SUBSCRIPTIONS = 20
_LOOK_AGAIN = 60.0
"""Seconds after which a silent client is asked for nothing, but its right to be here is."""


async def follow_executions(socket: WebSocket) -> None:
    """One connection, from the first message to the last."""
    caller = caller_of(socket)
    if not caller.may(PERMISSION) or socket.path_params["user_id"] != caller.user:
        await refuse(socket, "无效的用户ID")
        return
    connection = _Connection(socket, caller, house_of(socket))
    log.info("websocket %s of %s is open", connection.id, caller.user)
    try:
        await connection.serve()
    except WebSocketDisconnect:
        pass
    except LubanError as error:
        await _close(socket, REFUSED, error.message_zh)
    except Exception:
        log.exception("websocket %s", connection.id)
        await _close(socket, BROKEN, "服务器错误")
    finally:
        log.info("websocket %s is closed", connection.id)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    short = reason.encode()[:120].decode(errors="ignore")  # a close frame holds 123 bytes
    with suppress(RuntimeError, WebSocketDisconnect):  # it may be closed already
        await socket.close(code, short)


class _Connection:
    """A client, what it is told, and what it asked for."""

    __slots__ = ("_caller", "_house", "_sending", "_socket", "_subscribed", "id")

    def __init__(self, socket: WebSocket, caller: Caller, house: House) -> None:
        self.id = new_id("ws")
        self._socket = socket
        self._caller = caller
        self._house = house
        self._sending = asyncio.Lock()
        self._subscribed: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        await self._socket.accept()
        await self._send({"type": "connection_established", "connection_id": self.id})
        telling = asyncio.create_task(self._tell())
        try:
            await self._hear()
        finally:
            tasks = [telling, *self._subscribed.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self) -> None:
        """Tells of runs; what goes wrong closes the connection, and so ends the hearing."""
        try:
            async with aclosing(self._house.run_news.follow(self._caller.team)) as runs:
                async for run in runs:
                    await self._send(await _message(self._house, run))
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("websocket %s", self.id)
            await _close(self._socket, BROKEN, "服务器错误")

    async def _hear(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_LOOK_AGAIN):
                    text = await self._socket.receive_text()
            except TimeoutError:
                await self._look_again()
                continue
            if len(text) > LONGEST_MESSAGE:
                await _close(self._socket, TOO_BIG, "消息过大")
                return
            await self._answer(text)

    async def _look_again(self) -> None:
        """Ends the connection of whoever was signed out, or may no longer read. Raises."""
        identify: Identify = self._socket.app.state.identify
        again = await identify(self._socket)
        if again.user != self._caller.user or not again.may(PERMISSION):
            raise _SignedOut

    async def _answer(self, text: str) -> None:
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            message = None
        if not isinstance(message, dict):
            await self._send({"type": "error", "message": "消息必须是 JSON 对象"})
            return
        kinds: dict[Any, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "ping": self._pong,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
        }
        act = kinds.get(message.get("type"))
        if act is None:
            known = "、".join(kinds)
            await self._send({"type": "error", "message": f"消息类型只能是 {known}"})
            return
        await act(message)

    async def _pong(self, message: dict[str, Any]) -> None:
        await self._send({"type": "pong"})

    async def _subscribe(self, message: dict[str, Any]) -> None:
        run_id = str(message.get("execution_id"))
        try:
            events = await self._house.run_events.open(self._caller.team, run_id)
        except LubanError as error:
            await self._send({"type": "error", "execution_id": run_id, "message": error.message_zh})
            return
        self._subscribed = {id: task for id, task in self._subscribed.items() if not task.done()}
        if run_id in self._subscribed or len(self._subscribed) >= _SUBSCRIPTIONS:
            await events.aclose()
            told = {"type": "error", "execution_id": run_id}
            await self._send(
                {**told, "message": f"最多可同时订阅 {_SUBSCRIPTIONS} 个执行，每个一次"}
            )
            return
        self._subscribed[run_id] = asyncio.create_task(self._follow(run_id, events))

    async def _follow(self, run_id: str, events: Any) -> None:
        async with aclosing(events):
            async for event in events:
                if event.kind:
                    told = {"type": "node_event", "execution_id": run_id, "event": event.kind}
                    await self._send({**told, "data": event.values})

    async def _unsubscribe(self, message: dict[str, Any]) -> None:
        task = self._subscribed.pop(str(message.get("execution_id")), None)
        if task is not None:
            task.cancel()

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(orjson.dumps(message).decode())


class _SignedOut(LubanError):
    """The session, key or ticket a connection was opened with holds no longer."""

    code = "signed_out"
    status = 401
    en = "You were signed out."
    zh = "登录已失效"


async def _message(house: House, run: Run) -> dict[str, Any]:
    if not is_over(run):
        return {
            "type": "execution_update",
            "execution_id": run.id,
            "graph_id": run.agent_id,
            "status": run.status.value.upper(),
        }
    told = told_execution(run, await outcome(house, run))
    kept = ("execution_id", "graph_id", "status", "output", "error")
    return {"type": "execution_complete", **{name: told[name] for name in kept}}
