"""Rows as lines of an archive: JSON lists that mean the same whichever database wrote them."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import orjson

Kind = Literal["text", "bytes", "integer", "real", "boolean"]
Row = Sequence[Any]

KINDS: tuple[Kind, ...] = ("text", "bytes", "integer", "real", "boolean")


class Column(NamedTuple):
    """A column, and what its values are."""

    name: str
    kind: Kind


class Table(NamedTuple):
    """A table as its rows are archived."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def writer_of(table: Table) -> Callable[[Row], bytes]:
    """What makes a line of a row.

    Bytes that are UTF-8, as nearly all of ours are, stand there as text, so that an archive can
    be read and packs well; others are a list of one base64 text.
    """
    turned = [
        (place, _WRITTEN[column.kind])
        for place, column in enumerate(table.columns)
        if column.kind in _WRITTEN
    ]

    def line(row: Row) -> bytes:
        values = list(row)
        for place, turn in turned:
            if values[place] is not None:
                values[place] = turn(values[place])
        return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)

    return line


def reader_of(table: Table) -> Callable[[bytes], tuple[Any, ...]]:
    """What makes a row of a line. Raises `ValueError` for a line that is none of this table."""
    turned = [
        (place, _READ[column.kind])
        for place, column in enumerate(table.columns)
        if column.kind in _READ
    ]
    width = len(table.columns)

    def row(line: bytes) -> tuple[Any, ...]:
        try:
            values = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"a row of {table.name} is not JSON") from error
        if not isinstance(values, list) or len(values) != width:
            raise ValueError(f"a row of {table.name} does not have {width} values")
        try:
            for place, turn in turned:
                if values[place] is not None:
                    values[place] = turn(values[place])
        except (LookupError, TypeError) as error:
            raise ValueError(f"a row of {table.name} has a value of another kind") from error
        return tuple(values)

    return row


def _bytes_written(value: bytes) -> Any:
    try:
        return bytes(value).decode()
    except UnicodeDecodeError:
        return [b64encode(value).decode()]


def _bytes_read(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else b64decode(value[0], validate=True)


def _real_written(value: float) -> Any:
    return float(value) if math.isfinite(value) else str(value)  # JSON has no infinity


_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "bytes": _bytes_written,
    "real": _real_written,
    "boolean": bool,
}
_READ: dict[str, Callable[[Any], Any]] = {"bytes": _bytes_read, "real": float, "boolean": bool}
