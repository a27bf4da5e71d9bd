"""`luban audit`: who did what, as a list or as lines for another program."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

app = typer.Typer(help=say("The audit log: who did what.", "审计日志：谁做了什么。"))

User = Annotated[str, typer.Option("--user", help=say("Only of this user.", "仅此用户。"))]
Team = Annotated[str, typer.Option("--team", help=say("Only in this team.", "仅此团队。"))]
Action = Annotated[
    str, typer.Option("--action", help=say("Such as agent.create.", "例如 agent.create。"))
]
Outcome = Annotated[
    str,
    typer.Option("--outcome", help=say("done, refused or failed.", "done、refused、failed。")),
]
Since = Annotated[
    str, typer.Option("--since", help=say("Such as 2026-11-20.", "例如 2026-11-20。"))
]
Until = Annotated[str, typer.Option("--until", help=say("Before this time.", "早于此时间。"))]


@app.command("list", help=say("The newest entries.", "最新的记录。"))
def list_entries(
    user: User = "",
    team: Team = "",
    action: Action = "",
    outcome: Outcome = "",
    since: Since = "",
    until: Until = "",
    page: Annotated[int, typer.Option("--page", min=1, help=say("Page.", "页码。"))] = 1,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    filters = _filters(user, team, action, outcome, since, until)
    found = with_reach(server, data, lambda reached: reached.client.audit.list(page, **filters))
    if json:
        as_json(found)
        return
    table(
        [
            say("When", "时间"),
            say("Who", "谁"),
            say("Action", "操作"),
            say("What", "对象"),
            say("Outcome", "结果"),
            say("From", "来自"),
        ],
        (
            [
                each.timestamp,
                each.user_id or each.signed_in_by,
                each.action,
                each.resource_id,
                each.outcome,
                each.ip_address,
            ]
            for each in found.items
        ),
    )


@app.command("export", help=say("All entries as lines of JSON.", "以 JSON 行输出全部记录。"))
def export(
    user: User = "",
    team: Team = "",
    action: Action = "",
    outcome: Outcome = "",
    since: Since = "",
    until: Until = "",
    data: Data = None,
    server: Server = None,
) -> None:
    filters = _filters(user, team, action, outcome, since, until)

    async def work(reached: Reach) -> None:
        async for each in reached.client.audit.export(**filters):
            line(each)

    with_reach(server, data, work)


def _filters(
    user: str, team: str, action: str, outcome: str, since: str, until: str
) -> dict[str, Any]:
    given = {
        "user": user,
        "team": team,
        "action": action,
        "outcome": outcome,
        "since": since,
        "until": until,
    }
    return {name: value for name, value in given.items() if value}
