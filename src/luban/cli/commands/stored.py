"""`luban table …`, `luban collection …`, `luban agent state`: what blocks keep between runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
import typer

from luban.cli.commands.agent import Which, find_agent
from luban.cli.commands.agent import app as agent_app
from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, note, table, value_text
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

if TYPE_CHECKING:
    from luban.model.stored_views import DocumentView
    from luban.model.views import PageView

tables = typer.Typer(
    help=say("Tables that blocks log to.", "模块写入的日志表。"), no_args_is_help=True
)
collections = typer.Typer(
    help=say("Collections of documents to search.", "可检索的文档集合。"), no_args_is_help=True
)

Table = Annotated[str, typer.Argument(metavar="TABLE", help=say("Its name.", "表名。"))]
Collection = Annotated[str, typer.Argument(metavar="COLLECTION", help=say("Its name.", "集合名。"))]
Of = Annotated[
    str,
    typer.Option(
        "--agent", help=say("Of this agent, not of all.", "属于该智能体，而非所有智能体。")
    ),
]
Most = Annotated[int, typer.Option("--limit", min=1, max=200, help=say("How many.", "数量。"))]


@agent_app.command("state", help=say("What an agent keeps between runs.", "智能体保存的值。"))
def state(
    agent: Which,
    forget: Annotated[
        str, typer.Option("--forget", metavar="KEY", help=say("Delete one.", "删除一个值。"))
    ] = "",
    prefix: Annotated[str, typer.Option(help=say("Of the keys.", "键的开头。"))] = "",
    user: Annotated[
        bool, typer.Option("--user", help=say("What all agents share.", "所有智能体共享的值。"))
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    scope: Literal["agent", "user"] = "user" if user else "agent"

    async def work(reached: Reach) -> Any:
        found = (await find_agent(reached.client, agent)).id
        if forget:
            await reached.client.stored.forget(found, forget, scope=scope)
            return None
        return (await reached.client.stored.state(found, scope=scope, prefix=prefix)).items

    kept = with_reach(server, data, work)
    if kept is None:
        note(say("Forgotten.", "已忘记。"))
    elif json:
        as_json(kept)
    else:
        head = [say("Key", "键"), say("Changed", "更改时间"), say("Value", "值")]
        table(head, ([each.key, each.updated_at, value_text(each.value)] for each in kept))


@tables.command("list", help=say("List tables.", "列出表。"))
def list_tables(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.stored.tables())
    if json:
        as_json(found)
        return
    head = [say("Table", "表"), say("Rows", "行数"), say("Last row", "最近一行")]
    table(head, ([each.name, each.rows, each.last_at] for each in found))


@tables.command("show", help=say("Show rows.", "显示行。"))
def show_table(
    name: Table,
    where: Annotated[
        str, typer.Option(help=say('As JSON: {"n": {">": 5}}.', 'JSON 条件：{"n": {">": 5}}。'))
    ] = "",
    sort: Annotated[str, typer.Option(help=say("A field, or -field.", "字段，或 -字段。"))] = "",
    limit: Most = 50,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    conditions = _object(where) if where else None
    found = with_reach(
        server,
        data,
        lambda r: r.client.stored.rows(name, where=conditions, sort=sort, page_size=limit),
    )
    if json:
        as_json(found)
        return
    head = [say("Time", "时间"), say("Run", "运行"), say("Row", "行")]
    table(head, ([each.at, each.run_id, value_text(each.values)] for each in found.items))


@tables.command("export", help=say("Print a table as CSV.", "以 CSV 输出表。"))
def export_table(name: Table, data: Data = None, server: Server = None) -> None:
    content = with_reach(server, data, lambda reached: reached.client.stored.table_csv(name))
    sys.stdout.buffer.write(content)


@tables.command("delete", help=say("Delete a table.", "删除表。"))
def delete_table(name: Table, data: Data = None, server: Server = None) -> None:
    with_reach(server, data, lambda reached: reached.client.stored.delete_table(name))
    note(say(f"Deleted {name}.", f"已删除 {name}。"))


@collections.command("list", help=say("List collections.", "列出集合。"))
def list_collections(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.stored.collections())
    if json:
        as_json(found)
        return
    head = [
        say("Collection", "集合"),
        say("Agent", "智能体"),
        say("Documents", "文档"),
        say("Vectors", "向量"),
    ]
    table(head, ([each.name, each.agent_id, each.documents, each.vectors] for each in found))


@collections.command("show", help=say("Show documents, or search.", "显示或检索文档。"))
def show_collection(
    name: Collection,
    search: Annotated[str, typer.Option(help=say("Words.", "要查找的词语。"))] = "",
    agent: Of = "",
    limit: Most = 50,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> PageView[DocumentView]:
        of = (await find_agent(reached.client, agent)).id if agent else ""
        return await reached.client.stored.documents(name, agent=of, search=search, page_size=limit)

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    head = [say("Id", "编号"), say("Changed", "更改时间"), say("Text", "文本")]
    table(head, ([each.id, each.updated_at, each.text] for each in found.items))


@collections.command("delete", help=say("Delete it, or one document.", "删除集合或一个文档。"))
def delete_collection(
    name: Collection,
    document: Annotated[
        str, typer.Option("--document", metavar="ID", help=say("Only this.", "仅此文档。"))
    ] = "",
    agent: Of = "",
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> None:
        of = (await find_agent(reached.client, agent)).id if agent else ""
        if document:
            await reached.client.stored.delete_document(name, document, agent=of)
        else:
            await reached.client.stored.delete_collection(name, agent=of)

    with_reach(server, data, work)
    note(say(f"Deleted {document or name}.", f"已删除 {document or name}。"))


def _object(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        wanted = say('--where takes JSON: {"n": 5}', '--where 需要 JSON：{"n": 5}')
        raise typer.BadParameter(wanted)
    return found
