"""Who asks, and what they may do: permissions, roles, and the caller of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from luban.model.errors import LubanError

LOCAL = "local"
"""The team of a machine that asks for no account, and the user who sits at it."""


class Told(NamedTuple):
    """What a permission allows, in both languages."""

    en: str
    zh: str


TEAM_PERMISSIONS: Mapping[str, Told] = {
    "agent.create": Told("make agents, copy and import them", "创建、复制和导入智能体"),
    "agent.read": Told("see agents, their versions and templates", "查看智能体及其版本和模板"),
    "agent.update": Told("change agents and publish versions", "修改智能体并发布版本"),
    "agent.delete": Told("delete agents and bring them back", "删除和恢复智能体"),
    "run.read": Told("see runs, their steps and what they ask", "查看运行、其步骤和提问"),
    "run.start": Told("start runs, run again, fork", "启动运行、重新运行、分叉"),
    "run.steer": Told(
        "cancel, pause, go on, answer questions, send signals",
        "取消、暂停、继续运行，回答提问，发送信号",
    ),
    "run.delete": Told("delete ended runs", "删除已结束的运行"),
    "file.read": Told("see and download files", "查看和下载文件"),
    "file.write": Told("upload files", "上传文件"),
    "file.delete": Told("delete files", "删除文件"),
    "credential.read": Told(
        "see which credentials there are, never their secrets", "查看有哪些凭据，但看不到其机密"
    ),
    "credential.write": Told("add, change and delete credentials", "添加、修改和删除凭据"),
    "share.read": Told("see which links are shared", "查看已分享的链接"),
    "share.write": Told("share by link, and end that", "通过链接分享，以及停止分享"),
    "webhook.read": Told("see where events are sent", "查看事件发送到哪里"),
    "webhook.write": Told("choose where events are sent", "设置事件发送到哪里"),
    "team.read": Told("see the team and its members", "查看团队及其成员"),
    "team.manage": Told(
        "invite and remove members, choose their roles", "邀请和移除成员，设置他们的角色"
    ),
    "store.read": Told("see the store", "查看商店"),
    "store.submit": Told("submit agents to the store", "向商店提交智能体"),
}
"""What may be done with the things of one team; a member's role there says who may."""

SERVER_PERMISSIONS: Mapping[str, Told] = {
    "user.create": Told("invite and make users", "邀请和创建用户"),
    "user.read": Told("see all users", "查看所有用户"),
    "user.update": Told("change users and their roles", "修改用户及其角色"),
    "user.delete": Told("delete users", "删除用户"),
    "role.read": Told("see roles and what they permit", "查看角色及其权限"),
    "role.manage": Told("make, change and delete roles", "创建、修改和删除角色"),
    "store.approve": Told("approve what was submitted to the store", "批准提交到商店的内容"),
    "store.reject": Told("reject what was submitted to the store", "拒绝提交到商店的内容"),
    "store.manage": Told("feature and withdraw what the store holds", "推荐和下架商店内容"),
    "audit.read": Told("read who did what", "查看谁做了什么"),
    "code.shell": Told("run shell commands in agents", "在智能体中运行 shell 命令"),
    "system.read": Told("see workers, queue, storage and limits", "查看工作进程、队列、存储和限额"),
    "system.manage": Told(
        "change limits, keys and providers of the server", "修改服务器的限额、密钥和提供方"
    ),
}
"""What may be done with the server as a whole; a user's own role says who may."""

PERMISSIONS: Mapping[str, Told] = {**TEAM_PERMISSIONS, **SERVER_PERMISSIONS}

SELF = "self"
"""Needed for what is one's own, such as password and sessions: everybody signed in has it."""

PUBLIC = "public"
"""Declared by what needs nobody to be signed in, such as signing in."""


class NotPermitted(LubanError):
    """Whoever is signed in may not do this."""

    code = "not_permitted"
    status = 403
    en = "This needs the permission `{permission}`, which you do not have. Ask an administrator."
    zh = "此操作需要权限“{permission}”，您没有该权限。请联系管理员。"


class Role(NamedTuple):
    """A named set of permissions; `built_in` ones are not changed."""

    name: str
    permissions: frozenset[str]
    built_in: bool = False


ADMIN = Role("admin", frozenset(PERMISSIONS), built_in=True)
USER = Role("user", frozenset(TEAM_PERMISSIONS) - {"team.manage"}, built_in=True)
VIEWER = Role(
    "viewer",
    frozenset({"agent.read", "run.read", "file.read", "team.read", "store.read"}),
    built_in=True,
)
BUILT_IN: Mapping[str, Role] = {role.name: role for role in (ADMIN, USER, VIEWER)}

SignedInBy = Literal["nothing", "local", "session", "key", "token", "ticket", "link"]


class Caller(NamedTuple):
    """Who sends a request: a person or a program, for which team, with which permissions.

    `by` says how that was shown and `grant` which session, key or link it was; `user` is empty
    for a visitor. `address` and `agent` are where from and with what program.
    """

    user: str = ""
    team: str = ""
    permissions: frozenset[str] = frozenset()
    by: SignedInBy = "nothing"
    grant: str = ""
    email: str = ""
    address: str = ""
    agent: str = ""

    def may(self, permission: str) -> bool:
        if permission == PUBLIC:
            return True
        if permission == SELF:
            return bool(self.user)
        return permission in self.permissions


def permitted(
    server: Role, member: Role | None, scopes: Iterable[str] | None = None
) -> frozenset[str]:
    """What somebody may do, by their own role, their role in a team, and the scopes of a key.

    Of a team's things a person may do what both roles permit, so that whoever is only a viewer of
    the server stays one everywhere. A scope is a permission, or all of a noun: `agent.*`. An
    unknown scope permits nothing.
    """
    team = member.permissions if member is not None else frozenset[str]()
    allowed = (server.permissions & frozenset(SERVER_PERMISSIONS)) | (
        team & _of_team(server) & frozenset(TEAM_PERMISSIONS)
    )
    return allowed if scopes is None else allowed & widened(scopes)


def widened(scopes: Iterable[str]) -> frozenset[str]:
    """The permissions that scopes stand for."""
    found: set[str] = set()
    for scope in scopes:
        noun, star, _ = scope.partition(".*")
        found |= {
            name for name in PERMISSIONS if name == scope or (star and name.startswith(f"{noun}."))
        }
    return frozenset(found)


def _of_team(server: Role) -> frozenset[str]:
    """Team permissions a server role lets through; managing one's own team is up to the team."""
    if "agent.create" in server.permissions:
        return server.permissions | {"team.manage"}
    return server.permissions
