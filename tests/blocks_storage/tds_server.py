"""A peer that speaks as much of SQL Server's protocol as one login and one statement take.

After Microsoft's "[MS-TDS]: Tabular Data Stream Protocol". It runs no SQL: it notes what it was
asked and gives the rows, or the error, it was told to.
"""

from __future__ import annotations

import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_RPC, _ATTENTION, _TRANSACTION, _LOGIN, _PRELOGIN = 3, 6, 14, 16, 18
_ANSWER, _LAST = 4, 1
_BEGIN, _COMMIT, _ROLLBACK = 5, 7, 8
_COLLATION = b"\x09\x04\xd0\x00\x34"


class Told:
    """What it answers, and what it heard: `begin`, `commit`, `rollback`, statements."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str | None]] = []
        self.error: tuple[int, str] | None = None
        self.refuses = False
        self.slow = False
        self.heard: list[Any] = []

    @property
    def port(self) -> int:
        return self.address[1]

    address: tuple[str, int] = ("", 0)


class _Session(socketserver.BaseRequestHandler):
    told: Told

    def handle(self) -> None:
        while (asked := self._packet()) is not None:
            kind, content = asked
            if kind == _PRELOGIN:
                self._send(_prelogin())
            elif kind == _LOGIN:
                self._send(_refusal() if self.told.refuses else _login() + _done())
            elif kind == _ATTENTION:  # it wants no more of the answer
                self._send(_done(status=0x20))
            elif kind == _TRANSACTION:
                self._send(self._transaction(content))
            else:
                self._send(self._statement(kind, content))

    def _packet(self) -> tuple[int, bytes] | None:
        content = b""
        while True:
            head = self._exactly(8)
            if head is None:
                return None
            kind, status, length = struct.unpack(">BBH", head[:4])
            content += self._exactly(length - 8) or b""
            if status & _LAST:
                return kind, content

    def _exactly(self, size: int) -> bytes | None:
        found = b""
        while len(found) < size:
            try:
                piece = self.request.recv(size - len(found))
            except ConnectionError:
                return None
            if not piece:
                return None
            found += piece
        return found

    def _send(self, content: bytes) -> None:
        head = struct.pack(">BBHHBB", _ANSWER, _LAST, len(content) + 8, 0, 1, 0)
        self.request.sendall(head + content)

    def _transaction(self, content: bytes) -> bytes:
        (headers,) = struct.unpack("<I", content[:4])
        (kind,) = struct.unpack("<H", content[headers : headers + 2])
        self.told.heard.append({_BEGIN: "begin", _COMMIT: "commit", _ROLLBACK: "rollback"}[kind])
        number = struct.pack("<Q", 7)
        change = {
            _BEGIN: b"\x08\x08" + number + b"\x00",
            _COMMIT: b"\x09\x00\x08" + number,
            _ROLLBACK: b"\x0a\x00\x08" + number,
        }[kind]
        return b"\xe3" + struct.pack("<H", len(change)) + change + _done()

    def _statement(self, kind: int, content: bytes) -> bytes:
        if "use [".encode("utf-16-le") in content:
            return _done()  # which the driver says after its login
        self.told.heard.append(("rpc" if kind == _RPC else "batch", content))
        if self.told.slow:
            time.sleep(5)
        if self.told.error is not None:
            return _error(*self.told.error) + _done(status=2)
        if not self.told.rows:
            return _done(status=0x10, count=3)
        rows = b"".join(map(_row, self.told.rows))
        return _columns() + rows + _done(status=0x10, count=len(self.told.rows))


@contextmanager
def tds_server() -> Iterator[Told]:
    told = Told()
    session = type("Session", (_Session,), {"told": told})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        server.daemon_threads = True
        server.block_on_close = False
        told.address = server.server_address  # pyright: ignore[reportAttributeAccessIssue]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield told
        server.shutdown()


def _prelogin() -> bytes:
    version, nothing = b"\x10\x00\x10\x00\x00\x00", b"\x02"  # 2: it cannot encrypt
    head = b"\x00" + struct.pack(">HH", 11, len(version))
    head += b"\x01" + struct.pack(">HH", 11 + len(version), 1) + b"\xff"
    return head + version + nothing


def _login() -> bytes:
    name = "Test".encode("utf-16-le")
    content = b"\x01\x74\x00\x00\x04" + b"\x04" + name + b"\x10\x00\x10\x00"
    return b"\xad" + struct.pack("<H", len(content)) + content


def _refusal() -> bytes:
    return _error(18456, "Login failed for user 'clerk'.") + _done(status=2)


def _error(number: int, text: str) -> bytes:
    said = text.encode("utf-16-le")
    content = struct.pack("<IBBH", number, 1, 14, len(text)) + said
    content += b"\x00\x00" + struct.pack("<I", 1)
    return b"\xaa" + struct.pack("<H", len(content)) + content


def _done(status: int = 0, count: int = 0) -> bytes:
    return b"\xfd" + struct.pack("<HHQ", status, 0xC1, count)


def _columns() -> bytes:
    def name(text: str) -> bytes:
        return bytes([len(text)]) + text.encode("utf-16-le")

    whole = struct.pack("<IH", 0, 1) + b"\x26\x04" + name("id")
    text = struct.pack("<IH", 0, 1) + b"\xe7" + struct.pack("<H", 200) + _COLLATION + name("name")
    return b"\x81" + struct.pack("<H", 2) + whole + text


def _row(row: tuple[int, str | None]) -> bytes:
    number, text = row
    made = b"\xd1\x04" + struct.pack("<i", number)
    if text is None:
        return made + b"\xff\xff"
    said = text.encode("utf-16-le")
    return made + struct.pack("<H", len(said)) + said
