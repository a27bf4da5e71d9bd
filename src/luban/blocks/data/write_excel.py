"""An Excel workbook out of rows, stored as a file."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, cast

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)
from luban.sdk.values import encode, show

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_575
_MOST_COLUMNS = 16_384
_EXACT = 10**15
"""Spreadsheets keep 15 digits of a number; longer ones, such as of accounts, stay text."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


class WriteExcel(Block):
    """Writes rows as an Excel workbook (.xlsx), with one sheet or several.

    Text stays text: what begins with `=` is never a formula. Days written as 2026-01-31 become
    dates, numbers of more than 15 digits stay text, objects and lists are written as JSON.
    """

    id = "data.write_excel"
    title = "Write Excel"
    category = "data"
    effect = Effect.IDEMPOTENT
    icon = "sheet"
    keywords = ("xlsx", "spreadsheet", "workbook", "export", "report", "save", "rows")

    class Input(BlockInput):
        rows: list[Any] = Field(
            default_factory=list,
            title="Rows",
            description="One object per row, or one list of cells per row.",
        )
        sheets: dict[str, list[Any]] = Field(
            default_factory=dict,
            title="More sheets",
            description="Rows by the name of their sheet; link to `sheets.name` to set one.",
        )
        columns: list[str] = Field(
            default_factory=list,
            title="Columns",
            description="Which fields, in which order; empty takes all as they first appear.",
        )
        file_name: str = Field("table.xlsx", title="File name", description="Such as report.xlsx.")
        sheet: str = Field(
            "", title="Sheet", description="Name of the sheet with the rows.", advanced=True
        )
        header: bool = Field(
            True,
            title="Header",
            description="Begin with a row of the columns' names.",
            advanced=True,
        )
        dates: bool = Field(
            True, title="Dates", description="Write 2026-01-31 as a date.", advanced=True
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="The stored workbook.")
        count: int = Field(title="Count", description="How many rows it has, without headers.")

    examples = (
        Example(
            {"rows": [{"城市": "北京", "金额": 12.5}], "file_name": "订单"},
            {
                "file": {"$file": "f_1", "name": "订单.xlsx", "type": _TYPE, "size": 4940},
                "count": 1,
            },
        ),
        Example({"rows": [7]}, {"error": {"code": "not_a_row"}}),
        Example({"rows": [], "sheets": {"a/b": []}}, {"error": {"code": "bad_sheet_name"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        sheets = {**_first(input), **input.sheets}
        moment = dt.datetime.fromtimestamp(ctx.now(), dt.UTC)
        content = await asyncio.to_thread(_written, sheets, input, moment)
        file = await ctx.files.write(_named(input.file_name), content, _TYPE)
        return {"file": file.as_value(), "count": sum(map(len, sheets.values()))}


def _first(input: WriteExcel.Input) -> dict[str, list[Any]]:
    if input.sheets and not input.rows:
        return {}
    return {input.sheet.strip() or "Sheet1": input.rows}


def _named(name: str) -> str:
    name = name.strip() or "table.xlsx"
    return name if name.lower().endswith(".xlsx") else f"{name}.xlsx"


def _written(sheets: dict[str, list[Any]], input: WriteExcel.Input, moment: dt.datetime) -> bytes:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        _check_title(title)
        sheet = book.create_sheet(title)
        lines, header = _lines(rows, input.columns, title)
        if input.header and header:
            sheet.freeze_panes = "A2"
            sheet.append([_cell(sheet, name, bold=True) for name in header])
        for number, line in enumerate(lines):
            if number >= _MOST_ROWS or len(line) > _MOST_COLUMNS:
                raise _too_large(title)
            sheet.append([_cell(sheet, value, dates=input.dates) for value in line])
    out = io.BytesIO()
    book.save(out)
    return _dated(out, moment)


def _dated(written: io.BytesIO, moment: dt.datetime) -> bytes:
    """The same workbook for the same rows: openpyxl puts the clock's time into several places."""
    said = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "docProps/core.xml":
                content = _TIMES.sub(lambda found: found[1] + said, content)
            new.writestr(zipfile.ZipInfo(info.filename), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _check_title(title: str) -> None:
    if not title.strip() or len(title) > 31 or _NOT_IN_TITLES.search(title):
        raise BlockError(
            f"{show(title)} cannot be the name of a sheet. Use at most 31 letters, without "
            "[ ] : * ? / \\.",
            zh=f"{show(title)} 不能用作工作表名。最多 31 个字，且不能含有 [ ] : * ? / \\。",
            code="bad_sheet_name",
        )


def _lines(
    rows: list[Any], columns: Sequence[str], title: str
) -> tuple[Iterator[list[Any]], list[str]]:
    objects = [cast("dict[str, Any]", row) for row in rows if isinstance(row, dict)]
    header = list(columns) or list(dict.fromkeys(name for row in objects for name in row))
    return (_line(place, row, header, title) for place, row in enumerate(rows)), header


def _line(place: int, row: Any, header: list[str], title: str) -> list[Any]:
    if isinstance(row, dict):
        fields = cast("dict[str, Any]", row)
        return [fields.get(name) for name in header]
    if isinstance(row, list):
        return cast("list[Any]", row)
    raise BlockError(
        f"Row {place} of sheet `{title}` is {show(row)}, which is neither an object nor a list. "
        "Give rows such as {'name': 'a'} or [1, 2].",
        zh=f"工作表“{title}”的第 {place} 行（从 0 数起）是 {show(row)}，既不是对象也不是列表。"
        "请给出形如 {'name': 'a'} 或 [1, 2] 的行。",
        code="not_a_row",
    )


def _cell(sheet: Any, value: Any, *, bold: bool = False, dates: bool = False) -> Any:
    """A cell that is what it holds: openpyxl itself would make a formula of a text with `=`."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if value is None or (isinstance(value, (bool, int, float)) and not _is_long(value)):
        return value
    if isinstance(value, str) and dates and _DATE.fullmatch(value):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.year >= 1900:
            return moment if "T" in value else moment.date()
    text = value if isinstance(value, str) else encode(value).decode()
    if len(text) > _LONGEST_CELL:
        raise BlockError(
            f"{show(text)} has {len(text):,} letters; a cell holds {_LONGEST_CELL:,}. Shorten it, "
            "or write CSV.",
            zh=f"{show(text)} 有 {len(text):,} 个字符，单元格最多 {_LONGEST_CELL:,} 个。"
            "请缩短，或改写为 CSV。",
            code="text_too_long",
        )
    cell = WriteOnlyCell(sheet, _CONTROL.sub("", text))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _is_long(value: float) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT


def _too_large(title: str) -> BlockError:
    return BlockError(
        f"Sheet `{title}` would have more than {_MOST_ROWS:,} rows or {_MOST_COLUMNS:,} columns. "
        "Divide it, or write CSV.",
        zh=f"工作表“{title}”将超过 {_MOST_ROWS:,} 行或 {_MOST_COLUMNS:,} 列。"
        "请拆分，或改写为 CSV。",
        code="sheet_too_large",
    )
