"""A command in a box of the system, spoken to over its input and output."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from luban.mcp.errors import ToolServerUnreachable
from luban.mcp.foreign_text import line
from luban.model.errors import LubanError
from luban.ports.sandbox import CommandBoxes, CommandNeeds
from luban.ports.tool_servers import ToolServer

log = logging.getLogger(__name__)

LONGEST_LINE = 20_000_000
"""Bytes of one message."""


class CommandLine:
    """How a session reaches its command, and why it could not, if it could not."""

    def __init__(self, boxes: CommandBoxes, server: ToolServer) -> None:
        self._boxes = boxes
        self._server = server
        self.trouble: LubanError | None = None
        self.refused = 0
        self._said: deque[str] = deque(maxlen=5)

    def calm(self) -> None:
        """Once it is broken a command stays so."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Any]:
        import anyio
        from mcp.shared.message import SessionMessage

        needs = CommandNeeds(
            self._server.command,
            self._server.environment,
            self._server.folders,
            self._server.network,
            LONGEST_LINE,
        )
        heard, reading = anyio.create_memory_object_stream[SessionMessage | Exception](64)
        writing, said = anyio.create_memory_object_stream[SessionMessage](64)
        async with (
            heard,
            reading,
            writing,
            said,
            self._watched(needs) as process,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(self._listen, process, heard)
            tasks.start_soon(self._speak, process, said)
            tasks.start_soon(self._complaints, process)
            try:
                yield reading, writing
            finally:
                tasks.cancel_scope.cancel()

    @asynccontextmanager
    async def _watched(self, needs: CommandNeeds) -> AsyncIterator[asyncio.subprocess.Process]:
        try:
            async with self._boxes.open(needs) as process:
                yield process
        except LubanError as error:
            self.trouble = error
            raise

    async def _listen(self, process: asyncio.subprocess.Process, heard: Any) -> None:
        from mcp.shared.message import SessionMessage
        from mcp_types import jsonrpc_message_adapter
        from pydantic import ValidationError

        assert process.stdout is not None
        async with heard:
            while True:
                try:
                    piece = await process.stdout.readline()
                except ValueError:  # longer than any message may be
                    self._broke("it wrote a line that is too long", "它输出的一行过长")
                    return
                if not piece:
                    said = " ".join(self._said)
                    self._broke(f"its command ended. {said}", f"其命令已结束。{said}")
                    return
                try:
                    message = jsonrpc_message_adapter.validate_json(piece)
                except ValidationError:
                    self._said.append(line(piece.decode(errors="replace"), 200))
                    continue  # programs print greetings; whoever waits has a time limit
                await heard.send(SessionMessage(message))

    async def _speak(self, process: asyncio.subprocess.Process, said: Any) -> None:
        assert process.stdin is not None
        async with said:
            async for message in said:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                with contextlib.suppress(ConnectionError):  # the listener says that it ended
                    process.stdin.write(text.encode() + b"\n")
                    await process.stdin.drain()

    async def _complaints(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while True:
            try:
                piece = await process.stderr.readline()
            except ValueError:
                continue
            if not piece:
                return
            text = line(piece.decode(errors="replace"), 500)
            self._said.append(text)
            log.info("%s: %s", self._server.name, text)

    def _broke(self, reason: str, reason_zh: str) -> None:
        self.trouble = ToolServerUnreachable(
            server=self._server.name,
            reason=f"{reason.strip()}.",
            reason_zh=f"{reason_zh.strip()}。",
        )
