"""A query said without SQL: conditions, groups and figures, written as one SELECT."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict

from luban.sdk import BlockError, Field
from luban.sdk.compare import Operator, as_operand
from luban.sdk.values import show

Figure = Literal["count", "distinct", "sum", "mean", "min", "max", "median", "stdev"]
Join = Literal["inner", "left", "full"]
_FIGURES: dict[str, str] = {
    "count": "count({})",
    "distinct": "count(DISTINCT {})",
    "sum": "sum({})",
    "mean": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "median": "median({})",
    "stdev": "stddev_samp({})",
}


class Condition(BaseModel):
    """One thing a row must meet."""

    model_config = ConfigDict(extra="forbid")

    column: str = Field(title="Column", description="Which column is tested.")
    operator: Operator = Field("==", title="Operator", description="How to compare.")
    value: Any = Field(None, title="Value", description="What to compare with.")


class Figured(BaseModel):
    """One figure of each group; without a column it counts rows."""

    model_config = ConfigDict(extra="forbid")

    figure: Figure = Field(title="Figure", description="What to work out.")
    column: str = Field("", title="Column", description="Of which column.")
    name: str = Field("", title="Name", description="What the new column is called.")

    @property
    def called(self) -> str:
        return self.name or (f"{self.figure}_{self.column}" if self.column else self.figure)


class Plan(BaseModel):
    """The parts of a SELECT."""

    where: Sequence[Condition] = ()
    any_of: bool = False
    group_by: Sequence[str] = ()
    figures: Sequence[Figured] = ()
    columns: Sequence[str] = ()
    sort: Sequence[str] = ()
    join: Join | None = None
    join_on: Sequence[str] = ()


def select(plan: Plan, table: str) -> tuple[str, dict[str, Any]]:
    """The SQL and the values its `$v0`, `$v1` … stand for. Raises `BlockError`."""
    values: dict[str, Any] = {}
    parts = [f"SELECT {_what(plan)}", f"FROM {name(table)}{_joined(plan)}"]
    conditions = [_condition(each, values) for each in plan.where]
    if conditions:
        parts.append("WHERE " + (" OR " if plan.any_of else " AND ").join(conditions))
    if plan.group_by:
        parts.append("GROUP BY " + ", ".join(map(name, plan.group_by)))
    if plan.sort:
        parts.append("ORDER BY " + ", ".join(map(_sorted, plan.sort)))
    return "\n".join(parts), values


def name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _what(plan: Plan) -> str:
    if not plan.figures and not plan.group_by:
        return ", ".join(map(name, plan.columns)) or "*"
    figures = plan.figures or [Figured(figure="count")]
    groups = [name(column) for column in plan.group_by]
    return ", ".join([*groups, *map(_figured, figures)])


def _figured(each: Figured) -> str:
    if not each.column and each.figure != "count":
        raise BlockError(
            f"The figure `{each.figure}` needs a column: of what is it to be worked out?",
            zh=f"统计项“{each.figure}”需要填写列名：要对哪一列计算？",
            code="missing_input",
        )
    figure = _FIGURES[each.figure].format(name(each.column) if each.column else "*")
    return f"{figure} AS {name(each.called)}"


def _sorted(column: str) -> str:
    if column.startswith("-"):
        return f"{name(column[1:])} DESC NULLS LAST"
    return f"{name(column)} ASC NULLS LAST"


def _joined(plan: Plan) -> str:
    if plan.join is None:
        return ""
    if not plan.join_on:
        raise BlockError(
            "Two tables are to be joined, and it is not said on which columns. Fill Join on.",
            zh="要连接两张表，但没有说明按哪些列。请填写“连接列”。",
            code="missing_input",
        )
    return f" {plan.join.upper()} JOIN other USING ({', '.join(map(name, plan.join_on))})"


def _condition(each: Condition, values: dict[str, Any]) -> str:
    """Compared as If compares: a text that is a number is one, and nothing equals only nothing."""
    cell, text = name(each.column), f"CAST({name(each.column)} AS VARCHAR)"

    def value(given: Any) -> str:
        place = f"v{len(values)}"
        values[place] = given
        return f"${place}"

    operator = each.operator
    if operator in ("is_empty", "is_not_empty"):
        empty = f"({cell} IS NULL OR trim({text}) = '')"
        return empty if operator == "is_empty" else f"NOT {empty}"
    if operator in ("in", "not_in"):
        wanted = [_as_text(one) for one in cast("list[Any]", each.value or [])]
        found = f"coalesce(list_contains({value(wanted)}, {text}), false)"
        return found if operator == "in" else f"NOT {found}"
    if operator in _TEXT:
        found = f"coalesce({_TEXT[operator]}({text}, {value(_as_text(each.value))}), false)"
        return f"NOT {found}" if operator == "not_contains" else found
    return _compared(each, cell, text, value)


_TEXT = {
    "contains": "contains",
    "not_contains": "contains",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
}


def _compared(each: Condition, cell: str, text: str, value: Callable[[Any], str]) -> str:
    given = as_operand(each.value)
    sign = "=" if each.operator in ("==", "!=") else each.operator
    if given is None:
        empty = f"{cell} IS NULL"
        return {"==": empty, "!=": f"NOT {empty}"}.get(each.operator, "false")
    if isinstance(given, (list, dict)):
        raise BlockError(
            f"The column `{each.column}` is compared with {show(each.value)}. Give a text, a "
            "number or true or false; `in` takes a list.",
            zh=f"列“{each.column}”与 {show(each.value)} 比较。请给出文本、数字或是否；"
            "“属于”可以用列表。",
            code="not_comparable",
        )
    if isinstance(given, bool):
        left = f"TRY_CAST({cell} AS BOOLEAN)"
    else:
        left = text if isinstance(given, str) else f"TRY_CAST({cell} AS DOUBLE)"
    held = f"coalesce({left} {sign} {value(given)}, false)"
    return f"NOT {held}" if each.operator == "!=" else held


def _as_text(given: Any) -> str:
    if isinstance(given, bool):
        return str(given).lower()
    return given if isinstance(given, str) else str(given)
