"""A model whose every piece is the moment at which it is sent: `python -m … PORT PIECES GAP`."""

from __future__ import annotations

import asyncio
import json
import sys
import time

_LENGTH = b"content-length:"
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"connection: close\r\ntransfer-encoding: chunked\r\n\r\n"
)


async def main(port: int, pieces: int, gap: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(line[15:])
                for line in head.lower().split(b"\r\n")
                if line[:15] == b"content-length:"
            ),
            0,
        )
        await reader.readexactly(length)
        writer.write(_HEAD)
        begun = time.monotonic()
        for number in range(pieces):
            await asyncio.sleep(max(0.0, begun + number * gap - time.monotonic()))
            writer.write(_chunk({"content": f" {time.time() * 1000:.1f}"}))
            await writer.drain()
        writer.write(_chunk({}, "stop") + _sized(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def _chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return _sized(b"data: " + json.dumps({**told, "choices": [choice]}).encode() + b"\n\n")


def _sized(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
