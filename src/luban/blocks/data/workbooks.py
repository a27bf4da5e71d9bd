"""Excel workbooks as rows: read a piece at a time, never run, and refused when they are bombs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from luban.sdk import BlockError

_MOST_BYTES = 1_000_000_000
_MOST_RATIO = 200
_SMALL = 20_000_000
"""Unpacked bytes below which it does not matter how well they were packed."""
_MOST_PARTS = 5000
_MOST_CELLS = 20_000_000
_MIDNIGHT = dt.time()


@contextmanager
def opened(content: bytes | Path, name: str) -> Iterator[Any]:
    """The workbook, read-only, with the last known results of its formulas. Raises `BlockError`."""
    import openpyxl

    stream: BinaryIO = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with stream:
        _check(stream, name)
        try:
            book = openpyxl.load_workbook(
                stream, read_only=True, data_only=True, keep_links=False, rich_text=False
            )
        except Exception as error:
            raise _unreadable(name) from error
        try:
            yield book
        finally:
            book.close()


def sheet_of(book: Any, wanted: str, name: str) -> Any:
    """A sheet by its name or its number from 1; the first without either. Raises `BlockError`."""
    names: list[str] = [sheet.title for sheet in book.worksheets]
    if wanted.strip() in names:
        return book[wanted.strip()]
    number = int(wanted) if wanted.strip().isdecimal() and len(wanted.strip()) < 5 else 0
    if not wanted.strip() and names:
        return book.worksheets[0]
    if 1 <= number <= len(names):
        return book.worksheets[number - 1]
    raise BlockError(
        f"`{name}` has no sheet `{wanted}`. Its sheets are {', '.join(names) or 'none'}.",
        zh=f"“{name}”中没有工作表“{wanted}”。现有工作表：{'、'.join(names) or '无'}。",
        code="no_such_sheet",
    )


def lines(sheet: Any, name: str) -> Iterator[list[Any]]:
    """The rows of a sheet as plain values, without empty cells at their ends."""
    sheet.reset_dimensions()
    cells = 0
    try:
        for row in sheet.iter_rows(values_only=True):
            cells += len(row)
            if cells > _MOST_CELLS:
                raise _too_large(name)
            line = [_plain(cell) for cell in row]
            while line and line[-1] is None:
                line.pop()
            yield line
    except BlockError:
        raise
    except Exception as error:
        raise _unreadable(name) from error


def sheet_as_csv(path: Path, target: Path, name: str, sheet: str) -> None:
    """A sheet of a stored workbook as a CSV file, with what is above and between left out."""
    with opened(path, name) as book, target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        width = 0
        for line in lines(sheet_of(book, sheet, name), name):
            if line:
                width = max(width, len(line))
                writer.writerow([*line, *[None] * (width - len(line))])


def _check(stream: BinaryIO, name: str) -> None:
    """Looks at the list of contents only: nothing is unpacked that is too large."""
    if stream.read(4) == b"\xd0\xcf\x11\xe0":
        raise BlockError(
            f"`{name}` is a workbook of the old kind (.xls), or has a password. Save it as .xlsx "
            "without one.",
            zh=f"“{name}”是旧格式（.xls）或加了密码的工作簿。请另存为不带密码的 .xlsx。",
            code="old_workbook",
        )
    try:
        with zipfile.ZipFile(stream) as parts:
            infos = parts.infolist()
            if any(_has_doctype(parts, info) for info in infos[:_MOST_PARTS]):
                raise _unreadable(name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise _unreadable(name) from error
    size = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos) or 1
    bomb = size > _SMALL and size / packed > _MOST_RATIO
    if size > _MOST_BYTES or len(infos) > _MOST_PARTS or bomb:
        raise _too_large(name)
    stream.seek(0)


def _has_doctype(parts: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Workbooks never declare entities; whoever does wants to fill the memory."""
    if not info.filename.endswith((".xml", ".rels")):
        return False
    with parts.open(info) as part:
        head = part.read(4096)
    return (
        b"<!DOCTYPE" in head or b"<!ENTITY" in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))
    )


def _plain(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        day = cell.time() == _MIDNIGHT
        return cell.date().isoformat() if day else cell.isoformat(timespec="seconds")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1 << 53:
        return int(cell)
    return cell


def _unreadable(name: str) -> BlockError:
    return BlockError(
        f"`{name}` is not a workbook that can be read. Open it in a spreadsheet program and save "
        "it as .xlsx again.",
        zh=f"“{name}”不是可读取的工作簿。请用表格软件打开，再另存为 .xlsx。",
        code="not_a_workbook",
    )


def _too_large(name: str) -> BlockError:
    return BlockError(
        f"`{name}` unpacks to more than a workbook should: 1 GB, 20,000,000 cells, or 200 times "
        "its size. Save what you need as CSV.",
        zh=f"“{name}”展开后超过上限（1 GB、两千万个单元格，或原大小的 200 倍）。"
        "请把需要的内容另存为 CSV。",
        code="file_too_large",
    )
