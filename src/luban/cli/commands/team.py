"""`luban team`: teams, who is in them, who is invited, and the roles there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from luban.client import Client
    from luban.model.team_views import MemberView, TeamView

app = typer.Typer(
    help=say(
        "Teams: list, create, members, invite, role, remove.",
        "团队：列出、创建、成员、邀请、角色。",
    )
)
roles_app = typer.Typer(help=say("Roles: list, define, remove.", "角色：列出、定义、删除。"))
app.add_typer(roles_app, name="role")

Team = Annotated[
    str | None,
    typer.Option("--team", help=say("Id or name; else the one you act for.", "团队编号或名称。")),
]
Who = Annotated[str, typer.Argument(help=say("E-mail address or id.", "邮箱或编号。"))]
Name = Annotated[str, typer.Argument(help=say("A name.", "名称。"))]


@app.command("list", help=say("The teams you are in.", "您所在的团队。"))
def list_teams(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.teams.list())
    if json:
        as_json(found)
        return
    table(
        [say("Id", "编号"), say("Name", "名称"), say("Your role", "您的角色")],
        ([each.id, each.name, each.role] for each in found),
    )


@app.command("create", help=say("Make a team, which you then manage.", "创建团队并由您管理。"))
def create(name: Name, json: AsJson = False, data: Data = None, server: Server = None) -> None:
    made = with_reach(server, data, lambda reached: reached.client.teams.create(name))
    if json:
        as_json(made)
    else:
        line(f"{made.id}\t{made.name}")


@app.command("members", help=say("Who is in a team.", "团队成员。"))
def members(
    team: Team = None, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    async def work(reached: Reach) -> list[MemberView]:
        return await _members(reached.client, (await _team(reached.client, team)).id)

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    table(
        [say("E-mail", "邮箱"), say("Name", "姓名"), say("Role", "角色"), say("Id", "编号")],
        ([each.user.email, each.user.name, each.role, each.user.id] for each in found),
    )


@app.command("invite", help=say("Invite somebody; prints the link.", "邀请他人并输出链接。"))
def invite(
    email: Annotated[str, typer.Argument(help=say("E-mail address.", "邮箱。"))],
    role: Annotated[
        str, typer.Option("--role", help=say("As what: admin, user, viewer, …", "角色。"))
    ] = "user",
    team: Team = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> Any:
        found = await _team(reached.client, team)
        return await reached.client.teams.invite(found.id, email, role)

    made = with_reach(server, data, work)
    if json:
        as_json(made)
        return
    note(say(f"{email} joins here, within a week:", f"{email} 可在一周内通过此链接加入："))
    line(made.link or "")


@app.command("set", help=say("Give a member another role.", "更改成员的角色。"))
def set_role(
    who: Who,
    role: Annotated[str, typer.Argument(help=say("The role.", "角色。"))],
    team: Team = None,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> None:
        found = await _team(reached.client, team)
        member = await _member(reached.client, found.id, who)
        await reached.client.teams.set_role(found.id, member.user.id, role)

    with_reach(server, data, work)


@app.command("remove", help=say("Take somebody out, or leave.", "移除成员，或自己退出。"))
def remove(who: Who, team: Team = None, data: Data = None, server: Server = None) -> None:
    async def work(reached: Reach) -> None:
        found = await _team(reached.client, team)
        member = await _member(reached.client, found.id, who)
        await reached.client.teams.remove(found.id, member.user.id)

    with_reach(server, data, work)


@app.command("delete", help=say("Delete a team that owns nothing.", "删除不再拥有内容的团队。"))
def delete(
    team: Annotated[str, typer.Argument(help=say("Id or name.", "编号或名称。"))],
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> None:
        await reached.client.teams.delete((await _team(reached.client, team)).id)

    with_reach(server, data, work)


@roles_app.command("list", help=say("What each role permits.", "各角色的权限。"))
def list_roles(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.teams.roles())
    if json:
        as_json(found)
        return
    table(
        [say("Role", "角色"), say("Permissions", "权限")],
        ([each.name, " ".join(each.permissions)] for each in found),
    )


@roles_app.command("permissions", help=say("What can be permitted.", "可授予的权限。"))
def permissions(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.teams.permissions())
    if json:
        as_json(found)
        return
    table(
        [say("Permission", "权限"), say("Allows to", "说明")],
        ([each.name, say(each.title, each.title_zh)] for each in found),
    )


@roles_app.command("define", help=say("Define a role, or change one.", "定义或修改角色。"))
def define(
    name: Name,
    permissions: Annotated[
        list[str], typer.Argument(help=say("What it permits.", "它授予的权限。"))
    ],
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    made = with_reach(
        server, data, lambda reached: reached.client.teams.put_role(name, permissions)
    )
    if json:
        as_json(made)
    else:
        line(f"{made.name}\t{' '.join(made.permissions)}")


@roles_app.command("remove", help=say("Delete a role nobody has.", "删除无人使用的角色。"))
def remove_role(name: Name, data: Data = None, server: Server = None) -> None:
    with_reach(server, data, lambda reached: reached.client.teams.remove_role(name))


async def _team(client: Client, named: str | None) -> TeamView:
    """The team with this id or name, else the one acted for. Raises `NotFound`, `InvalidValue`."""
    teams = await client.teams.list()
    if named is None:
        acting = (await client.people.me()).team
        named = acting.id if acting is not None else ""
    found = [each for each in teams if each.id == named] or [
        each for each in teams if each.name == named
    ]
    if len(found) > 1:
        raise InvalidValue(
            name="team",
            value=named,
            expected=f"{len(found)} teams have that name; give the id of one of them",
            expected_zh=f"有 {len(found)} 个团队使用该名称；请给出其中一个的编号",
        )
    if not found:
        raise NotFound(
            what="team",
            what_zh="团队",
            name=named,
            way_out="`luban team list` shows yours.",
            way_out_zh="`luban team list` 会列出您的团队。",
        )
    return found[0]


async def _members(client: Client, team: str) -> list[MemberView]:
    found: list[MemberView] = []
    page = 1
    while True:
        part = await client.teams.members(team, page=page, page_size=200)
        found += part.items
        if page >= part.total_pages:
            return found
        page += 1


async def _member(client: Client, team: str, who: str) -> MemberView:
    for each in await _members(client, team):
        if who in (each.user.id, each.user.email):
            return each
    raise NotFound(what="member", what_zh="成员", name=who)
