"""`luban mcp`: servers whose tools agents use, and this one as a server of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import RUN_FAILED, as_json, leave, line, note, table
from luban.cli.reach import Reach, in_loop, with_reach
from luban.cli.speech import say

if TYPE_CHECKING:
    from luban.model.tool_server_views import ToolServerView

app = typer.Typer(help=say("MCP: servers of tools, both ways.", "MCP：工具服务器，双向。"))

Name = Annotated[
    str, typer.Argument(metavar="NAME", help=say("A server's name or id.", "服务器的名称或 id。"))
]


@app.command("list", help=say("The servers of tools.", "工具服务器列表。"))
def list_servers(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.tool_servers.list())
    if json:
        as_json(found)
        return
    headings = [
        say("Name", "名称"),
        say("Where", "位置"),
        say("Tools", "工具"),
        say("State", "状态"),
    ]
    table(headings, (_row(each) for each in found.items))


@app.command("add", help=say("Add a server by address, or a command.", "按地址或命令添加服务器。"))
def add(
    name: Name,
    address: Annotated[
        list[str],
        typer.Argument(
            metavar="URL | -- COMMAND…",
            help=say(
                "Its address, or after -- a command (administrators only).",
                "服务器地址；或在 -- 之后给出命令（仅限管理员）。",
            ),
        ),
    ],
    credential: Annotated[
        str, typer.Option(help=say("What opens it: name or id.", "使用的凭据：名称或 id。"))
    ] = "",
    env: Annotated[
        list[str] | None,
        typer.Option("--env", help=say("NAME=VALUE for a command.", "命令的环境变量 NAME=VALUE。")),
    ] = None,
    folder: Annotated[
        list[str] | None,
        typer.Option(
            "--folder", help=say("A folder the command may read.", "命令可读取的文件夹。")
        ),
    ] = None,
    network: Annotated[
        bool, typer.Option(help=say("Let the command reach the network.", "允许命令访问网络。"))
    ] = False,
    shared: Annotated[
        bool, typer.Option(help=say("For everybody of this server.", "供所有用户使用。"))
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> ToolServerView:
        is_url = len(address) == 1 and address[0].startswith(("http://", "https://"))
        where = {"url": address[0]} if is_url else {"command": address}
        opens = ""
        if credential:
            opens = (await reached.client.credentials.get(credential)).id
        return await reached.client.tool_servers.create(
            name,
            **where,
            credential=opens,
            environment=dict(each.split("=", 1) for each in env or [] if "=" in each),
            folders=folder or [],
            network=network,
            shared=shared,
        )

    _tell(with_reach(server, data, work), json=json)


@app.command("test", help=say("Ask a server what it offers.", "询问服务器提供的内容。"))
def try_server(name: Name, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    _tell(
        with_reach(server, data, lambda reached: reached.client.tool_servers.test(name)), json=json
    )


@app.command("tools", help=say("What a server offers.", "服务器提供的工具、资源和提示词。"))
def tools(name: Name, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.tool_servers.get(name))
    if json:
        as_json(found)
        return
    rows = [
        [f"mcp:{found.name}/{each.name}", each.effect, each.description] for each in found.tools
    ]
    rows += [[each.uri, say("resource", "资源"), each.description] for each in found.resources]
    rows += [[each.name, say("prompt", "提示词"), each.description] for each in found.prompts]
    table([say("Name", "名称"), say("Kind", "类型"), say("Description", "说明")], rows)


@app.command("approve", help=say("Agree to what a server says now.", "确认服务器当前的描述。"))
def approve(name: Name, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    _tell(
        with_reach(server, data, lambda reached: reached.client.tool_servers.approve(name)),
        json=json,
    )


@app.command("connect", help=say("Sign in at a server, by a browser.", "通过浏览器在服务器登录。"))
def connect(name: Name, data: Data = None, server: Server = None) -> None:
    begun = with_reach(server, data, lambda reached: reached.client.tool_servers.connect(name))
    note(say("Open this address, and agree there:", "请打开此地址并授权："))
    line(begun.url)


@app.command("remove", help=say("Use a server no more.", "移除服务器。"))
def remove(name: Name, data: Data = None, server: Server = None) -> None:
    with_reach(server, data, lambda reached: reached.client.tool_servers.delete(name))


@app.command(
    "serve",
    help=say(
        "Offer the agents as tools, over input and output.",
        "通过标准输入输出将智能体作为工具提供。",
    ),
)
def serve(data: Data = None, server: Server = None) -> None:
    from luban.cli.mcp_serving import serve as run

    in_loop(run(server, data))


def _tell(found: ToolServerView, *, json: bool) -> None:
    if json:
        as_json(found)
    else:
        line(found.name)
        note(say(f"{len(found.tools)} tools", f"{len(found.tools)} 个工具"))
    if found.trouble:
        note(found.trouble)
        leave(RUN_FAILED)


def _row(found: ToolServerView) -> list[str]:
    state = found.trouble or (
        say("changed: look, then approve", "描述已变化：请查看后确认") if found.changed else ""
    )
    return [found.name, found.url or " ".join(found.command), str(len(found.tools)), state]
