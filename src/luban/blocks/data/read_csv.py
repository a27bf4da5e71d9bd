"""Rows out of CSV text or a CSV file."""

from __future__ import annotations

from typing import Any

from luban.blocks.data.csv_rows import Layout, Table, read_table
from luban.blocks.data.long_lists import beside
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
from luban.sdk.charset import decode, known_encoding


class ReadCsv(Block):
    """Reads rows from CSV text or a CSV file, one after another and as a list.

    It is lenient: empty lines are left out, a short row gets empty cells, cells beyond the last
    header go by their number, a second column of one name is called `name_2`.
    """

    id = "data.read_csv"
    title = "Read CSV"
    category = "data"
    effect = Effect.NONE
    icon = "table"
    keywords = ("spreadsheet", "rows", "columns", "import", "tsv", "excel", "parse")

    class Input(BlockInput):
        text: str | None = Field(None, title="Text", description="The CSV text.", widget="textarea")
        file: FileRef | None = Field(
            None, title="File", description="The CSV file, if there is no text."
        )
        header: bool = Field(
            True,
            title="First row names columns",
            description="Off: cells go by their number, from 0.",
        )
        delimiter: str = Field(
            "",
            title="Delimiter",
            description="Between cells: , ; | or `tab`; found out when empty.",
        )
        numbers: bool = Field(
            False,
            title="Read numbers",
            description="Give 12 and 3.5 as numbers; 007 and 1,000 stay text.",
        )
        skip_rows: int = Field(
            0, ge=0, title="Skip rows", description="Left out before the header.", advanced=True
        )
        row_limit: int = Field(
            0, ge=0, title="Most rows", description="0 reads all of them.", advanced=True
        )
        strip: bool = Field(
            True, title="Trim", description="Take the space around cells away.", advanced=True
        )
        skip_columns: list[str] = Field(
            default_factory=list,
            title="Leave out columns",
            description="By their names, or numbers when there is no header.",
            advanced=True,
        )
        quote: str = Field(
            '"',
            title="Quote",
            min_length=1,
            max_length=1,
            description="Stands around cells that hold the delimiter.",
            advanced=True,
        )
        escape: str = Field(
            "",
            title="Escape",
            max_length=1,
            description="Takes the meaning from a delimiter or quote behind it, such as \\.",
            advanced=True,
        )
        encoding: str = Field(
            "auto",
            title="Encoding",
            description="Of the file: `auto` finds out; else utf-8, gb18030, big5 …",
            advanced=True,
        )
        max_megabytes: float = Field(
            20, gt=0, le=500, title="Size limit", description="Megabytes.", advanced=True
        )

    class Output(BlockOutput):
        row: dict[str, Any] = Emit("One row after another.", title="Row", main=True)
        rows: list[dict[str, Any]] = Field(title="Rows", description="All rows as a list.")
        columns: list[str] = Field(title="Columns", description="The names of the columns.")
        count: int = Field(title="Count", description="How many rows there are.")

    examples = (
        Example(
            {"text": "x, y\n1,2"},
            {
                "row": [{"x": "1", "y": "2"}],
                "rows": [{"x": "1", "y": "2"}],
                "columns": ["x", "y"],
                "count": 1,
            },
        ),
        Example(
            {"text": "1,2", "header": False},
            {
                "row": [{"0": "1", "1": "2"}],
                "rows": [{"0": "1", "1": "2"}],
                "columns": ["0", "1"],
                "count": 1,
            },
        ),
        Example(
            {"text": '名称；价格\n"桥；大";12.5\n锁;007\n', "delimiter": ";", "numbers": True},
            {
                "row": [{"名称；价格": "桥；大", "1": 12.5}, {"名称；价格": "锁", "1": "007"}],
                "rows": [{"名称；价格": "桥；大", "1": 12.5}, {"名称；价格": "锁", "1": "007"}],
                "columns": ["名称；价格", "1"],
                "count": 2,
            },
        ),
        Example(
            {"file": {"$file": "f_1", "name": "订单.csv"}},
            {
                "row": [{"订单": "甲"}],
                "rows": [{"订单": "甲"}],
                "columns": ["订单"],
                "count": 1,
            },
            {"files": {"f_1": {"name": "订单.csv", "bytes": "订单\n甲\n".encode("gbk")}}},
        ),
        Example(
            {"text": "a\n1\\,5\n", "delimiter": ",", "escape": "\\"},
            {"row": [{"a": "1,5"}], "rows": [{"a": "1,5"}], "columns": ["a"], "count": 1},
        ),
        Example({"text": "a,b\n"}, {"rows": [], "columns": ["a", "b"], "count": 0}),
        Example({}, {"error": {"code": "missing_input"}}),
        Example(
            {"file": {"$file": "f_1", "name": "a.csv"}, "encoding": "klingon"},
            {"error": {"code": "unknown_encoding"}},
            {"files": {"f_1": {"name": "a.csv", "text": "a"}}},
        ),
        Example(
            {"file": {"$file": "f_1", "name": "a.xlsx"}},
            {"error": {"code": "not_csv"}},
            {"files": {"f_1": {"name": "a.xlsx", "text": "PK\x03\x04"}}},
        ),
        Example(
            {"file": {"$file": "f_1", "name": "a.csv"}, "max_megabytes": 0.000001},
            {"error": {"code": "file_too_large"}},
            {"files": {"f_1": {"name": "a.csv", "text": "a,b"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        text = input.text if input.text is not None else await _text(input, ctx)
        layout = _layout(input)
        return _emissions(await beside(len(text) // 10, lambda: read_table(text, layout)))


def _emissions(table: Table) -> Emissions:
    sent = Emissions(("row", row) for row in table.rows)
    sent += [("rows", table.rows), ("columns", table.columns), ("count", len(table.rows))]
    return sent


def _layout(input: ReadCsv.Input) -> Layout:
    return Layout(
        delimiter=input.delimiter,
        quote=input.quote,
        escape=input.escape,
        header=input.header,
        numbers=input.numbers,
        strip=input.strip,
        skip_rows=input.skip_rows,
        row_limit=input.row_limit,
        skip_columns=frozenset(input.skip_columns),
    )


async def _text(input: ReadCsv.Input, ctx: Context) -> str:
    """The file's text; what does not fit its encoding becomes `�`."""
    if input.file is None:
        raise BlockError(
            "There is neither text nor a file to read. Link one of them.",
            zh="没有可读取的文本或文件。请连接其中之一。",
            code="missing_input",
        )
    wanted = input.encoding.strip().lower()
    if wanted not in ("", "auto") and known_encoding(wanted) is None:
        raise BlockError(
            f"There is no encoding `{input.encoding}`. Write auto, utf-8, gb18030 or big5.",
            zh=f"没有名为“{input.encoding}”的编码。可填 auto、utf-8、gb18030 或 big5。",
            code="unknown_encoding",
        )
    content = await _bytes(input.file, input.max_megabytes, ctx)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BlockError(
            f"`{input.file.name}` is a workbook, not CSV. Use Read Excel, or save it as CSV.",
            zh=f"“{input.file.name}”是工作簿文件，不是 CSV。请使用“读取 Excel”，或另存为 CSV。",
            code="not_csv",
        )
    return decode(content, None if wanted in ("", "auto") else wanted)


async def _bytes(file: FileRef, max_megabytes: float, ctx: Context) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in ctx.files.stream(file):
        size += len(part)
        if size > max_megabytes * 1_000_000:
            raise BlockError(
                f"`{file.name}` is larger than {max_megabytes:g} MB. Raise the size limit, or "
                "split the file.",
                zh=f"“{file.name}”超过 {max_megabytes:g} MB。请提高大小上限，或拆分文件。",
                code="file_too_large",
            )
        parts.append(part)
    return b"".join(parts)
