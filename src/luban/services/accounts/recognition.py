"""From what a request shows to who sends it: sessions, keys, tokens of others, tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from luban.model.access import BUILT_IN, LOCAL, Caller, Role, permitted
from luban.model.errors import LubanError, NotFound
from luban.ports.people import TeamStore, User, UserStore
from luban.ports.signing_in import Tokens
from luban.services.accounts.api_keys import PREFIX, ApiKeys, scopes_of
from luban.services.accounts.recent import Recent
from luban.services.accounts.sessions import AccountDisabled, Sessions

_NOBODY = Role("", frozenset())


class WrongCredentials(LubanError):
    """A token or key was shown that is none."""

    code = "wrong_credentials"
    status = 401
    en = "This {what} is not valid: it may be expired or deleted. Sign in again, or get a new one."
    zh = "此{what_zh}无效：可能已过期或已删除。请重新登录或获取新的。"


class Visit(NamedTuple):
    """Where a request comes from, and with which program it was made."""

    address: str = ""
    agent: str = ""


class Recognition:
    """Who it is, which team they act for, and what that permits."""

    def __init__(
        self,
        users: UserStore,
        teams: TeamStore,
        sessions: Sessions,
        keys: ApiKeys,
        recent: Recent[Caller],
        tokens: Sequence[Tokens] = (),
    ) -> None:
        self._users = users
        self._teams = teams
        self._sessions = sessions
        self._keys = keys
        self._recent = recent
        self._tokens = tokens

    def lately(self, kind: str, shown: str, team: str, visit: Visit) -> Caller | None:
        """The answer of a few seconds ago, if there is one."""
        found = self._recent.find((kind, shown, team))
        return None if found is None else _visiting(found, visit)

    async def session(self, token: str, team: str, visit: Visit) -> Caller | None:
        """The caller of a session's token; `None` if it is over. Raises `NotFound` of a team."""
        changes = self._recent.changes
        session = await self._sessions.find(token)
        user = await self._users.find(session.user) if session is not None else None
        if session is None or user is None or user.disabled:
            return None
        caller = await self._acting(user, team, session.team)
        caller = caller._replace(by="session", grant=session.id)
        await self._sessions.used(session, visit.address, visit.agent)
        self._recent.keep(("session", token, team), caller, changes)
        return _visiting(caller, visit)

    async def bearer(self, token: str, team: str, visit: Visit) -> Caller:
        """The caller of a key or another token. Raises `WrongCredentials`, `NotFound`, ….

        A key acts for one team, and no other can be chosen with it.
        """
        changes = self._recent.changes
        caller = await (self._key(token, team) if _is_key(token) else self._other(token, team))
        self._recent.keep(("bearer", token, team), caller, changes)
        return _visiting(caller, visit)

    async def of_user(self, user: User, team: str = "") -> Caller:
        """What a user may in a team of theirs, or in their own. Raises `NotFound`."""
        return await self._acting(user, team, user.team)

    async def again(self, caller: Caller) -> Caller:
        """The same caller by what holds now, for what was begun a while ago.

        Raises `WrongCredentials` when the account is gone or disabled, or the session ended.
        """
        if caller.user == LOCAL:
            return caller
        user = await self._users.find(caller.user)
        if user is None or user.disabled or not await self._holds(caller):
            raise WrongCredentials(what="ticket", what_zh="票据")
        now = await self._acting(user, caller.team, user.team)
        return caller._replace(permissions=caller.permissions & now.permissions)

    async def _holds(self, caller: Caller) -> bool:
        """Whether the session or key that a caller came with is still there."""
        if caller.grant.startswith("s_"):
            return caller.grant in {each.id for each in await self._sessions.list(caller.user)}
        if caller.grant.startswith("k_"):
            keys = await self._keys.list(caller.user, caller.team)
            return caller.grant in {each.id for each in keys}
        return True

    async def _key(self, token: str, team: str) -> Caller:
        key = await self._keys.find(token)
        user = await self._users.find(key.user) if key is not None else None
        if key is None or user is None or user.disabled:
            raise WrongCredentials(what="API key", what_zh=" API 密钥")
        if team not in ("", key.team):
            raise _no_team(team)
        caller = await self._acting(user, key.team, key.team, scopes_of(key))
        await self._keys.used(key)
        return caller._replace(by="key", grant=key.id)

    async def _other(self, token: str, team: str) -> Caller:
        for each in self._tokens:
            found = await each.caller(token)
            if isinstance(found, Caller):
                return found
            if found is not None:
                if found.disabled:
                    raise AccountDisabled
                return (await self._acting(found, team, found.team))._replace(by="token")
        raise WrongCredentials(what="token", what_zh="令牌")

    async def _acting(
        self, user: User, wanted: str, usual: str, scopes: Sequence[str] | None = None
    ) -> Caller:
        """For the wanted team, or else the usual one, or else their own or any of theirs."""
        membership = await self._teams.membership(wanted or usual, user.id)
        if membership is None and wanted:
            raise _no_team(wanted)
        if membership is None:
            memberships = [member for _, member in await self._teams.list_of(user.id)]
            own = [each for each in memberships if each.team == user.team]
            membership = next(iter(own or memberships), None)
        roles = await self._roles()
        member = roles.get(membership.role, _NOBODY) if membership is not None else None
        return Caller(
            user=user.id,
            team=membership.team if membership is not None else "",
            permissions=permitted(roles.get(user.role, _NOBODY), member, scopes),
            email=user.email,
        )

    async def _roles(self) -> dict[str, Role]:
        return {role.name: role for role in await self._teams.roles()} | dict(BUILT_IN)


def _is_key(token: str) -> bool:
    return token.startswith(PREFIX)


def _visiting(caller: Caller, visit: Visit) -> Caller:
    return caller._replace(address=visit.address, agent=visit.agent)


def _no_team(name: str) -> NotFound:
    return NotFound(
        what="team",
        what_zh="团队",
        name=name,
        way_out="`GET /api/v1/me` lists yours.",
        way_out_zh="您的团队见 `GET /api/v1/me`。",
    )
