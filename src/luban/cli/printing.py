"""What commands print: JSON for programs, tables and lines for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import orjson

DONE, RUN_FAILED, WRONG_INPUT, UNREACHABLE = 0, 1, 2, 3
INTERRUPTED = 130
"""Exit codes; the last is the one of shells for Ctrl-C."""


def as_json(value: Any) -> None:
    """One JSON value on standard output, indented on a terminal, one line in a pipe."""
    option = orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0
    text = orjson.dumps(value, default=_plain, option=option | orjson.OPT_APPEND_NEWLINE)
    sys.stdout.write(text.decode())
    sys.stdout.flush()


def line(text: str = "") -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """A line that is not the answer: progress, remarks, errors."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def leave(code: int) -> NoReturn:
    """Ends the command with an exit code."""
    raise SystemExit(code)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows under headings: drawn on a terminal, separated by tabs in a pipe."""
    if not sys.stdout.isatty():
        for row in rows:
            line("\t".join(_cell(value) for value in row))
        return
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(value) for value in row))
    Console().print(drawn)


def value_text(value: Any) -> str:
    """A value for reading: texts as they are, everything else as JSON."""
    if isinstance(value, str):
        return value
    return orjson.dumps(value, default=_plain).decode()


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    # pydantic's models, known by what they can do: importing pydantic would slow every command
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)
