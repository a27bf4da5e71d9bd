"""Rows out of PostgreSQL's binary COPY, however the stream is cut into pieces.

The format is described in PostgreSQL's manual under COPY, "Binary Format".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from luban.storage.backup.rows import Kind

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
_HEAD = len(_SIGNATURE) + 8
_COUNT, _LENGTH = struct.Struct("!h"), struct.Struct("!i")

Read = Callable[[bytes], Any]


def _number(form: str) -> Read:
    unpack = struct.Struct(form).unpack
    return lambda content: unpack(content)[0]


TYPES: dict[str, tuple[Kind, Read]] = {
    "text": ("text", bytes.decode),
    "varchar": ("text", bytes.decode),
    "bytea": ("bytes", bytes),
    "int2": ("integer", _number("!h")),
    "int4": ("integer", _number("!i")),
    "int8": ("integer", _number("!q")),
    "float4": ("real", _number("!f")),
    "float8": ("real", _number("!d")),
    "bool": ("boolean", lambda content: content != b"\x00"),
}
"""What the server's types are in an archive, and how their bytes are read."""


class CopyStream:
    """Feed it pieces; it tells rows as they become whole."""

    def __init__(self, types: Sequence[str], take: Callable[[Sequence[Any]], None]) -> None:
        self._readers = [TYPES[name][1] for name in types]
        self._take = take
        self._waiting = bytearray()
        self._begun = False

    async def feed(self, piece: bytes) -> None:
        self._waiting += piece
        at = 0
        if not self._begun:
            if len(self._waiting) < _HEAD:
                return
            at, self._begun = _HEAD, True
        while (end := self._row(at)) is not None:
            at = end
        del self._waiting[:at]

    def _row(self, at: int) -> int | None:
        """Where the row that begins here ends; `None` if it is not whole yet, or was the last."""
        waiting, at_value = self._waiting, at + _COUNT.size
        if len(waiting) < at_value or _COUNT.unpack_from(waiting, at)[0] < 0:
            return None
        values: list[Any] = []
        for read in self._readers:
            start = at_value + _LENGTH.size
            if len(waiting) < start:
                return None
            (length,) = _LENGTH.unpack_from(waiting, at_value)
            at_value = start + max(length, 0)
            if len(waiting) < at_value:
                return None
            values.append(None if length < 0 else read(bytes(waiting[start:at_value])))
        self._take(values)
        return at_value
