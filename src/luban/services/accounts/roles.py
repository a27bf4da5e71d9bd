"""Roles: the built-in ones, and those that were defined here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from luban.model.access import BUILT_IN, PERMISSIONS, TEAM_PERMISSIONS, Caller, NotPermitted, Role
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.ports.people import TeamStore
from luban.services.accounts.recent import Recent
from luban.services.accounts.users import AboveYou

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class RoleFixed(LubanError):
    """A built-in role is what it is."""

    code = "role_fixed"
    status = 409
    en = "The role `{name}` is built in and stays as it is. Define one under another name."
    zh = "角色“{name}”是内置角色，不能更改。请另取名称定义一个。"


class RoleInUse(LubanError):
    """Somebody has the role."""

    code = "role_in_use"
    status = 409
    en = "Somebody still has the role `{name}`. Give them another one first."
    zh = "仍有人使用角色“{name}”。请先为他们更换角色。"


class Roles:
    """What each role permits; nobody defines one that may more than they."""

    def __init__(self, store: TeamStore, recent: Recent[Caller]) -> None:
        self._store = store
        self._recent = recent

    async def list(self) -> list[Role]:
        """The built-in ones first."""
        return [*BUILT_IN.values(), *(await self._store.roles())]

    async def get(self, name: str) -> Role:
        """Raises `NotFound`."""
        role = (await self.known()).get(name)
        if role is None:
            raise NotFound(
                what="role",
                what_zh="角色",
                name=name,
                way_out="`luban team role list` shows those there are.",
                way_out_zh="`luban team role list` 会列出现有的角色。",
            )
        return role

    async def known(self) -> dict[str, Role]:
        return {role.name: role for role in await self._store.roles()} | dict(BUILT_IN)

    async def put(self, caller: Caller, name: str, permissions: Iterable[str]) -> Role:
        """Defines a role, or another content of it.

        Raises `InvalidValue`, `RoleFixed`, and `AboveYou` when it may, or might so far, more than
        the caller.
        """
        if not _NAME.fullmatch(name):
            raise InvalidValue(
                name="name",
                value=name,
                expected="it must be a lower-case word of at most 40 letters, digits, `-` and `_`",
                expected_zh="必须是最多 40 个小写字母、数字、- 和 _ 组成的单词",
            )
        role = Role(name, frozenset(permissions))
        unknown = sorted(role.permissions - frozenset(PERMISSIONS))
        if unknown:
            raise InvalidValue(
                name="permissions",
                value=unknown[0],
                expected="it must be one of those `GET /api/v1/permissions` lists",
                expected_zh="必须是 `GET /api/v1/permissions` 列出的权限之一",
            )
        await self._require_changeable(caller, name)
        require_within(caller.permissions, role)
        await self._store.put_role(role)
        self._recent.forget()
        return role

    async def remove(self, caller: Caller, name: str) -> None:
        """Raises `NotFound`, `RoleFixed`, `RoleInUse` and `AboveYou`."""
        await self.get(name)
        await self._require_changeable(caller, name)
        if not await self._store.remove_role(name):
            await self.get(name)
            raise RoleInUse(name=name)
        self._recent.forget()

    async def _require_changeable(self, caller: Caller, name: str) -> None:
        if name in BUILT_IN:
            raise RoleFixed(name=name)
        if caller.by == "link" or not caller.user:
            raise NotPermitted(permission="role.manage")
        known = (await self.known()).get(name)
        if known is not None:
            require_within(caller.permissions, known)


def require_within(permissions: frozenset[str], role: Role, *, in_team: bool = False) -> None:
    """Nobody gives, takes or defines a role that may more than they: raises `AboveYou`.

    In a team only what the role permits there counts.
    """
    of_role = role.permissions & frozenset(TEAM_PERMISSIONS) if in_team else role.permissions
    more = of_role - permissions
    if more:
        raise AboveYou(role=role.name, permission=min(more))
