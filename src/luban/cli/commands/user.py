"""`luban user`: who has an account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luban.cli.commands.login import FromInput, ask_secret
from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import HERE, Reach, settings_of, with_reach
from luban.cli.speech import say
from luban.model.errors import NotFound

if TYPE_CHECKING:
    from luban.model.people_views import UserView

app = typer.Typer(help=say("Users: add, list, change, remove.", "用户：添加、列出、修改、删除。"))

Who = Annotated[str, typer.Argument(help=say("E-mail address or id.", "邮箱或编号。"))]
Role = Annotated[
    str, typer.Option("--role", help=say("admin, user, viewer, …", "admin、user、viewer 等。"))
]


@app.command(
    "add",
    help=say("Make an account; the first is an administrator.", "创建账号；第一个账号为管理员。"),
)
def add(
    email: Annotated[str, typer.Argument(help=say("E-mail address.", "邮箱。"))],
    name: Annotated[str, typer.Option("--name", help=say("Their name.", "姓名。"))] = "",
    role: Role = "user",
    password_stdin: FromInput = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    password = None
    if password_stdin:
        password = ask_secret(say("Password", "密码"), from_input=True)
    made = with_reach(
        server,
        data,
        lambda reached: reached.client.people.create(
            email, name=name, role=role, password=password
        ),
    )
    if made.link is not None:
        made = made.model_copy(update={"link": _reachable(made.link, data)})
    if json:
        as_json(made)
        return
    line(f"{made.id}\t{made.email}\t{made.role}")
    if made.link is not None:
        note(say("They choose a password here:", "请在此设置密码："))
        line(made.link)


@app.command("list", help=say("Everybody with an account.", "所有账号。"))
def list_users(
    search: Annotated[str, typer.Option("--search", help=say("Part of it.", "搜索。"))] = "",
    page: Annotated[int, typer.Option("--page", min=1, help=say("Page.", "页码。"))] = 1,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    found = with_reach(server, data, lambda r: r.client.people.list(search, page))
    if json:
        as_json(found)
        return
    table(
        [
            say("Id", "编号"),
            say("E-mail", "邮箱"),
            say("Name", "姓名"),
            say("Role", "角色"),
            say("State", "状态"),
            say("Last seen", "最近使用"),
        ],
        (
            [
                each.id,
                each.email,
                each.name,
                each.role,
                say("disabled", "已停用") if each.disabled else "",
                each.last_seen_at,
            ]
            for each in found.items
        ),
    )


@app.command("role", help=say("Give somebody another role.", "更改用户角色。"))
def role(
    who: Who,
    role: Annotated[str, typer.Argument(help=say("admin, user, viewer, …", "角色名。"))],
    data: Data = None,
    server: Server = None,
) -> None:
    _change(who, data, server, role=role)


@app.command("disable", help=say("Sign somebody out and keep them out.", "停用账号并使其退出。"))
def disable(who: Who, data: Data = None, server: Server = None) -> None:
    _change(who, data, server, disabled=True)


@app.command("enable", help=say("Let somebody in again.", "重新启用账号。"))
def enable(who: Who, data: Data = None, server: Server = None) -> None:
    _change(who, data, server, disabled=False)


@app.command("reset", help=say("Print a link to a new password.", "输出重设密码的链接。"))
def reset(who: Who, data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> str:
        user = await find_user(reached, who)
        return await reached.client.people.reset(user.id)

    line(_reachable(with_reach(server, data, work), data))


@app.command("delete", help=say("Remove an account; its things stay.", "删除账号；其内容保留。"))
def delete(
    who: Who,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help=say("Do not ask.", "不再询问。"))
    ] = False,
    data: Data = None,
    server: Server = None,
) -> None:
    if not yes:
        typer.confirm(say(f"Delete {who}?", f"删除 {who}？"), abort=True, err=True)

    async def work(reached: Reach) -> None:
        user = await find_user(reached, who)
        await reached.client.people.delete(user.id)
        note(say(f"Deleted {user.email}.", f"已删除 {user.email}。"))

    with_reach(server, data, work)


async def find_user(reached: Reach, who: str) -> UserView:
    """Somebody by e-mail address or id. Raises `NotFound`."""
    for each in (await reached.client.people.list("" if "@" not in who else who, 1, 200)).items:
        if who.lower() in (each.email, each.id):
            return each
    raise NotFound(
        what="user",
        what_zh="用户",
        name=who,
        way_out="`luban user list` shows them.",
        way_out_zh="可用 `luban user list` 查看。",
    )


def _change(who: str, data: Path | None, server: str | None, **change: object) -> None:
    async def work(reached: Reach) -> UserView:
        user = await find_user(reached, who)
        return await reached.client.people.change(user.id, **change)

    changed = with_reach(server, data, work)
    line(f"{changed.id}\t{changed.email}\t{changed.role}")


def _reachable(link: str, data: Path | None) -> str:
    """A link that was made without a server leads to where one will be."""
    settings = settings_of(data)
    return link.replace(HERE, f"http://{settings.host}:{settings.port}", 1)
