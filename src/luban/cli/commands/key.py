"""`luban key`: API keys for programs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.commands import vault
from luban.cli.commands.login import Email, FromInput, sign_in
from luban.cli.commands.user import find_user
from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import Reach, in_loop, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.model.people_views import ApiKeyView, NewApiKeyView
    from luban.ports.people import User

app = typer.Typer(help=say("API keys: create, list, delete.", "API 密钥：创建、列出、删除。"))
app.command("rotate", help=vault.ROTATE)(vault.rotate)  # of the vault, where many look for it

OfUser = Annotated[
    str | None,
    typer.Option("--user", help=say("Whose, without a server.", "（无服务器时）所属用户。")),
]


@app.command("create", help=say("Make a key; it is shown once.", "创建密钥；仅显示一次。"))
def create(
    name: Annotated[str, typer.Argument(help=say("What it is for.", "用途。"))],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", help=say("Such as run.*; may be repeated.", "例如 run.*，可多次。")
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, help=say("Until it expires.", "有效天数。"))
    ] = None,
    user: OfUser = None,
    email: Email = None,
    password_stdin: FromInput = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    scopes = scope or ["*"]
    until = datetime.now(UTC) + timedelta(days=days) if days else None
    address = server or os.environ.get("LUBAN_SERVER")
    if address:
        made = in_loop(_on_server(address, email, password_stdin, name, scopes, until))
    else:
        made = with_reach(None, data, lambda r: _here(r, user, name, scopes, until))
    if json:
        as_json(made)
        return
    note(say("This key is shown only now:", "此密钥仅显示这一次："))
    line(made.key)


@app.command("list", help=say("Your keys.", "您的密钥。"))
def list_keys(
    user: OfUser = None, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    async def work(reached: Reach) -> Sequence[ApiKeyView]:
        if reached.home is None:
            return await reached.client.people.keys()
        from luban.api.routes.api_keys import key_view

        owner = await _user(reached, user)
        keys = await reached.home.house.accounts.api_keys.list(owner.id, owner.team)
        return [key_view(each) for each in keys]

    found = with_reach(server, data, work)
    if json:
        as_json([each.model_dump() for each in found])
        return
    table(
        [
            say("Id", "编号"),
            say("Name", "名称"),
            say("Begins with", "开头"),
            say("Scopes", "范围"),
            say("Expires", "到期"),
            say("Last used", "最近使用"),
        ],
        (
            [
                each.id,
                each.name,
                each.shown,
                " ".join(each.scopes),
                each.expires_at,
                each.last_used_at,
            ]
            for each in found
        ),
    )


@app.command("delete", help=say("Delete a key; it stops working.", "删除密钥，使其失效。"))
def delete(
    key_id: Annotated[str, typer.Argument(help=say("Its id.", "密钥编号。"))],
    user: OfUser = None,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> None:
        if reached.home is None:
            await reached.client.people.delete_key(key_id)
        else:
            owner = await _user(reached, user)
            await reached.home.house.accounts.api_keys.delete(owner.id, key_id)

    with_reach(server, data, work)
    note(say("Deleted.", "已删除。"))


async def _on_server(
    address: str,
    email: str | None,
    from_input: bool,
    name: str,
    scopes: list[str],
    until: datetime | None,
) -> NewApiKeyView:
    """Only a person makes keys, so the password is asked for."""
    from luban.client import Client

    async with Client(address, token="") as client:
        await sign_in(client, email, from_input=from_input)
        expires = until.isoformat() if until else None
        made = await client.people.create_key(name, scopes, expires)
        await client.people.sign_out()
        return made


async def _here(
    reached: Reach, user: str | None, name: str, scopes: list[str], until: datetime | None
) -> NewApiKeyView:
    from luban.api.routes.api_keys import key_view
    from luban.model.people_views import NewApiKeyView

    assert reached.home is not None
    owner = await _user(reached, user)
    expires = until.timestamp() if until else None
    keys = reached.home.house.accounts.api_keys
    key, secret = await keys.create_for(owner, name, scopes, expires)
    return NewApiKeyView(**key_view(key).model_dump(), key=secret)


async def _user(reached: Reach, who: str | None) -> User:
    """Raises `InvalidValue` when nobody was named, and `NotFound`."""
    if who is None:
        raise InvalidValue(
            name="--user",
            value=None,
            expected="say whose keys: their e-mail address",
            expected_zh="请指明密钥属于谁：其邮箱地址",
        )
    assert reached.home is not None
    found = await find_user(reached, who)
    return await reached.home.house.accounts.users.get(found.id)
