"""Teams: making and leaving them, who is in them as what, and whom they invite."""

from __future__ import annotations

from typing import NamedTuple

from luban.model.access import ADMIN, LOCAL, Caller, NotPermitted, Role
from luban.model.errors import LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.people import Member, Team, TeamStore, User
from luban.ports.stores import Page, Slice
from luban.services.accounts.accounts import Accounts
from luban.services.accounts.emails import clean_name
from luban.services.accounts.invitations import Invitation, Invitations
from luban.services.accounts.recent import Recent
from luban.services.accounts.recognition import Recognition
from luban.services.accounts.roles import Roles, require_within
from luban.services.accounts.sessions import NotForPrograms
from luban.services.accounts.sign_in import NoAccount
from luban.services.accounts.users import Users

_MOST = 100


class TeamIsPersonal(LubanError):
    """What everybody has of their own is neither deleted nor left by them."""

    code = "team_is_personal"
    status = 409
    en = "`{name}` is somebody's own team: it stays, and they stay in it, as long as their account."
    zh = "“{name}”是个人团队：只要其账号存在，团队及其本人都会保留。"


class TeamNotEmpty(LubanError):
    """A team that owns something is not deleted."""

    code = "team_not_empty"
    status = 409
    en = (
        "The team `{name}` still owns agents, runs, files, credentials, links or webhooks. Delete "
        "or export them first."
    )
    zh = "团队“{name}”仍拥有智能体、运行、文件、凭据、链接或 Webhook。请先删除或导出它们。"


class LastManager(LubanError):
    """Nobody would be left who may manage the team."""

    code = "last_manager"
    status = 409
    en = "Nobody else manages the team `{name}`. Give somebody else a role that does first."
    zh = "团队“{name}”没有其他管理者。请先为其他人设置可管理团队的角色。"


class TooManyTeams(LubanError):
    """Somebody is in more teams than anybody needs."""

    code = "too_many_teams"
    status = 409
    en = "You are in {number} teams already. Leave or delete those you do not need."
    zh = "您已在 {number} 个团队中。请退出或删除不需要的团队。"


class Standing(NamedTuple):
    """A team, and with which role somebody is in it."""

    team: Team
    role: str


class Teams:
    """The teams of whoever asks. Another's team is not found, whatever is asked of it."""

    def __init__(
        self,
        store: TeamStore,
        users: Users,
        roles: Roles,
        recognition: Recognition,
        invitations: Invitations,
        recent: Recent[Caller],
        clock: Clock,
    ) -> None:
        self._store = store
        self._users = users
        self._roles = roles
        self._recognition = recognition
        self._invitations = invitations
        self._recent = recent
        self._clock = clock

    async def list(self, caller: Caller) -> list[Standing]:
        """Those the caller is in; for a key, the one it acts for."""
        if caller.by == "local":
            return [Standing(await self._find(caller.team), ADMIN.name)]
        listed = await self._store.list_of(caller.user)
        standings = [Standing(team, member.role) for team, member in listed]
        if _is_bound(caller):
            return [each for each in standings if each.team.id == caller.team]
        return standings

    async def create(self, caller: Caller, name: str) -> Standing:
        """A team that the caller manages. Raises `NoAccount`, `NotForPrograms`, `TooManyTeams`."""
        _require_person(caller)
        number = len(await self._store.list_of(caller.user))
        if number >= _MOST:
            raise TooManyTeams(number=number)
        now = self._clock.now()
        team = Team(id=new_id("t"), name=clean_name(name), created_at=now)
        first = Member(team=team.id, user=caller.user, role=ADMIN.name, created_at=now)
        await self._store.create(team, first)
        self._recent.forget()
        return Standing(team, ADMIN.name)

    async def get(self, caller: Caller, team_id: str) -> Standing:
        """Raises `NotFound` and `NotPermitted`."""
        await self._acting(caller, team_id, "team.read")
        return await self._standing(caller, team_id)

    async def rename(self, caller: Caller, team_id: str, name: str) -> Standing:
        """Raises `NotFound`, `NotPermitted` and `InvalidValue`."""
        await self._acting(caller, team_id, "team.manage")
        team = (await self._find(team_id)).model_copy(update={"name": clean_name(name)})
        if not await self._store.update(team):
            raise NoAccount
        return await self._standing(caller, team_id)

    async def delete(self, caller: Caller, team_id: str) -> None:
        """Raises `NotFound`, `NotPermitted`, `TeamIsPersonal` and `TeamNotEmpty`."""
        await self._acting(caller, team_id, "team.manage")
        team = await self._find(team_id)
        if team.personal is not None or team_id == LOCAL:
            raise TeamIsPersonal(name=team.name)
        for invitation in await self._invitations.list(team_id):
            await self._invitations.withdraw(invitation.id, team_id)
        if not await self._store.delete(team_id):
            await self._find(team_id)
            raise TeamNotEmpty(name=team.name)
        self._recent.forget()

    async def members(self, caller: Caller, team_id: str, part: Slice) -> Page[tuple[Member, User]]:
        """By e-mail. Raises `NotFound` and `NotPermitted`."""
        await self._acting(caller, team_id, "team.read")
        return await self._store.members(team_id, part)

    async def set_role(self, caller: Caller, team_id: str, user_id: str, role: str) -> Member:
        """Raises `NotFound`, `NotPermitted`, `AboveYou` and `LastManager`."""
        acting = await self._acting(caller, team_id, "team.manage")
        member = await self._member(team_id, user_id)
        wanted = await self._roles.get(role)
        await self._require_above(acting, member)
        require_within(acting.permissions, wanted, in_team=True)
        if await self._is_own(team_id, user_id) and not _manages(wanted):
            raise TeamIsPersonal(name=(await self._find(team_id)).name)
        done = await self._store.set_role(team_id, user_id, role, manages=_manages(wanted))
        self._recent.forget()
        if not done:
            await self._member(team_id, user_id)
            raise LastManager(name=(await self._find(team_id)).name)
        return await self._member(team_id, user_id)

    async def remove(self, caller: Caller, team_id: str, user_id: str) -> None:
        """Takes somebody out of a team, or the caller leaves it, which needs no permission.

        Raises `NotFound`, `NotPermitted`, `AboveYou`, `TeamIsPersonal` and `LastManager`.
        """
        if user_id == caller.user:
            _require_person(caller)
            await self._acting(caller, team_id, "")
            await self._member(team_id, user_id)
        else:
            acting = await self._acting(caller, team_id, "team.manage")
            await self._require_above(acting, await self._member(team_id, user_id))
        if await self._is_own(team_id, user_id):
            raise TeamIsPersonal(name=(await self._find(team_id)).name)
        done = await self._store.leave(team_id, user_id)
        self._recent.forget()
        if not done:
            await self._member(team_id, user_id)
            raise LastManager(name=(await self._find(team_id)).name)

    async def invite(
        self, caller: Caller, team_id: str, email: str, role: str, base: str
    ) -> tuple[Invitation, str]:
        """An invitation, and the link that is told only here; `base` is what it begins with.

        Raises `NotFound`, `NotPermitted`, `AboveYou`, `NoAccountYet`, `EmailTaken`, `NoAccount`.
        """
        acting = await self._acting(caller, team_id, "team.manage")
        if caller.by == "local":
            raise NoAccount
        require_within(acting.permissions, await self._roles.get(role), in_team=True)
        team = await self._find(team_id)
        return await self._invitations.invite_into(acting, team, email, role, base)

    async def invitations(self, caller: Caller, team_id: str) -> list[Invitation]:
        """The open ones. Raises `NotFound` and `NotPermitted`."""
        await self._acting(caller, team_id, "team.manage")
        return await self._invitations.list(team_id)

    async def withdraw(self, caller: Caller, team_id: str, invitation_id: str) -> None:
        """Raises `NotFound` and `NotPermitted`."""
        await self._acting(caller, team_id, "team.manage")
        await self._invitations.withdraw(invitation_id, team_id)

    async def _acting(self, caller: Caller, team_id: str, permission: str) -> Caller:
        """The caller as what they are in this team, which need not be the one they act for.

        What they may where they act for now says nothing of other teams. A key acts for one only.
        """
        acting = caller
        if caller.team != team_id:
            if caller.by == "local" or _is_bound(caller):
                raise _no_team(team_id)
            user = await self._users.get(caller.user)
            acting = await self._recognition.of_user(user, team_id)
        if permission and not acting.may(permission):
            raise NotPermitted(permission=permission)
        return acting

    async def _standing(self, caller: Caller, team_id: str) -> Standing:
        team = await self._find(team_id)
        member = await self._store.membership(team_id, caller.user)
        return Standing(team, member.role if member is not None else ADMIN.name)

    async def _find(self, team_id: str) -> Team:
        team = await self._store.find(team_id)
        if team is None and team_id == LOCAL:
            return Team(id=LOCAL, name="Luban", personal=LOCAL, created_at=0.0)
        if team is None:
            raise _no_team(team_id)
        return team

    async def _member(self, team_id: str, user_id: str) -> Member:
        member = await self._store.membership(team_id, user_id)
        if member is None:
            raise NotFound(what="member", what_zh="成员", name=user_id)
        return member

    async def _require_above(self, acting: Caller, member: Member) -> None:
        """Nobody changes or removes who may more in the team than they."""
        role = (await self._roles.known()).get(member.role)
        if role is not None and member.user != acting.user:
            require_within(acting.permissions, role, in_team=True)

    async def _is_own(self, team_id: str, user_id: str) -> bool:
        return (await self._find(team_id)).personal == user_id


def open_teams(accounts: Accounts, roles: Roles) -> Teams:
    return Teams(
        accounts.teams,
        accounts.users,
        roles,
        accounts.recognition,
        accounts.invitations,
        accounts.recent,
        accounts.clock,
    )


def _manages(role: Role) -> bool:
    return "team.manage" in role.permissions


def _is_bound(caller: Caller) -> bool:
    return caller.by in ("key", "ticket", "link")


def _require_person(caller: Caller) -> None:
    """What is done as oneself is not done by a key that was made for something else."""
    if caller.by == "local" or caller.user == LOCAL:
        raise NoAccount
    if _is_bound(caller) and not caller.may("team.manage"):
        raise NotForPrograms


def _no_team(team_id: str) -> NotFound:
    return NotFound(
        what="team",
        what_zh="团队",
        name=team_id,
        way_out="`luban team list` shows yours.",
        way_out_zh="`luban team list` 会列出您的团队。",
    )
