"""`luban agent …`: the agents of a home or a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from luban.cli.commands import agent_make
from luban.cli.files import read_inputs, uploaded
from luban.cli.flags import AsJson, Data, InputFile, Inputs, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import NotFound

if TYPE_CHECKING:
    from luban.client import Client
    from luban.model.views import AgentView

app = typer.Typer(
    help=say(
        "Agents: list, create, export, import, start.", "智能体：列出、新建、导出、导入、启动。"
    ),
    no_args_is_help=True,
)

Which = Annotated[
    str, typer.Argument(metavar="AGENT", help=say("An id, or a name.", "id 或名称。"))
]


async def find_agent(client: Client, which: str) -> AgentView:
    """The agent of an id, or the only one of a name. Raises `NotFound`."""
    if which.startswith("a_"):
        return await client.agents.get(which)
    found = await client.agents.list(search=which)
    named = [agent for agent in found.items if agent.name == which]
    if len(named) == 1:
        return named[0]
    several = ", ".join(agent.id for agent in named)
    raise NotFound(
        what="agent",
        what_zh="智能体",
        name=which,
        way_out=f"Several have this name: {several}." if named else "See `luban agent list`.",
        way_out_zh=f"有多个同名智能体：{several}。" if named else "请看 `luban agent list`。",
    )


@app.command("list", help=say("List agents.", "列出智能体。"))
def list_agents(
    search: str = "", json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    async def work(reached: Reach) -> list[AgentView]:
        return (await reached.client.agents.list(search=search, page_size=200)).items

    agents = with_reach(server, data, work)
    if json:
        as_json(agents)
        return
    table(
        [
            say("Id", "编号"),
            say("Name", "名称"),
            say("Changed", "修改于"),
            say("Last run", "上次运行"),
        ],
        (
            [a.id, a.name, a.updated_at, a.last_run.status.value if a.last_run else ""]
            for a in agents
        ),
    )


@app.command("create", help=say("Create an agent.", "新建智能体。"))
def create(
    name: str,
    template: Annotated[
        str | None, typer.Option(help=say("A template to begin with.", "从范例开始。"))
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    _show(
        with_reach(server, data, lambda r: r.client.agents.create(name=name, template=template)),
        json,
    )


@app.command("import", help=say("Create an agent from a file.", "从文件新建智能体。"))
def import_file(file: Path, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    from luban.interop import agent_file

    text = agent_file.read(file)
    _show(with_reach(server, data, lambda r: r.client.agents.create(text=text)), json)


@app.command("edit", help=say("Replace an agent's draft by a file.", "用文件替换智能体的草稿。"))
def edit(
    which: Which, file: Path, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    from luban.cli.files import read_tree

    document = read_tree(file)

    async def work(reached: Reach) -> AgentView:
        agent = await find_agent(reached.client, which)
        return await reached.client.agents.change(
            agent.id, revision=agent.revision, document=document
        )

    _show(with_reach(server, data, work), json)


@app.command("export", help=say("Print an agent as a file.", "把智能体输出为文件。"))
def export(
    which: Which,
    format: Annotated[str, typer.Option(help="yaml | json")] = "yaml",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=say("Write here.", "写入此处。"))
    ] = None,
    data: Data = None,
    server: Server = None,
) -> None:
    kind: Literal["yaml", "json"] = "json" if format == "json" else "yaml"

    async def work(reached: Reach) -> str:
        agent = await find_agent(reached.client, which)
        return await reached.client.agents.export(agent.id, kind)

    text = with_reach(server, data, work)
    if output is None:
        line(text.rstrip("\n"))
    else:
        output.write_text(text, encoding="utf-8")
        note(str(output))


@app.command("delete", help=say("Delete an agent; its runs stay.", "删除智能体；其运行记录保留。"))
def delete(which: Which, data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> None:
        agent = await find_agent(reached.client, which)
        await reached.client.agents.delete(agent.id)
        note(say(f"Deleted {agent.name} ({agent.id}).", f"已删除 {agent.name}（{agent.id}）。"))

    with_reach(server, data, work)


@app.command("start", help=say("Start a run in the background.", "在后台启动一次运行。"))
def start(
    which: Which,
    input: Inputs = None,
    input_file: InputFile = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    inputs = read_inputs(input or [], input_file)

    async def work(reached: Reach) -> Any:
        ready = await uploaded(reached.client, inputs)
        agent = await find_agent(reached.client, which)
        return await reached.client.runs.start(agent.id, ready)

    started = with_reach(server, data, work)
    if json:
        as_json(started)
    else:
        line(started.id)
        note(
            say(
                "Queued: a running `luban up` takes it up, `luban run` waits for it.",
                "已排队：由运行中的 `luban up` 执行；要等待结果请用 `luban run`。",
            )
        )


@app.command("stop", help=say("Cancel the runs of an agent.", "取消智能体的运行。"))
def stop(which: Which, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> list[Any]:
        agent = await find_agent(reached.client, which)
        runs = (await reached.client.runs.list(agent=agent.id, page_size=200)).items
        live = [run for run in runs if run.status in ("queued", "running", "waiting")]
        return [await reached.client.runs.cancel(run.id) for run in live]

    stopped = with_reach(server, data, work)
    if json:
        as_json(stopped)
    else:
        for run in stopped:
            line(f"{run.id}\t{run.status.value}")


for _command, _help in (
    (agent_make.make, say("Draft an agent or changes of one.", "起草智能体或对它的改动。")),
    (agent_make.accept, say("Accept what was drafted.", "接受起草的内容。")),
    (agent_make.refuse, say("Refuse what was drafted.", "拒绝起草的内容。")),
):
    app.command(_command.__name__, help=_help)(_command)


def _show(agent: AgentView, json: bool) -> None:
    if json:
        as_json(agent)
    else:
        line(f"{agent.id}\t{agent.name}")
