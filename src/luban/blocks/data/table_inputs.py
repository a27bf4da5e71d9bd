"""What blocks that query tables on disk have in common: inputs, outputs, the way between."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Literal

from luban.blocks.data.duck import Answer, Output, Query, answer
from luban.blocks.data.table_files import Format, checked_encoding, laid_out, rows_as_table
from luban.sdk import BlockInput, BlockOutput, Context, Emissions, Emit, Field, FileRef

Result = Literal["rows", "csv", "parquet", "json"]
_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
_PIECE = 1 << 20


class TableSource(BlockInput):
    """Where rows come from."""

    file: FileRef | None = Field(
        None, title="File", description="A CSV, Excel, JSON or Parquet file of any size: `data`."
    )
    rows: list[Any] | None = Field(
        None, title="Rows", description="A list of rows from another block: the table `rows`."
    )


class TableOptions(BlockInput):
    """How tables are read, what a query may take, and where its result goes.

    A block's `Input` names these first: pydantic takes the fields of the last base first.
    """

    result: Result = Field(
        "rows",
        title="Result",
        description="`rows` gives them to the next block, the others store all of them in a file.",
    )
    row_limit: int = Field(
        1000, ge=1, le=100_000, title="Most rows", description="Given as rows, at most."
    )
    file_name: str = Field(
        "", title="File name", description="Of the result, if it is stored.", advanced=True
    )
    format: Format = Field(
        "auto",
        title="Format",
        description="Of the given files; `auto` looks at what is in them.",
        advanced=True,
    )
    header: bool = Field(
        True, title="First row names columns", description="Of CSV files.", advanced=True
    )
    delimiter: str = Field(
        "",
        max_length=1,
        title="Delimiter",
        description="Of CSV files, between cells; found out when empty.",
        advanced=True,
    )
    encoding: str = Field(
        "auto",
        title="Encoding",
        description="Of CSV files: `auto` finds out; else utf-8, gb18030, big5 …",
        advanced=True,
    )
    sheet: str = Field(
        "", title="Sheet", description="Of workbooks; empty takes the first.", advanced=True
    )
    as_text: bool = Field(
        False,
        title="All as text",
        description="Read cells of CSV files as text, without numbers and dates.",
        advanced=True,
    )
    lenient: bool = Field(
        False,
        title="Lenient",
        description="Leave out rows of CSV files that do not fit, instead of failing.",
        advanced=True,
    )
    escape_formulas: bool = Field(
        True,
        title="Escape formulas",
        description="Put ' before text in a CSV result that spreadsheets would take for a formula.",
        advanced=True,
    )
    memory_mb: int = Field(
        128,
        ge=64,
        le=2048,
        title="Memory",
        description="Megabytes the query may use; what needs more goes to disk, if it can.",
        advanced=True,
    )
    seconds: float = Field(
        120, gt=0, le=3600, title="Time limit", description="Seconds.", advanced=True
    )


class TableOutput(BlockOutput):
    """What a query gives."""

    row: dict[str, Any] = Emit("One row of the result after another.", title="Row", main=True)
    rows: list[dict[str, Any]] = Field(title="Rows", description="The result as a list.")
    columns: list[str] = Field(title="Columns", description="The names of its columns.")
    count: int = Field(title="Count", description="How many rows were given or stored.")
    more: bool = Field(title="More", description="Whether rows were left out by Most rows.")
    file: FileRef = Field(title="File", description="The stored result, if it is a file.")


async def queried(
    sql: str,
    values: dict[str, Any],
    files: Mapping[str, FileRef],
    rows: list[Any] | None,
    input: TableOptions,
    ctx: Context,
) -> Emissions:
    """What a block emits for one SELECT over the given files and rows. Raises `BlockError`."""
    with tempfile.TemporaryDirectory(prefix="luban-table-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        how: dict[str, Any] = {
            "format": input.format,
            "sheet": input.sheet,
            "encoding": checked_encoding(input.encoding),
            "header": input.header,
            "delimiter": input.delimiter,
            "as_text": input.as_text,
            "lenient": input.lenient,
        }
        tables = await laid_out(files, folder, ctx, **how)
        if rows is not None:
            tables.append(await rows_as_table("rows", rows, folder))
        output = None
        if input.result != "rows":
            output = Output(str(folder / "result"), input.result, input.escape_formulas)
        query = Query(sql, tables, values, input.row_limit, input.memory_mb, input.seconds, output)
        found = await answer(query, folder)
        if output is None:
            return _emissions(found)
        return await _stored(found, output, input, ctx)


def _emissions(found: Answer) -> Emissions:
    sent = Emissions(("row", row) for row in found.rows)
    sent += [("rows", found.rows), ("columns", found.columns)]
    sent += [("count", found.count), ("more", found.more)]
    return sent


async def _stored(found: Answer, output: Output, input: TableOptions, ctx: Context) -> Emissions:
    name = input.file_name.strip() or f"result.{output.format}"
    kind = _TYPES[output.format]
    file = await ctx.files.write_stream(name, _pieces(Path(output.path)), kind)
    return Emissions(
        [("columns", found.columns), ("count", found.count), ("file", file.as_value())]
    )


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        file.close()
