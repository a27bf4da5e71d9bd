"""SQL over files: tables larger than memory."""

from __future__ import annotations

from typing import Any

from luban.blocks.data.table_inputs import TableOptions, TableOutput, TableSource, queried
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    Context,
    Effect,
    Emissions,
    Example,
    Field,
    FileRef,
)

_ORDERS = "城市,金额\n北京,12.5\n上海,3\n北京,7.5\n"
_FILE = {"$file": "f_1", "name": "orders.csv"}


class SqlInput(BlockInput):
    """What is asked."""

    sql: str = Field(
        title="SQL",
        widget="code",
        description="One SELECT. The file is called `data`, the rows `rows`, other files by "
        "their names.",
    )
    files: dict[str, FileRef] = Field(
        default_factory=dict,
        title="More files",
        description="Files by the name of their table; link to `files.customers` to set one.",
    )
    values: dict[str, Any] = Field(
        default_factory=dict,
        title="Values",
        description="What `$name` in the SQL stands for. Never put a value into the text.",
    )


class QueryTable(Block):
    """Asks CSV, Excel, JSON or Parquet files of any size, and lists of rows, with one SELECT.

    DuckDB reads them piece by piece in a process of its own, which can reach nothing but the given
    files and ends at its limits of memory and time. The SQL is that of PostgreSQL, nearly.
    """

    id = "data.query_table"
    title = "Query table (SQL)"
    category = "data"
    effect = Effect.IDEMPOTENT
    icon = "database-zap"
    keywords = ("sql", "select", "csv", "parquet", "duckdb", "large file", "join", "group by")
    timeout = 3700

    class Input(TableOptions, SqlInput, TableSource):
        pass

    Output = TableOutput

    examples = (
        Example(
            {
                "sql": "SELECT 城市, sum(金额) AS 合计 FROM data WHERE 金额 > $least "
                "GROUP BY 城市 ORDER BY 合计 DESC",
                "file": _FILE,
                "values": {"least": 2},
            },
            {
                "row": [{"城市": "北京", "合计": 20.0}, {"城市": "上海", "合计": 3.0}],
                "rows": [{"城市": "北京", "合计": 20.0}, {"城市": "上海", "合计": 3.0}],
                "columns": ["城市", "合计"],
                "count": 2,
                "more": False,
            },
            {"files": {"f_1": {"name": "orders.csv", "bytes": _ORDERS.encode("gbk")}}},
        ),
        Example(
            {"sql": "SELECT * FROM rows WHERE n > 1", "rows": [{"n": 1}, {"n": 2}]},
            {"row": [{"n": 2}], "rows": [{"n": 2}], "columns": ["n"], "count": 1, "more": False},
        ),
        Example(
            {"sql": "SELECT '=1+1' AS a FROM data", "file": _FILE, "result": "csv"},
            {
                "columns": ["a"],
                "count": 3,
                "file": {"$file": "f_2", "name": "result.csv", "type": "text/csv", "size": 20},
            },
            {"files": {"f_1": {"name": "orders.csv", "text": _ORDERS}}},
        ),
        Example(
            {"sql": "SELECT * FROM read_text('/etc/passwd')", "rows": [{"n": 1}]},
            {"error": {"code": "query_forbidden"}},
        ),
        Example({"sql": "DROP TABLE rows", "rows": []}, {"error": {"code": "not_a_select"}}),
        Example({"sql": "SELECT z FROM rows", "rows": [{}]}, {"error": {"code": "bad_query"}}),
        Example({"sql": "SELECT 1"}, {"error": {"code": "missing_input"}}),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        files = dict(input.files)
        if input.file is not None:
            files["data"] = input.file
        if not files and input.rows is None:
            raise BlockError(
                "There is no table to query. Give a file, more files or rows.",
                zh="没有可查询的表。请给出文件、更多文件或各行。",
                code="missing_input",
            )
        return await queried(input.sql, input.values, files, input.rows, input, ctx)
