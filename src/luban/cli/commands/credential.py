"""`luban credential`: what blocks prove themselves with."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.commands import connect
from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import RUN_FAILED, as_json, leave, line, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.model.credential_views import CredentialView

app = typer.Typer(
    help=say(
        "Credentials: list, add, connect accounts, test, delete.",
        "凭据：列出、添加、连接账号、测试、删除。",
    )
)
app.command("connect")(connect.connect)

Name = Annotated[str, typer.Argument(help=say("Its name or id.", "名称或 id。"))]
_ALL = 200


@app.command("list", help=say("Credentials, without their secrets.", "凭据（不含机密）。"))
def list_credentials(
    provider: Annotated[
        str | None, typer.Option("--provider", help=say("Of this provider.", "指定服务商。"))
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def act(reached: Reach) -> Any:
        return await reached.client.credentials.list(provider=provider, page_size=_ALL)

    found = with_reach(server, data, act)
    if json:
        as_json([each.model_dump() for each in found.items])
        return
    table(
        [
            "id",
            say("name", "名称"),
            say("provider", "服务商"),
            say("kind", "类型"),
            say("health", "状态"),
            say("last used", "上次使用"),
        ],
        [
            [each.id, each.name, each.provider, each.kind, each.health, each.last_used_at or "-"]
            for each in found.items
        ],
    )


@app.command(
    "add",
    help=say(
        "Store a credential; what is secret is asked for, or read from standard input.",
        "添加凭据；机密会单独询问，或从标准输入读取。",
    ),
)
def add(
    provider: Annotated[
        str, typer.Argument(help=say("Such as openai; see `luban provider list`.", "如 openai。"))
    ],
    name: Annotated[
        str | None, typer.Option("--name", help=say("What to call it.", "名称。"))
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help=say("Where there are several.", "有多种时指定。"))
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help=say("field=value, if no secret.", "字段=值（非机密）。")),
    ] = None,
    external: Annotated[
        str,
        typer.Option("--external", help=say("Where its secret is read.", "机密的外部位置。")),
    ] = "",
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    given = dict(_pair(each) for each in settings or ())

    async def act(reached: Reach) -> Any:
        client = reached.client
        secret: dict[str, str] = {}
        if not external:
            described = await client.providers.get(provider)
            kinds = [each for each in described.kinds if kind in (None, each.kind)]
            secret = _asked(kinds[0].fields, given) if len(kinds) == 1 else {}
        return await client.credentials.create(
            provider,
            name or provider,
            kind=kind,
            secret=secret,
            settings=given,
            external=external,
        )

    made = with_reach(server, data, act)
    if json:
        as_json(made)
    else:
        line(f"{made.id}\t{made.name}")


@app.command("test", help=say("Ask its provider whether it works.", "向服务商验证凭据。"))
def try_out(name: Name, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    async def act(reached: Reach) -> Any:
        found = await _find(reached, name)
        return await reached.client.credentials.test(found.id)

    tested = with_reach(server, data, act)
    if json:
        as_json(tested)
    else:
        said = say(tested.trouble, tested.trouble_zh)
        line(f"{tested.health}\t{tested.account}\t{said}".rstrip())
    if tested.health != "good":
        leave(RUN_FAILED)


@app.command("uses", help=say("The nodes that use it.", "使用它的节点。"))
def uses(name: Name, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    async def act(reached: Reach) -> Any:
        found = await _find(reached, name)
        return await reached.client.credentials.uses(found.id)

    found = with_reach(server, data, act)
    if json:
        as_json([each.model_dump() for each in found.items])
        return
    draft = say("draft", "草稿")
    table(
        [say("agent", "智能体"), say("version", "版本"), say("node", "节点")],
        [[each.agent_name, str(each.version or draft), each.node] for each in found.items],
    )


@app.command("delete", help=say("Delete it; refused while agents use it.", "删除。"))
def delete(
    name: Name,
    force: Annotated[
        bool, typer.Option("--force", help=say("Though agents use it.", "即使仍在使用。"))
    ] = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def act(reached: Reach) -> str:
        found = await _find(reached, name)
        await reached.client.credentials.delete(found.id, force=force)
        return found.name

    gone = with_reach(server, data, act)
    line(say(f"✓ {gone} is deleted.", f"✓ 已删除 {gone}。"))


async def _find(reached: Reach, name: str) -> CredentialView:
    """The credential of this id, else of this name. Raises `NotFound`."""
    client, page = reached.client.credentials, 1
    while True:
        found = await client.list(page=page, page_size=_ALL)
        for each in found.items:
            if name in (each.id, each.name):
                return each
        if page >= found.total_pages:
            return await client.get(name)
        page += 1


def _asked(fields: Any, given: dict[str, str]) -> dict[str, str]:
    """The secret fields, from the terminal without showing them, or from standard input."""
    asked = [field for field in fields if field.secret and field.name not in given]
    if not sys.stdin.isatty():
        wanted = [field.name for field in asked if field.required] or [each.name for each in asked]
        return dict(zip(wanted, sys.stdin.read().splitlines(), strict=False))
    secret: dict[str, str] = {}
    for field in asked:
        value = getpass.getpass(f"{say(field.title, field.title_zh) or field.name}: ")
        if value:
            secret[field.name] = value
    return secret


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InvalidValue(
            name="--set", value=text, expected="write field=value", expected_zh="请写成 字段=值"
        )
    return name, value
