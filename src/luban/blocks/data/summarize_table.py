"""Rows of a large file chosen, grouped, counted and sorted, without SQL."""

from __future__ import annotations

from typing import Any

from luban.blocks.data.table_inputs import TableOptions, TableOutput, TableSource, queried
from luban.blocks.data.table_plan import Condition, Figured, Join, Plan, select
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

_ORDERS = "号,城市,金额\n1,北京,12.5\n2,上海,3\n3,北京,7.5\n1,广州,7.5\n"
_FILE = {"$file": "f_1", "name": "orders.csv"}
_WORLD = {"files": {"f_1": {"name": "orders.csv", "text": _ORDERS}}}


class PlanInput(BlockInput):
    """What is done with the rows."""

    where: list[Condition] = Field(
        default_factory=list,
        title="Where",
        description="Conditions each row must meet: column, operator, value.",
    )
    any_of: bool = Field(
        False, title="Any is enough", description="One met condition is enough.", advanced=True
    )
    group_by: list[str] = Field(
        default_factory=list,
        title="Group by",
        description="Columns; one row comes out for each of their values.",
    )
    figures: list[Figured] = Field(
        default_factory=list,
        title="Figures",
        description="What is worked out: figure (count, distinct, sum, mean, min, max, median, "
        "stdev), column, name.",
    )
    columns: list[str] = Field(
        default_factory=list,
        title="Columns",
        description="Which columns, without groups and figures; empty takes all.",
    )
    sort: list[str] = Field(
        default_factory=list,
        title="Sort by",
        description="Columns of the result; `-total` puts the largest first.",
    )
    other: FileRef | None = Field(
        None, title="Other file", description="A second table, joined to the first."
    )
    join: Join = Field(
        "left",
        title="Join",
        description="`left` keeps all rows of the first, `full` those of both, `inner` only "
        "matching ones.",
        advanced=True,
    )
    join_on: list[str] = Field(
        default_factory=list,
        title="Join on",
        description="Columns both tables have, for another file.",
    )


class SummarizeTable(Block):
    """Filters, joins, groups, sums up and sorts a CSV, Excel, JSON or Parquet file of any size.

    Conditions compare as If does. It holds a small part of the file at a time, in a process of its
    own. For more than this, write SQL with Query table; for lists, use Aggregate.
    """

    id = "data.summarize_table"
    title = "Filter and summarize table"
    category = "data"
    effect = Effect.IDEMPOTENT
    icon = "table-2"
    keywords = ("group by", "sum", "average", "large csv", "pivot", "join", "report", "filter rows")
    timeout = 3700

    class Input(TableOptions, PlanInput, TableSource):
        pass

    Output = TableOutput

    examples = (
        Example(
            {
                "file": _FILE,
                "where": [{"column": "金额", "operator": ">", "value": 5}],
                "group_by": ["城市"],
                "figures": [{"figure": "sum", "column": "金额", "name": "合计"}],
                "sort": ["-合计"],
            },
            {
                "row": [{"城市": "北京", "合计": 20.0}, {"城市": "广州", "合计": 7.5}],
                "rows": [{"城市": "北京", "合计": 20.0}, {"城市": "广州", "合计": 7.5}],
                "columns": ["城市", "合计"],
                "count": 2,
                "more": False,
            },
            _WORLD,
        ),
        Example(
            {
                "file": _FILE,
                "other": {"$file": "f_2", "name": "c.csv"},
                "join": "inner",
                "join_on": ["号"],
                "columns": ["城市", "名"],
                "sort": ["城市"],
                "row_limit": 1,
            },
            {
                "row": [{"城市": "北京", "名": "甲"}],
                "rows": [{"城市": "北京", "名": "甲"}],
                "columns": ["城市", "名"],
                "count": 1,
                "more": True,
            },
            {"files": {**_WORLD["files"], "f_2": {"name": "c.csv", "text": "号,名\n1,甲\n"}}},
        ),
        Example(
            {"file": _FILE, "columns": ["号"], "result": "csv", "file_name": "n.csv"},
            {
                "columns": ["号"],
                "count": 4,
                "file": {"$file": "f_2", "name": "n.csv", "type": "text/csv", "size": 12},
            },
            _WORLD,
        ),
        Example(
            {"file": _FILE, "figures": [{"figure": "sum"}]},
            {"error": {"code": "missing_input"}},
            _WORLD,
        ),
        Example({"figures": []}, {"error": {"code": "missing_input"}}),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        if input.file is None and input.rows is None:
            raise BlockError(
                "There is no table. Give a file, or rows.",
                zh="没有表。请给出文件或各行。",
                code="missing_input",
            )
        files: dict[str, FileRef] = {} if input.file is None else {"data": input.file}
        if input.other is not None:
            files["other"] = input.other
        sql, values = select(_plan(input), "data" if input.file else "rows")
        return await queried(sql, values, files, input.rows, input, ctx)


def _plan(input: PlanInput) -> Plan:
    taken: dict[str, Any] = {name: getattr(input, name) for name in Plan.model_fields}
    return Plan(**{**taken, "join": input.join if input.other else None})
