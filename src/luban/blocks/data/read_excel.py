"""Rows out of an Excel workbook."""

from __future__ import annotations

import asyncio
import base64
from itertools import islice
from typing import Any

from luban.blocks.data.csv_rows import Table, column_names
from luban.blocks.data.workbooks import lines, opened, sheet_of
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
    FileRef,
)

_BOOK = base64.b64decode(
    "UEsDBBQAAAAIAAAAIQAUrYb0vgAAAGQBAAATAAAAW0NvbnRlbnRfVHlwZXNdLnhtbH2Quw7CMAxFf6XKiogRAwOi"
    "LMAKDPyAlbo0Ii/FLo+/Jy2wIMRk2dfH98qr0yMRV3fvAteqE0lLADYdeWQdE4WitDF7lNLmMyQ0FzwTzGezBZgY"
    "hIJMZbih1qsttdg7qXb3MmYbQ60KrqrNa2+wqhWm5KxBKTIMKvzkMjn+A15D85Vu+k6mCznucGcTT94OhyvlbBuq"
    "jphlj76cg5v+H+6HR2xba6iJpvcF0ZwyYcMdkXinx6o92vBxhfG56ydQSwMEFAAAAAgAAAAhAHWNINl/AAAA4wAA"
    "AAsAAABfcmVscy8ucmVsc43PPQoCMRAF4KuEOcDOYmEhSSobW/ECQ5xsgpsfkhH19qZcxcLy8R4fPH3mlSSW3EOs"
    "XT3TmruBIFIPiN0FTtSnUjmPxpeWSEZsC1ZyN1oYd/O8x7Y1wOqtqU5XAwTq8qr8D1y8j46Pxd0TZ/nhfy2GTG1h"
    "MfCYBgVoNX58sm9QSwMEFAAAAAgAAAAhANJJqm2NAAAAWAEAABAAAABfcmVscy93LnhtbC5yZWxztdA9DsIwDIbh"
    "q0Q5QF06MKCmEwsr4gImOD9q86PECLg9WZCK1IGF0fqk55U8nmlB9ilW53MVz7DEqqRjzgeAqh0FrF3KFNtiUgnI"
    "7SwWMuoZLcHQ93soa0NO49oUp5uSKMXllekXOBnjNR2TvgeKvOHDI5W5OiJuKBZLrOSua4qEjfL1z+XhU4avR05v"
    "UEsDBBQAAAAIAAAAIQCdIHPIqAAAAAkBAAAFAAAAdy54bWyNjzEOwjAMRa8S+QCkdGCo2k4sHCNtXRK1iaM4CC7B"
    "yAXYWDgA90FwDEpLJdiYbH8/Pcv5nkJXEXXiYHvHBegYfSYl1xqt4gV5dMOmpWBVHMawlewDqoY1YrS9TJNkJa0y"
    "DiZDFv5xUNuaGtdU7yy6OEkC9ioacqyNZyjz8QJ/qnDKYgHP6/l+PIEYs01TwBJEyMzQKJC/6ONy++LSmavenJzd"
    "cn6/fAFQSwMEFAAAAAgAAAAhAI66SXLQAAAAbwEAAAUAAAAxLnhtbLMpzy/KLs5ITS1RqMjNySu2VcooKSmw0tcv"
    "Ts5IzU0s1ssvSM0DyqTlF+UmlgC5Ren6xQVFqYkpYE25OfpGBgZm+rmJmXlKdjZgMZfEkkQ7m6L8cjubZIUSW6XM"
    "vJzMvNTgkiKggsxiO5sSu6fz+57uaLLRL7Gz0QeJ6CfjVPps+tJnc+YTpfRl+8SXi+aiKtUHOwOvW3qmP9m1BosF"
    "KUAlZXZGBkZmugaGusaGNvplUFk7mzQ7QwNtIz1TG/00kCJDMLMM2Up9pKDQh4exHQBQSwMEFAAAAAgAAAAhAAp7"
    "av9XAAAAZQAAAAUAAAAyLnhtbLMpzy/KLs5ITS1RqMjNySu2VcooKSmw0tcvTs5IzU0s1ssvSM0DyqTlF+UmlgC5"
    "Ren6xQVFqYkpYE25OfpGBgZm+rmJmXlKdjZgMZfEkkR9Oxt9uMl2AFBLAQIUAxQAAAAIAAAAIQAUrYb0vgAAAGQB"
    "AAATAAAAAAAAAAAAAACAAQAAAABbQ29udGVudF9UeXBlc10ueG1sUEsBAhQDFAAAAAgAAAAhAHWNINl/AAAA4wAA"
    "AAsAAAAAAAAAAAAAAIAB7wAAAF9yZWxzLy5yZWxzUEsBAhQDFAAAAAgAAAAhANJJqm2NAAAAWAEAABAAAAAAAAAA"
    "AAAAAIABlwEAAF9yZWxzL3cueG1sLnJlbHNQSwECFAMUAAAACAAAACEAnSBzyKgAAAAJAQAABQAAAAAAAAAAAAAA"
    "gAFSAgAAdy54bWxQSwECFAMUAAAACAAAACEAjrpJctAAAABvAQAABQAAAAAAAAAAAAAAgAEdAwAAMS54bWxQSwEC"
    "FAMUAAAACAAAACEACntq/1cAAABlAAAABQAAAAAAAAAAAAAAgAEQBAAAMi54bWxQSwUGAAAAAAYABgBRAQAAigQA"
    "AAAA"
)
"""A small workbook: 订单 with a date and the formula `=10+2.5`, and an empty sheet."""
_FILE = {"$file": "f_1", "name": "订单.xlsx"}
_WORLD = {"files": {"f_1": {"name": "订单.xlsx", "bytes": _BOOK}}}


class ReadExcel(Block):
    """Reads the rows of a sheet of an Excel workbook (.xlsx), one after another and as a list.

    Dates come as text (2026-01-31), numbers as numbers. Formulas give the result that was stored
    with them and are never run. For files of millions of rows, use Query table.
    """

    id = "data.read_excel"
    title = "Read Excel"
    category = "data"
    effect = Effect.NONE
    icon = "file-spreadsheet"
    keywords = ("xlsx", "spreadsheet", "workbook", "sheet", "table", "import", "rows")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The workbook (.xlsx).")
        sheet: str = Field(
            "", title="Sheet", description="Its name, or its number from 1; empty takes the first."
        )
        header: bool = Field(
            True,
            title="First row names columns",
            description="Off: cells go by their number, from 0.",
        )
        skip_rows: int = Field(
            0, ge=0, title="Skip rows", description="Left out before the header.", advanced=True
        )
        row_limit: int = Field(
            0, ge=0, title="Most rows", description="0 reads all of them.", advanced=True
        )
        max_megabytes: float = Field(
            50, gt=0, le=500, title="Size limit", description="Megabytes.", advanced=True
        )

    class Output(BlockOutput):
        row: dict[str, Any] = Emit("One row after another.", title="Row", main=True)
        rows: list[dict[str, Any]] = Field(title="Rows", description="All rows as a list.")
        columns: list[str] = Field(title="Columns", description="The names of the columns.")
        count: int = Field(title="Count", description="How many rows there are.")
        sheets: list[str] = Field(title="Sheets", description="The names of all sheets.")

    examples = (
        Example(
            {"file": _FILE},
            {
                "row": [{"城市": "北京", "日期": "2026-01-31", "金额": 12.5}],
                "rows": [{"城市": "北京", "日期": "2026-01-31", "金额": 12.5}],
                "columns": ["城市", "日期", "金额"],
                "count": 1,
                "sheets": ["订单", "空"],
            },
            _WORLD,
        ),
        Example(
            {"file": _FILE, "sheet": "2"},
            {"rows": [], "columns": [], "count": 0, "sheets": ["订单", "空"]},
            _WORLD,
        ),
        Example({"file": _FILE, "sheet": "三"}, {"error": {"code": "no_such_sheet"}}, _WORLD),
        Example(
            {"file": _FILE, "max_megabytes": 0.001}, {"error": {"code": "file_too_large"}}, _WORLD
        ),
        Example(
            {"file": _FILE},
            {"error": {"code": "not_a_workbook"}},
            {"files": {"f_1": {"name": "订单.xlsx", "text": "城市,日期"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        content = await _bytes(input, ctx)
        table, sheets = await asyncio.to_thread(_read, content, input)
        sent = Emissions(("row", row) for row in table.rows)
        sent += [("rows", table.rows), ("columns", table.columns), ("count", len(table.rows))]
        sent.append(("sheets", sheets))
        return sent


def _read(content: bytes, input: ReadExcel.Input) -> tuple[Table, list[str]]:
    name = input.file.name
    with opened(content, name) as book:
        filled = (line for line in lines(sheet_of(book, input.sheet, name), name) if line)
        wanted = islice(filled, input.skip_rows, None)
        names = [_title(cell) for cell in next(wanted, [])] if input.header else []
        found = list(islice(wanted, input.row_limit or None))
        columns = column_names(names, max([len(names), *map(len, found)]))
        rows = [
            {column: line[at] if at < len(line) else None for at, column in enumerate(columns)}
            for line in found
        ]
        return Table(columns, rows), list(book.sheetnames)


def _title(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


async def _bytes(input: ReadExcel.Input, ctx: Context) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in ctx.files.stream(input.file):
        size += len(part)
        if size > input.max_megabytes * 1_000_000:
            raise BlockError(
                f"`{input.file.name}` is larger than {input.max_megabytes:g} MB. Raise the size "
                "limit, or use Query table.",
                zh=f"“{input.file.name}”超过 {input.max_megabytes:g} MB。请提高大小上限，"
                "或使用“查询表格”。",
                code="file_too_large",
            )
        parts.append(part)
    return b"".join(parts)
