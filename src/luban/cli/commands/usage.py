"""`luban usage` and `luban budget`: what models took, and what they may take."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.money import money
from luban.cli.printing import as_json, line, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

if TYPE_CHECKING:
    from luban.model.spending_views import BudgetView, UsageReportView

app = typer.Typer(
    help=say("Budgets: what models may take.", "预算：模型的用量上限。"), no_args_is_help=True
)

By = Literal["day", "agent", "model"]
Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help=say("A day, in UTC.", "日期（UTC）。")),
]
_WINDOWS = ("run", "day", "month", "total")


def usage(
    by: Annotated[By, typer.Option("--by", help=say("One line for each.", "按什么分组。"))] = "day",
    since: Day = None,
    until: Day = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> UsageReportView:
        first, last = since and since.date(), until and until.date()
        return await reached.client.budgets.usage(by, since=first, until=last)

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    name = {
        "day": say("Day", "日期"),
        "agent": say("Agent", "智能体"),
        "model": say("Model", "模型"),
    }
    headings = [name[by], say("Calls", "调用"), say("Tokens", "token 数"), say("Cost", "费用")]
    total = found.total.model_copy(update={"title": say("In all", "合计")})
    table(
        headings,
        (
            [each.title or each.key, each.calls, each.tokens, money(each.usd, each.unpriced)]
            for each in (*found.items, total)
        ),
    )


@app.command("list", help=say("The budgets there are.", "列出预算。"))
def list_budgets(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.budgets.list())
    if json:
        as_json(found.items)
        return
    headings = [say("For", "对象"), say("Time", "期间"), say("Limit", "上限"), say("Taken", "已用")]
    table(headings, (row for budget in found.items for row in _rows(budget)))


@app.command("set", help=say("Set what models may take in a time.", "设置一段期间的用量上限。"))
def set_budget(
    window: Annotated[
        Literal["run", "day", "month", "total"],
        typer.Argument(metavar="run|day|month|total", help=say("For which time.", "期间。")),
    ],
    agent: Annotated[
        str | None,
        typer.Option("--agent", help=say("Of one agent; else of all.", "仅此智能体，否则为全部。")),
    ] = None,
    usd: Annotated[float | None, typer.Option(min=0, help=say("Dollars.", "美元。"))] = None,
    tokens: Annotated[int | None, typer.Option(min=0, help=say("Tokens.", "token 数。"))] = None,
    unpriced_calls: Annotated[
        int | None,
        typer.Option(min=0, help=say("Calls of unknown price.", "价格未知的调用次数。")),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> BudgetView:
        scope = await _scope(reached, agent)
        there = (await reached.client.budgets.list()).items
        known = next((one for one in there if one.scope == scope), None)
        windows: dict[str, Any] = {}
        if known is not None:
            windows = {name: getattr(known, name).model_dump() for name in _WINDOWS}
        windows[window] = {"usd": usd, "tokens": tokens, "unpriced_calls": unpriced_calls}
        return await reached.client.budgets.set(scope, **windows)

    made = with_reach(server, data, work)
    if json:
        as_json(made)
    else:
        line(say(f"The budget of {_name(made)} is set.", f"已设置预算：{_name(made)}。"))


@app.command("remove", help=say("Remove a budget.", "删除预算。"))
def remove(
    agent: Annotated[
        str | None,
        typer.Option("--agent", help=say("Of one agent; else of all.", "仅此智能体，否则为全部。")),
    ] = None,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> None:
        await reached.client.budgets.delete(await _scope(reached, agent))

    with_reach(server, data, work)
    line(say("It is removed.", "已删除。"))


async def _scope(reached: Reach, agent: str | None) -> str:
    from luban.cli.commands.agent import find_agent

    return "user" if agent is None else f"agent:{(await find_agent(reached.client, agent)).id}"


def _rows(budget: BudgetView) -> list[list[str]]:
    rows: list[list[str]] = []
    for window in _WINDOWS:
        limits, taken = getattr(budget, window), budget.taken.get(window)
        if limits.usd is not None:
            shown = money(taken.usd, taken.unpriced) if taken else ""
            rows.append([_name(budget), _time(window), money(limits.usd), shown])
        if limits.tokens is not None:
            shown = say(f"{taken.tokens} tokens", f"{taken.tokens} token") if taken else ""
            most = say(f"{limits.tokens} tokens", f"{limits.tokens} token")
            rows.append([_name(budget), _time(window), most, shown])
        if limits.unpriced_calls is not None:
            most = say(
                f"{limits.unpriced_calls} calls of unknown price",
                f"{limits.unpriced_calls} 次价格未知的调用",
            )
            rows.append([_name(budget), _time(window), most, str(taken.unpriced) if taken else ""])
    return rows


def _name(budget: BudgetView) -> str:
    return budget.agent_name or say("all agents", "全部智能体")


def _time(window: str) -> str:
    told = {
        "run": say("each run", "每次运行"),
        "day": say("a day", "每天"),
        "month": say("a month", "每月"),
        "total": say("in all", "总计"),
    }
    return told[window]


usage.__doc__ = say("Show what models took.", "查看模型用量。")
