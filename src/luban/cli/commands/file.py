"""`luban file`: files of the workspace, from here and back."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from luban.client import Client
    from luban.model.views import FileView, UsageView

app = typer.Typer(
    help=say("Stored files: list, put, get, rm, versions.", "存储的文件：列出、存入、取出、删除。")
)

Named = Annotated[
    str,
    typer.Argument(
        metavar="PATH|ID", help=say("A path of the workspace, or f_….", "工作区路径或 f_…。")
    ),
]
OfAgent = Annotated[
    str | None,
    typer.Option("--agent", help=say("The workspace of this agent.", "该智能体的工作区。")),
]
_SHARED = "user"


@app.command("list", help=say("Files, or those below a folder.", "列出文件或某文件夹下的文件。"))
def list_files(
    folder: Annotated[str, typer.Argument(help=say("Such as reports.", "例如 reports。"))] = "",
    agent: OfAgent = None,
    everything: Annotated[
        bool, typer.Option("--all", help=say("Also files of runs.", "也包括运行的文件。"))
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> Sequence[FileView]:
        workspace = None if everything else _workspace(agent)
        return await _all(reached.client, workspace, folder)

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    headings = [
        say("Id", "编号"),
        say("Path", "路径"),
        say("Version", "版本"),
        say("Bytes", "字节"),
    ]
    rows = [[each.id, each.path or each.name, each.version or "", each.size] for each in found]
    table(headings, rows)


@app.command(
    "put", help=say("Store a file; what is there gets a version.", "存入文件；原有文件成为旧版本。")
)
def put(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    path: Annotated[
        str | None, typer.Argument(help=say("Where; else its name.", "位置；默认用文件名。"))
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    target = path or file.name
    target += file.name if target.endswith("/") else ""
    stored = with_reach(server, data, lambda r: r.client.files.upload(file, path=target))
    if json:
        as_json(stored)
        return
    line(f"{stored.id}\t{stored.path}\t{stored.version}")


@app.command("get", help=say("The bytes of a file.", "取出文件内容。"))
def get(
    named: Named,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help=say("Where to; - is here.", "保存位置；- 为标准输出。")
        ),
    ] = None,
    agent: OfAgent = None,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> Path | None:
        found = await _find(reached.client, named, agent)
        if str(output) == "-":
            async for piece in reached.client.files.read(found.id):
                sys.stdout.buffer.write(piece)
            return None
        target = output or Path(found.name)
        if output is None and target.exists():
            raise InvalidValue(
                name="--output",
                value=str(target),
                expected="there is a file of this name here; say where to write to",
                expected_zh="此处已有同名文件，请指定保存位置",
            )
        with await asyncio.to_thread(target.open, "wb") as opened:
            async for piece in reached.client.files.read(found.id):
                await asyncio.to_thread(opened.write, piece)
        return target

    written = with_reach(server, data, work)
    if written is not None:
        note(f"✓ {written}")


@app.command("rm", help=say("Delete a file and its versions.", "删除文件及其全部版本。"))
def remove(named: Named, agent: OfAgent = None, data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> None:
        found = await _find(reached.client, named, agent)
        await reached.client.files.delete(found.id)

    with_reach(server, data, work)


@app.command("versions", help=say("All versions at a path.", "某路径下的全部版本。"))
def versions(
    named: Named,
    agent: OfAgent = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> Sequence[FileView]:
        found = await _find(reached.client, named, agent)
        return await reached.client.files.versions(found.id)

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    headings = [
        say("Id", "编号"),
        say("Version", "版本"),
        say("Bytes", "字节"),
        say("When", "时间"),
    ]
    table(headings, [[each.id, each.version, each.size, each.created_at] for each in found])


@app.command("restore", help=say("Make an older version the newest.", "恢复为最新版本。"))
def restore(
    id: Annotated[str, typer.Argument(help=say("Of the version, f_….", "版本的编号 f_…。"))],
    data: Data = None,
    server: Server = None,
) -> None:
    back = with_reach(server, data, lambda reached: reached.client.files.restore(id))
    line(f"{back.id}\t{back.path}\t{back.version}")


@app.command("quota", help=say("What is kept, and how much may be.", "已用空间和配额。"))
def quota(
    most: Annotated[
        str | None,
        typer.Argument(help=say("Bytes, `none`, or `default`.", "字节数、none 或 default。")),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> UsageView:
        files = reached.client.files
        return await (files.usage() if most is None else files.set_quota(_quota(most)))

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    room = say("no bound", "不限") if found.quota is None else str(found.quota)
    table(
        [say("Files", "文件"), say("Bytes", "字节"), say("Quota", "配额")],
        [[found.files, found.bytes, room]],
    )


def _quota(text: str) -> int | None:
    if text in ("none", "default"):
        return 0 if text == "none" else None
    if not text.isascii() or not text.isdigit():
        raise InvalidValue(
            name="quota",
            value=text,
            expected="it is a number of bytes, `none` or `default`",
            expected_zh="应为字节数、none 或 default",
        )
    return int(text)


def _workspace(agent: str | None) -> str:
    return f"agent:{agent}" if agent else _SHARED


async def _all(client: Client, workspace: str | None, folder: str) -> list[FileView]:
    found: list[FileView] = []
    page, pages = 1, 1
    while page <= pages:
        part = await client.files.list(
            page=page, page_size=200, workspace=workspace, folder=folder or None, sort="name"
        )
        found += part.items
        page, pages = page + 1, part.total_pages
    return found


async def _find(client: Client, named: str, agent: str | None) -> FileView:
    """The newest version at a path, or the file with an id. Raises `NotFound`."""
    if named.startswith("f_") and "/" not in named and "." not in named:
        return await client.files.get(named)
    folder = named.rpartition("/")[0]
    for each in await _all(client, _workspace(agent), folder):
        if each.path == named:
            return each
    raise NotFound(
        what="file",
        what_zh="文件",
        name=named,
        way_out="`luban file list` shows what there is.",
        way_out_zh="可用 `luban file list` 查看现有文件。",
    )
