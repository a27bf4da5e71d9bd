"""How CSV text becomes rows: its delimiter, its header, and what happens to crooked rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from luban.sdk import BlockError
from luban.sdk.compare import as_operand
from luban.sdk.values import show

_DELIMITERS = (",", ";", "\t", "|", "，", "；")
_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " "}
_DECLARED = re.compile(r"sep=(.)\r?\n")
_SAMPLE = 20
_LONGEST_CELL = 10_000_000
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?", re.ASCII)
"""A number that loses nothing by being one: no leading zero, no more digits than are kept."""


@dataclass(frozen=True)
class Layout:
    """How the text is written, and what of it is wanted; an empty delimiter is found out."""

    delimiter: str = ""
    quote: str = '"'
    escape: str = ""
    header: bool = True
    numbers: bool = False
    strip: bool = True
    skip_rows: int = 0
    row_limit: int = 0
    skip_columns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Table:
    """The names of the columns, and a cell for each of them in every row."""

    columns: list[str]
    rows: list[dict[str, Any]]


def read_table(text: str, layout: Layout) -> Table:
    """The rows of a CSV text. Raises `BlockError` for a quote that is never closed."""
    text = text.removeprefix("\ufeff")
    declared = _DECLARED.match(text)
    if declared:
        text = text[declared.end() :]
    delimiter = _delimiter(layout, declared.group(1) if declared else "")
    lines = islice(
        _filled(_cells(text, delimiter or _sniffed(text, layout.quote), layout)),
        layout.skip_rows,
        None,
    )
    names = next(lines, []) if layout.header else []
    limit = layout.row_limit or None
    found = list(islice(lines, limit))
    width = max([len(names), *map(len, found)])
    columns = column_names(names, width)
    kept = [(place, name) for place, name in enumerate(columns) if name not in layout.skip_columns]
    rows = [{name: _cell(line, place, layout) for place, name in kept} for line in found]
    return Table([name for _, name in kept], rows)


def _delimiter(layout: Layout, declared: str) -> str:
    given = _WORDS.get(layout.delimiter.strip().lower(), layout.delimiter) or declared
    if len(given) > 1:
        raise BlockError(
            f"The delimiter is {show(given)}; it must be one character, or the word `tab`.",
            zh=f"分隔符是 {show(given)}；它必须是一个字符，或写作 tab。",
            code="invalid_value",
        )
    if given and (given in "\r\n" or given == layout.quote):
        raise BlockError(
            f"{given!r} cannot part cells. Use a comma, a semicolon or `tab`.",
            zh=f"{given!r} 不能用作分隔符。请使用逗号、分号或 tab。",
            code="invalid_value",
        )
    return given


def _sniffed(text: str, quote: str) -> str:
    """The delimiter that gives most rows the same number of cells, and more than one of them."""

    def merit(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
        try:
            widths = [len(line) for line in islice(filter(None, reader), _SAMPLE)]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    best = max(_DELIMITERS, key=merit)
    return best if merit(best) > (0, 0) else ","


def _cells(text: str, delimiter: str, layout: Layout) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=layout.quote,
        escapechar=layout.escape or None,
        skipinitialspace=layout.strip,
    )
    try:
        for line in reader:
            yield [cell.strip() for cell in line] if layout.strip else line
    except csv.Error as error:
        raise BlockError(
            f"The CSV cannot be read near line {reader.line_num}: {error}. "
            "Look for a quote that is never closed, or set another quote.",
            zh=f"CSV 在第 {reader.line_num} 行附近无法读取：{error}。"
            "请检查是否有没有闭合的引号，或更换引号字符。",
            code="not_csv",
        ) from error


def _filled(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    return (line for line in lines if any(line))


def column_names(names: list[str], width: int) -> list[str]:
    """A name for each column, none twice; columns without one go by their number."""
    columns: list[str] = []
    taken: set[str] = set()
    for place in range(width):
        wanted = (names[place] if place < len(names) else "") or str(place)
        name, times = wanted, 1
        while name in taken:
            times += 1
            name = f"{wanted}_{times}"
        taken.add(name)
        columns.append(name)
    return columns


def _cell(line: list[str], place: int, layout: Layout) -> Any:
    cell = line[place] if place < len(line) else ""
    if layout.numbers and _PLAIN_NUMBER.fullmatch(cell.strip()):
        return as_operand(cell)
    return cell
