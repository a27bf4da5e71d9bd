"""CSV text out of rows, stored as a file if wanted."""

from __future__ import annotations

import csv
import io
from itertools import chain
from typing import Any, cast

from luban.blocks.data.long_lists import beside
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
from luban.sdk.charset import known_encoding
from luban.sdk.compare import as_operand
from luban.sdk.values import encode, show

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_WORDS = {"tab": "\t", "\\t": "\t"}


class WriteCsv(Block):
    """Writes rows as CSV text, and as a file when it gets a name.

    Rows are objects or lists of cells. Objects and lists inside a cell are written as JSON,
    nothing as an empty cell. Text that a spreadsheet would take for a formula gets a `'` in front.
    """

    id = "data.write_csv"
    title = "Write CSV"
    category = "data"
    effect = Effect.IDEMPOTENT
    icon = "table"
    keywords = ("spreadsheet", "rows", "export", "tsv", "excel", "save", "report")

    class Input(BlockInput):
        rows: list[Any] = Field(
            title="Rows", description="One object per row, or one list of cells per row."
        )
        columns: list[str] = Field(
            default_factory=list,
            title="Columns",
            description="Which fields, in which order; empty takes all as they first appear. "
            "For rows that are lists: the header.",
        )
        header: bool = Field(
            True, title="Header", description="Begin with a row of the columns' names."
        )
        file_name: str = Field(
            "",
            title="File name",
            description="Such as report.csv; empty gives the text only.",
        )
        delimiter: str = Field(
            ",", title="Delimiter", description="Between cells: , ; or `tab`.", advanced=True
        )
        escape_formulas: bool = Field(
            True,
            title="Escape formulas",
            description="Put ' before text that begins with = + - @, unless it is a number.",
            advanced=True,
        )
        encoding: str = Field(
            "utf-8-sig",
            title="Encoding",
            description="Of the file. utf-8-sig is read rightly by spreadsheet programs.",
            advanced=True,
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The CSV text.")
        file: FileRef = Field(title="File", description="The stored file, if there is a name.")

    examples = (
        Example(
            {"rows": [{"名": "桥", "n": 2}, {"名": 'a "b", c', "新": None}]},
            {"text": '名,n,新\n桥,2,\n"a ""b"", c",,\n'},
        ),
        Example({"rows": [{"a": 1, "b": 2}], "columns": ["b"]}, {"text": "b\n2\n"}),
        Example({"rows": [[1, True], [[2], 0.5]], "header": False}, {"text": "1,true\n[2],0.5\n"}),
        Example(
            {"rows": [{"a": 1}], "file_name": "r.csv", "encoding": "utf-8"},
            {
                "text": "a\n1\n",
                "file": {"$file": "f_1", "name": "r.csv", "type": "text/csv", "size": 4},
            },
        ),
        Example(
            {"rows": [["=1+1", "-5", "@a", "-x"]]},
            {"text": "'=1+1,-5,'@a,'-x\n"},
        ),
        Example({"rows": [], "columns": ["a"]}, {"text": "a\n"}),
        Example({"rows": [7]}, {"error": {"code": "not_a_row"}}),
        Example({"rows": [], "delimiter": "ab"}, {"error": {"code": "invalid_value"}}),
        Example({"rows": [], "file_name": "../x"}, {"error": {"code": "bad_file_name"}}),
        Example(
            {"rows": [], "file_name": "x", "encoding": "klingon"},
            {"error": {"code": "unknown_encoding"}},
        ),
        Example(
            {"rows": [["名"]], "file_name": "x", "encoding": "latin-1"},
            {"error": {"code": "wrong_encoding"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        text = await beside(len(input.rows), lambda: _written(input))
        if not input.file_name.strip():
            return {"text": text}
        content = _encoded(text, input.encoding)
        stored = await ctx.files.write(_checked(input.file_name), content, "text/csv")
        return {"text": text, "file": stored.as_value()}


def _written(input: WriteCsv.Input) -> str:
    columns = input.columns or _all_fields(input.rows)
    delimiter = _WORDS.get(input.delimiter.strip().lower(), input.delimiter)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise BlockError(
            f"The delimiter is {show(input.delimiter)}; it must be one character, or `tab`.",
            zh=f"分隔符是 {show(input.delimiter)}；它必须是一个字符，或写作 tab。",
            code="invalid_value",
        )
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    lines = (_line(number, row, columns) for number, row in enumerate(input.rows))
    if input.header and columns:
        lines = chain([columns], lines)
    if input.escape_formulas:
        lines = ([_escaped(cell) for cell in line] for line in lines)
    writer.writerows(lines)
    return out.getvalue()


def _escaped(cell: str) -> str:
    """Spreadsheets run what begins with these signs, also when it comes out of a file."""
    risky = cell.startswith(_FORMULA) and not isinstance(as_operand(cell), (int, float))
    return f"'{cell}" if risky else cell


def _all_fields(rows: list[Any]) -> list[str]:
    objects = (cast("dict[str, Any]", row) for row in rows if isinstance(row, dict))
    return list(dict.fromkeys(name for row in objects for name in row))


def _line(number: int, row: Any, columns: list[str]) -> list[str]:
    if isinstance(row, dict):
        fields = cast("dict[str, Any]", row)
        return [_cell(fields.get(name)) for name in columns]
    if isinstance(row, list):
        return [_cell(cell) for cell in cast("list[Any]", row)]
    raise BlockError(
        f"Row {number} is {show(row)}, which is neither an object nor a list. "
        "Give rows such as {'name': 'a'} or [1, 2].",
        zh=f"第 {number} 行（从 0 数起）是 {show(row)}，既不是对象也不是列表。"
        "请给出形如 {'name': 'a'} 或 [1, 2] 的行。",
        code="not_a_row",
    )


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else encode(value).decode()


def _encoded(text: str, encoding: str) -> bytes:
    if known_encoding(encoding) is None:
        raise BlockError(
            f"There is no encoding `{encoding}`. Write utf-8, utf-8-sig or gb18030.",
            zh=f"没有名为“{encoding}”的编码。可填 utf-8、utf-8-sig 或 gb18030。",
            code="unknown_encoding",
        )
    try:
        return text.encode(encoding.strip())
    except UnicodeEncodeError as error:
        letter = text[error.start]
        raise BlockError(
            f"{encoding} has no letter {letter!r}. Use utf-8-sig or gb18030.",
            zh=f"{encoding} 无法表示字符 {letter!r}。请改用 utf-8-sig 或 gb18030。",
            code="wrong_encoding",
        ) from error


def _checked(name: str) -> str:
    name = name.strip()
    bad = any(letter in '/\\:*?"<>|' or not letter.isprintable() for letter in name)
    if bad or name in (".", "..") or len(name.encode()) > 200:
        raise BlockError(
            f"{show(name)} cannot be the name of a file. Use letters, digits, - _ and a dot, no "
            "folders, and at most 200 bytes.",
            zh=f"{show(name)} 不能用作文件名。请使用文字、数字、- _ 和点，不要包含文件夹，"
            "且不超过 200 字节。",
            code="bad_file_name",
        )
    return name
