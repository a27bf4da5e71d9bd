"""`luban share`: an agent, a run or a result for whoever holds a link."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.commands.agent import find_agent
from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import HERE, Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.model.sharing_views import Scope, Shareable

app = typer.Typer(
    help=say("Share by link: agent, run, result.", "通过链接分享智能体、运行、结果。")
)

Run = Annotated[str, typer.Argument(metavar="RUN", help=say("Which run.", "哪个运行。"))]
For = Annotated[
    str | None,
    typer.Option(
        "--for", metavar="TIME", help=say("How long: 30m, 12h, 7d.", "有效期：30m、12h、7d。")
    ),
]
_UNITS = {"m": 60, "h": 3600, "d": 86_400}


@app.command("agent", help=say("Share an agent.", "分享智能体。"))
def agent(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help=say("Id or name.", "编号或名称。"))],
    run: Annotated[bool, typer.Option("--run", help=say("It may be run.", "允许运行。"))] = False,
    copy: Annotated[bool, typer.Option("--copy", help=say("And copied.", "允许复制。"))] = False,
    see: Annotated[
        bool, typer.Option("--see/--hide", help=say("Its graph is shown.", "是否显示其图。"))
    ] = True,
    lasting: For = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    chosen: dict[Scope, bool] = {"see": see, "run": run, "copy": copy}
    scopes: list[Scope] = [scope for scope, wanted in chosen.items() if wanted]

    async def work(reached: Reach) -> Any:
        found = (await find_agent(reached.client, agent)).id
        return await _made(reached, "agent", found, scopes, lasting)

    _told(with_reach(server, data, work), json)


@app.command("run", help=say("Share a run.", "分享运行。"))
def run(
    run: Run,
    steps: Annotated[
        bool, typer.Option("--steps", help=say("With all its steps.", "包括所有步骤。"))
    ] = False,
    lasting: For = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    scopes: list[Scope] = ["see", "steps"] if steps else ["see"]
    _told(with_reach(server, data, lambda r: _made(r, "run", run, scopes, lasting)), json)


@app.command("result", help=say("Share only what a run gave.", "仅分享运行结果。"))
def result(
    run: Run, lasting: For = None, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    _told(with_reach(server, data, lambda r: _made(r, "result", run, ["see"], lasting)), json)


@app.command("list", help=say("What is shared.", "已分享的链接。"))
def list_links(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.links.list(page_size=200))
    if json:
        as_json(found.items)
        return
    table(
        [say("Link", "链接"), say("What", "内容"), say("Id", "编号"), say("Allows", "允许"),
         say("Until", "有效期至"), say("Last used", "最近使用")],
        (
            [each.id, each.resource, each.resource_id, " ".join(each.scopes),
             each.expires_at, each.last_used_at]
            for each in found.items
        ),
    )  # fmt: skip


@app.command("end", help=say("End a link at once.", "立即停止分享。"))
def end(
    link: Annotated[str, typer.Argument(metavar="LINK", help=say("Its id.", "链接编号。"))],
    data: Data = None,
    server: Server = None,
) -> None:
    with_reach(server, data, lambda reached: reached.client.links.end(link))


async def _made(
    reached: Reach, resource: Shareable, named: str, scopes: list[Scope], lasting: str | None
) -> Any:
    until = None if lasting is None else (datetime.now(UTC) + _length(lasting)).isoformat()
    made = await reached.client.links.share(resource, named, scopes=scopes, expires_at=until)
    base = "" if reached.client.url == HERE else reached.client.url
    return made.model_copy(update={"path": base + made.path})


def _told(made: Any, json: bool) -> None:
    if json:
        as_json(made)
        return
    note(say("Whoever holds this address may look:", "持有此地址的人都可以查看："))
    line(made.path)
    note(say(f"To end it: luban share end {made.id}", f"停止分享：luban share end {made.id}"))


def _length(text: str) -> timedelta:
    """How long `30m`, `12h` or `7d` is. Raises `InvalidValue`."""
    found = re.fullmatch(r"(\d{1,5})([mhd])", text, re.ASCII)
    if found is None:
        raise InvalidValue(
            name="--for",
            value=text,
            expected="it must be a number of minutes, hours or days: 30m, 12h, 7d",
            expected_zh="必须是分钟、小时或天数：30m、12h、7d",
        )
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
