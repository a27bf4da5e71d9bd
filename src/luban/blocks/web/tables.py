"""The tables of a page as rows."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.blocks.web.html_tables import Table, tables_of
from luban.blocks.web.pages import source
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
)

_PAGE = (
    "<table><caption>Locks</caption><tr><th>Name<th>Parts</tr><tr><td>Six<td>6</tr>"
    "<tr><td rowspan=2>Nine<td>9</tr><tr><td>10</tr></table><table><tr><td>x</table>"
)
_ROWS = [
    {"Name": "Six", "Parts": "6"},
    {"Name": "Nine", "Parts": "9"},
    {"Name": "Nine", "Parts": "10"},
]


class Tables(Block):
    """Turns the tables of a page into rows, each an object by the names of the columns.

    Cells that span rows or columns stand in each of them.
    """

    id = "web.tables"
    title = "Tables of a page"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "table"
    keywords = ("html", "rows", "columns", "scrape", "extract", "grid", "csv")

    class Input(BlockInput):
        url: str = Field("", title="Address", description="The page: https://…")
        html: str = Field(
            "",
            title="HTML",
            description="A page you already have; the address is then only where it is from.",
        )
        contains: str = Field(
            "", title="Contains", description="Only tables with this text in caption or columns."
        )
        number: int = Field(
            1, ge=1, title="Number", description="Which of the tables gives the rows, from 1."
        )
        robots: bool = Field(
            False,
            title="Respect robots.txt",
            description="Read the page only if its site lets programs read it.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        row: dict[str, str] = Emit("Rows of the chosen table, in order.", title="Row")
        rows: list[dict[str, str]] = Field(
            title="Rows", description="All of them as one list.", main=True
        )
        columns: list[str] = Field(title="Columns", description="Of the chosen table.")
        tables: list[dict[str, Any]] = Field(
            title="Tables", description="Every table found: caption, columns, rows."
        )

    examples = (
        Example(
            {"html": _PAGE, "contains": "lock"},
            {
                "row": _ROWS,
                "rows": _ROWS,
                "columns": ["Name", "Parts"],
                "tables": [{"caption": "Locks", "columns": ["Name", "Parts"], "rows": _ROWS}],
            },
        ),
        Example({"html": "<p>none</p>"}, {"error": {"code": "no_table"}}),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        html = await source(ctx, input.url, input.html, timeout=input.timeout, robots=input.robots)
        found = [
            table
            for table in await asyncio.to_thread(tables_of, html.text)
            if _names(table, input.contains.lower())
        ]
        if len(found) < input.number:
            raise BlockError(
                f"The page has {len(found)} such tables, and number {input.number} is wanted. A "
                "table that a program draws needs the block Open page.",
                zh=f"该页面有 {len(found)} 个符合条件的表格，无法取第 {input.number} 个。"
                "由脚本生成的表格请用“打开网页”。",
                code="no_table",
            )
        table = found[input.number - 1]
        sent = Emissions(("row", row) for row in table.rows)
        sent += [
            ("rows", table.rows),
            ("columns", table.columns),
            ("tables", [each._asdict() for each in found]),
        ]
        return sent


def _names(table: Table, text: str) -> bool:
    return text in table.caption.lower() or any(text in each.lower() for each in table.columns)
