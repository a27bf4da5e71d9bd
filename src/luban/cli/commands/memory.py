"""`luban memory …`: what agents remember."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from luban.cli.commands.agent import find_agent
from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, note, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

if TYPE_CHECKING:
    from pathlib import Path

    from luban.model.memory_views import MemoryView

app = typer.Typer(help=say("What agents remember.", "智能体记住的内容。"), no_args_is_help=True)

Kind = Literal["fact", "preference", "episode", "note"]
Of = Annotated[
    str,
    typer.Option(
        "--agent",
        help=say("Of this agent, not what all share.", "属于该智能体，而非所有智能体共享。"),
    ),
]
Most = Annotated[int, typer.Option("--limit", min=1, max=200, help=say("How many.", "数量。"))]
Id = Annotated[str, typer.Argument(metavar="ID", help=say("Of the memory.", "记忆的编号。"))]
Text = Annotated[str, typer.Argument(metavar="TEXT", help=say("In a sentence.", "一句话。"))]
About = Annotated[
    str, typer.Option("--about", help=say("Who or what it is about.", "关于谁或什么。"))
]


@app.command("list", help=say("List memories.", "列出记忆。"))
def list_memories(
    agent: Of = "", limit: Most = 50, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    _show("", agent, limit, json, data, server)


@app.command("search", help=say("Search memories.", "查找记忆。"))
def search_memories(
    text: Annotated[str, typer.Argument(metavar="TEXT", help=say("Words.", "要查找的词语。"))],
    agent: Of = "",
    limit: Most = 20,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    _show(text, agent, limit, json, data, server)


@app.command("add", help=say("Write one down.", "写下一条记忆。"))
def add_memory(
    text: Text,
    kind: Annotated[Kind, typer.Option(help=say("What it is.", "类别。"))] = "fact",
    about: About = "",
    agent: Of = "",
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> MemoryView:
        of = await _agent(reached, agent)
        return await reached.client.memories.add(text, kind=kind, about=about, agent=of)

    added = with_reach(server, data, work)
    note(say(f"Remembered as {added.id}.", f"已记住，编号 {added.id}。"))


@app.command("edit", help=say("Change one.", "修改一条记忆。"))
def edit_memory(
    id: Id,
    text: Annotated[str, typer.Option(help=say("What it says then.", "新的内容。"))] = "",
    kind: Annotated[Kind | None, typer.Option(help=say("What it is.", "类别。"))] = None,
    about: Annotated[str | None, typer.Option(help=say("About what.", "关于什么。"))] = None,
    trusted: Annotated[
        bool | None,
        typer.Option("--trusted/--untrusted", help=say("May it be relied on?", "是否可信。")),
    ] = None,
    agent: Of = "",
    data: Data = None,
    server: Server = None,
) -> None:
    told: dict[str, Any] = {"text": text or None, "kind": kind, "about": about, "trusted": trusted}
    changes = {name: value for name, value in told.items() if value is not None}

    async def work(reached: Reach) -> MemoryView:
        of = await _agent(reached, agent)
        known = await reached.client.memories.get(id, agent=of)
        return await reached.client.memories.change(known, agent=of, **changes)

    with_reach(server, data, work)
    note(say(f"Changed {id}.", f"已修改 {id}。"))


@app.command("forget", help=say("Delete one.", "删除一条记忆。"))
def forget_memory(id: Id, agent: Of = "", data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> None:
        await reached.client.memories.delete(id, agent=await _agent(reached, agent))

    with_reach(server, data, work)
    note(say(f"Forgot {id}.", f"已忘记 {id}。"))


@app.command("export", help=say("Print all as JSON.", "以 JSON 输出全部记忆。"))
def export_memories(agent: Of = "", data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> bytes:
        return await reached.client.memories.export(agent=await _agent(reached, agent))

    sys.stdout.buffer.write(with_reach(server, data, work))


def _show(
    text: str, agent: str, limit: int, json: bool, data: Path | None, server: str | None
) -> None:
    async def work(reached: Reach) -> list[MemoryView]:
        of = await _agent(reached, agent)
        page = await reached.client.memories.list(agent=of, search=text, page_size=limit)
        return page.items

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    head = [say("Id", "编号"), say("Kind", "类别"), say("From", "来源"), say("Text", "内容")]
    table(head, ([each.id, each.kind, each.run_id or each.said_by, each.text] for each in found))


async def _agent(reached: Reach, name: str) -> str:
    return (await find_agent(reached.client, name)).id if name else ""
