"""Tables of HTML, their spans laid out. Pure, and slow for large pages."""

from __future__ import annotations

from typing import Any, NamedTuple

_MOST_TABLES = 200
_MOST_CELLS = 200_000
_MOST_SPAN = 500
_MOST_COLUMNS = 1000


class Table(NamedTuple):
    """A table by its columns."""

    caption: str
    columns: list[str]
    rows: list[dict[str, str]]


def tables_of(html: str) -> list[Table]:
    """Every table that has a row; one that only holds others is left out."""
    from selectolax.lexbor import LexborHTMLParser

    tree: Any = LexborHTMLParser(html)
    found: list[Table] = []
    room = _MOST_CELLS
    for node in tree.css("table")[:_MOST_TABLES]:
        if node.css("table table"):
            continue
        grid, heads = _grid(node, room)
        room -= sum(map(len, grid))
        if grid:
            caption = node.css_first("caption")
            found.append(_table(grid, heads, _text(caption) if caption else ""))
    return found


def _grid(table: Any, room: int) -> tuple[list[list[str]], int]:
    """The cells in rows of one width, and how many of the first rows are headings."""
    rows: list[dict[int, str]] = []
    heads = 0
    down: dict[int, tuple[int, str]] = {}  # column → how many more rows, what stands there
    for node in table.css("tr"):
        cells = [each for each in node.iter() if each.tag in ("td", "th")]
        if not cells:
            continue
        row = {column: text for column, (_, text) in down.items()}
        down = {column: (left - 1, text) for column, (left, text) in down.items() if left > 1}
        column = 0
        for cell in cells:
            while column in row:
                column += 1
            if column >= _MOST_COLUMNS:
                break
            text, wide, high = _text(cell), _span(cell, "colspan"), _span(cell, "rowspan")
            for place in range(column, min(column + wide, _MOST_COLUMNS)):
                row[place] = text
                if high > 1:
                    down[place] = (high - 1, text)
        room -= len(row)
        if room < 0:
            break
        if heads == len(rows) and all(cell.tag == "th" for cell in cells):
            heads += 1
        rows.append(row)
    width = max((max(row) + 1 for row in rows if row), default=0)
    kept = rows[: _MOST_CELLS // max(width, 1)]
    return [[row.get(place, "") for place in range(width)] for row in kept], heads


def _table(grid: list[list[str]], heads: int, caption: str) -> Table:
    """Columns are named by the last heading row; without one, the first row names them."""
    named = max(heads, 1) if len(grid) > 1 else heads
    columns = _unlike(grid[named - 1]) if named else [f"{n + 1}" for n in range(len(grid[0]))]
    rows = [dict(zip(columns, row, strict=True)) for row in grid[named:]]
    return Table(caption, columns, rows)


def _unlike(names: list[str]) -> list[str]:
    """Names of columns, none empty and none twice."""
    taken: dict[str, int] = {}
    made: list[str] = []
    for number, name in enumerate(names, 1):
        wanted = name or f"{number}"
        taken[wanted] = taken.get(wanted, 0) + 1
        made.append(wanted if taken[wanted] == 1 else f"{wanted} ({taken[wanted]})")
    return made


def _text(node: Any) -> str:
    return " ".join(node.text(separator=" ").split())


def _span(cell: Any, name: str) -> int:
    text = (cell.attributes.get(name) or "").strip()
    return min(int(text), _MOST_SPAN) if text.isascii() and text.isdecimal() and int(text) else 1
