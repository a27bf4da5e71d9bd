"""Users: who there is, made, changed and removed by administrators and by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from luban.model.access import ADMIN, BUILT_IN, LOCAL, SERVER_PERMISSIONS, USER, Caller, Role
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.people import Member, TeamStore, User, UserStore
from luban.ports.stores import Page, Slice
from luban.services.accounts.emails import clean_email, clean_name
from luban.services.accounts.passwords import Passwords
from luban.services.accounts.recent import Recent
from luban.services.accounts.sessions import Sessions


class EmailTaken(LubanError):
    """Somebody else has the e-mail address."""

    code = "email_taken"
    status = 409
    en = "There is an account of `{email}` already."
    zh = "“{email}”已有账号。"


class LastAdministrator(LubanError):
    """Nobody would be left who may administer the server."""

    code = "last_administrator"
    status = 409
    en = "`{email}` is the last administrator. Make somebody else one first."
    zh = "“{email}”是最后一位管理员。请先将其他人设为管理员。"


class AboveYou(LubanError):
    """Somebody would give a role, or touch an account, that may more than they."""

    code = "above_you"
    status = 403
    en = "The role `{role}` may {permission}, which you may not. Ask an administrator."
    zh = "角色“{role}”拥有您没有的权限 {permission}。请联系管理员。"


@dataclass(frozen=True)
class UserDraft:
    """Somebody who is to have an account; without a password they get a link to choose one."""

    email: str
    name: str = ""
    role: str = USER.name
    password: str | None = None


@dataclass(frozen=True)
class UserChange:
    """What is to be different; `None` stays."""

    name: str | None = None
    role: str | None = None
    disabled: bool | None = None


class Users:
    """Accounts, one for each person."""

    def __init__(
        self,
        store: UserStore,
        teams: TeamStore,
        sessions: Sessions,
        passwords: Passwords,
        recent: Recent,
        clock: Clock,
    ) -> None:
        self._store = store
        self._teams = teams
        self._sessions = sessions
        self._passwords = passwords
        self._recent = recent
        self._clock = clock

    async def list(self, part: Slice | None = None, search: str = "") -> Page[User]:
        return await self._store.list(part or Slice(), search=search.strip())

    async def find(self, user_id: str) -> User | None:
        return await self._store.find(user_id) if user_id else None

    async def count_factors(self, user_id: str) -> int:
        """What somebody may be asked for beside the password."""
        return sum(each.confirmed for each in await self._store.factors(user_id))

    async def get(self, user_id: str) -> User:
        """Raises `NotFound`."""
        user = await self._store.find(user_id)
        if user is None:
            raise NotFound(what="user", what_zh="用户", name=user_id)
        return user

    async def create(self, caller: Caller, draft: UserDraft) -> User:
        """The first of all is an administrator, and takes over what was made without accounts.

        Raises `EmailTaken`, `InvalidValue`, `WeakPassword` and `AboveYou`.
        """
        await self.require_within(caller, draft.role)
        if caller.by == "local" and (await self._store.list(Slice(1, 1))).total == 0:
            return await self.make(replace(draft, role=ADMIN.name), first=True)
        return await self.make(draft)

    async def make(self, draft: UserDraft, *, first: bool = False) -> User:
        """As `create`, by nobody in particular; `first` only while there is no user at all."""
        email, name = clean_email(draft.email), clean_name(draft.name)
        hashed = None
        if draft.password is not None:
            self._passwords.require_good(draft.password, email)
            hashed = await self._passwords.hash(draft.password)
        user = User(
            id=new_id("u"),
            email=email,
            name=name,
            role=draft.role,
            password=hashed,
            team=LOCAL if first else new_id("t"),
            created_at=self._clock.now(),
        )
        made = await (self._store.create_first(user) if first else self._store.create(user))
        self._recent.forget()
        if not made:
            raise EmailTaken(email=email)
        return user

    def require_good(self, email: str, password: str) -> None:
        """Raises `WeakPassword`."""
        self._passwords.require_good(password, email)

    async def rename(self, user: User, name: str) -> None:
        await self._store.change(user.id, name=clean_name(name))

    async def change(self, caller: Caller, user_id: str, change: UserChange) -> User:
        """Raises `NotFound`, `AboveYou` and `LastAdministrator`. Who is disabled is signed out."""
        user = await self.get(user_id)
        await self.require_within(caller, user.role)
        if change.role is not None:
            await self.require_within(caller, change.role)
        name = None if change.name is None else clean_name(change.name)
        changed = await self._store.change(
            user_id, keep=ADMIN.name, name=name, role=change.role, disabled=change.disabled
        )
        now = await self.get(user_id)
        if not changed:
            raise LastAdministrator(email=user.email)
        self._recent.forget()
        if now.disabled:
            await self._sessions.end_all(user_id)
        return now

    async def set_email(self, user: User, email: str) -> User:
        """Raises `EmailTaken` and `InvalidValue`."""
        email = clean_email(email)
        if not await self._store.change(user.id, email=email):
            raise EmailTaken(email=email)
        self._recent.forget()
        return await self.get(user.id)

    async def set_password(self, user: User, password: str, *, but: str = "") -> User:
        """Ends every session of the user but one. Raises `WeakPassword`."""
        self._passwords.require_good(password, user.email)
        hashed = await self._passwords.hash(password)
        await self._store.change(user.id, password=hashed)
        await self._sessions.end_all(user.id, but=but)
        return await self.get(user.id)

    async def delete(self, caller: Caller, user_id: str) -> User:
        """What belongs to teams that nobody else manages is handed to an administrator.

        Raises `NotFound`, `AboveYou` and `LastAdministrator`.
        """
        user = await self.get(user_id)
        await self.require_within(caller, user.role)
        teams = [team for team, _ in await self._teams.list_of(user_id)]
        if not await self._store.delete(user_id, keep=ADMIN.name):
            await self.get(user_id)
            raise LastAdministrator(email=user.email)
        self._recent.forget()
        heir = await self._heir(caller)
        for team in teams:
            others = await self._teams.members(team.id, Slice(1, 200))
            roles = await self._roles()
            managed = any(
                "team.manage" in roles[member.role].permissions and not each.disabled
                for member, each in others.items
                if member.role in roles
            )
            if not managed:
                await self._teams.join(
                    Member(team=team.id, user=heir, role=ADMIN.name, created_at=self._clock.now())
                )
        return user

    async def require_within(self, caller: Caller, role: str) -> None:
        """Nobody gives, or touches, what may more of the server than they.

        Raises `InvalidValue` for an unknown role, and `AboveYou`.
        """
        found = (await self._roles()).get(role)
        if found is None:
            raise InvalidValue(
                name="role",
                value=role,
                expected="it must be a role that there is",
                expected_zh="必须是已有的角色",
            )
        more = (found.permissions & frozenset(SERVER_PERMISSIONS)) - caller.permissions
        if more:
            raise AboveYou(role=role, permission=min(more))

    async def _roles(self) -> dict[str, Role]:
        return {role.name: role for role in await self._teams.roles()} | dict(BUILT_IN)

    async def _heir(self, caller: Caller) -> str:
        if await self._store.find(caller.user) is not None:
            return caller.user
        everybody = (await self._store.list(Slice(1, 200))).items
        heirs = [each for each in everybody if each.role == ADMIN.name and not each.disabled]
        return heirs[0].id if heirs else ""
