"""Every value comes back from an archive as it was, and COPY is read however it is cut."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from luban.storage.backup.copy_stream import CopyStream
from luban.storage.backup.rows import Column, Table, reader_of, writer_of

TABLE = Table(
    "every",
    (
        Column("name", "text"),
        Column("data", "bytes"),
        Column("number", "integer"),
        Column("at", "real"),
        Column("done", "boolean"),
    ),
)
TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=30)
ROWS = some.tuples(
    some.none() | TEXT,
    some.none() | some.binary() | TEXT.map(str.encode),
    some.none() | some.integers(-(2**63), 2**63 - 1),
    some.none() | some.floats(allow_nan=False),
    some.none() | some.booleans(),
)


@given(ROWS)
def test_a_row_comes_back_as_it_was(row: tuple[Any, ...]) -> None:
    line = writer_of(TABLE)(row)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert reader_of(TABLE)(line) == row


def test_what_is_no_number_comes_back_too() -> None:
    (back,) = reader_of(Table("t", (Column("at", "real"),)))(
        writer_of(Table("t", (Column("at", "real"),)))([math.nan])
    )
    assert math.isnan(back)


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[1]", b'["a",{},1,1.0,true]', b"[1,2,3,4,5", b"null"]
)
def test_lines_of_something_else_are_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="a row of every"):
        reader_of(TABLE)(line)


def copied(rows: list[tuple[Any, ...]]) -> bytes:
    """What the server sends, after its manual."""
    out = b"PGCOPY\n\xff\r\n\x00" + struct.pack("!ii", 0, 0)
    for text, data, number in rows:
        out += struct.pack("!h", 3)
        contents = (
            None if text is None else text.encode(),
            data,
            None if number is None else struct.pack("!q", number),
        )
        for content in contents:
            out += (
                struct.pack("!i", -1)
                if content is None
                else struct.pack("!i", len(content)) + content
            )
    return out + struct.pack("!h", -1)


COPIED = some.tuples(
    some.none() | TEXT,
    some.none() | some.binary(max_size=300),
    some.none() | some.integers(-(2**63), 2**63 - 1),
)


@given(some.lists(COPIED, max_size=8), some.integers(1, 40))
async def test_copy_is_read_however_it_is_cut(rows: list[tuple[Any, ...]], size: int) -> None:
    found: list[tuple[Any, ...]] = []
    stream = CopyStream(["text", "bytea", "int8"], lambda row: found.append(tuple(row)))
    sent = copied(rows)
    for start in range(0, len(sent), size):
        await stream.feed(sent[start : start + size])
    assert found == rows
