"""Who there is: users and how they sign in, their teams and roles, and what they were given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from luban.model.access import Role
from luban.ports.stores import Page, Slice


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class User(_Frozen):
    """A person with an account; `email` is in lower case and nobody else's.

    `password` is a salted hash, or `None` for who signs in elsewhere only. `team` is their own.
    """

    id: str
    email: str
    name: str = ""
    role: str = "user"
    password: str | None = None
    team: str
    disabled: bool = False
    created_at: float
    last_seen_at: float | None = None


class Identity(_Frozen):
    """That a user is known elsewhere: by an issuer, under its own unchanging name for them."""

    issuer: str
    subject: str
    user: str
    email: str = ""
    created_at: float


class SecondFactor(_Frozen):
    """What a user shows beside the password; `secret` is sealed by the vault or a public key.

    `counter` is the last one-time code's period or the passkey's own count, so none is used twice.
    """

    id: str
    user: str
    kind: Literal["totp", "passkey", "recovery"]
    name: str = ""
    secret: bytes
    counter: int = 0
    confirmed: bool = False
    created_at: float
    last_used_at: float | None = None


class Session(_Frozen):
    """A browser that is signed in; only the SHA-256 of its token is stored."""

    id: str
    user: str
    digest: bytes
    team: str
    address: str = ""
    agent: str = ""
    created_at: float
    last_used_at: float
    expires_at: float
    confirmed_at: float
    """When the person last proved who they are; what is grave asks for this to be recent."""


class ApiKey(_Frozen):
    """What a program shows in place of a person; only the SHA-256 of it is stored."""

    id: str
    user: str
    team: str
    name: str
    digest: bytes
    shown: str
    """Its first letters, by which people recognize it."""
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None = None
    last_used_at: float | None = None


class Team(_Frozen):
    """Whom agents, runs, credentials and files belong to; `personal` is whose own it is."""

    id: str
    name: str
    personal: str | None = None
    created_at: float


class Member(_Frozen):
    """That a user is in a team, and with which role."""

    team: str
    user: str
    role: str
    created_at: float


class OneTime(_Frozen):
    """Something that may be redeemed once before it expires: an invitation, a reset, a ticket.

    Only the SHA-256 of what is sent is stored; `data` is what was promised.
    """

    digest: bytes
    kind: str
    subject: str = ""
    data: Mapping[str, Any] = {}
    created_at: float
    expires_at: float


class UserStore(Protocol):
    """Users and what they sign in with."""

    async def create(self, user: User) -> bool:
        """Stores a user and their own team, all or nothing; `False` if the e-mail is taken.

        A team of this id that is there already becomes theirs, so that the first administrator
        takes over what was made on a machine without accounts.
        """
        ...

    async def create_first(self, user: User) -> bool:
        """As `create`, but only while there is no user at all, however many try at once."""
        ...

    async def find(self, user_id: str) -> User | None: ...

    async def find_by_email(self, email: str) -> User | None: ...

    async def list(self, part: Slice, *, search: str = "") -> Page[User]: ...

    async def update(self, user: User, *, keep: str = "") -> bool:
        """Replaces a user; `False` if there is none, or the e-mail is another's.

        With `keep`, the name of a role, also if afterwards nobody had it who is not disabled,
        however many try at once.
        """
        ...

    async def change(
        self,
        user_id: str,
        *,
        keep: str = "",
        email: str | None = None,
        name: str | None = None,
        role: str | None = None,
        password: str | None = None,
        disabled: bool | None = None,
    ) -> bool:
        """As `update`, but leaves alone what is `None`, whoever else changes that meanwhile."""
        ...

    async def delete(self, user_id: str, *, keep: str = "") -> bool:
        """Removes a user with sessions, keys, factors and memberships; their team's things stay.

        `keep` as for `update`.
        """
        ...

    async def count(self, *, role: str | None = None) -> int:
        """Users that are not disabled."""
        ...

    async def seen(self, user_id: str, at: float) -> None: ...

    async def link(self, identity: Identity) -> bool:
        """Stores an identity; `False` if it is somebody's already."""
        ...

    async def find_identity(self, issuer: str, subject: str) -> Identity | None: ...

    async def identities(self, user_id: str) -> list[Identity]: ...

    async def unlink(self, user_id: str, issuer: str, subject: str) -> bool: ...

    async def add_factor(self, factor: SecondFactor) -> None: ...

    async def factors(self, user_id: str) -> list[SecondFactor]: ...

    async def find_factor(self, factor_id: str) -> SecondFactor | None: ...

    async def use_factor(self, factor_id: str, counter: int, at: float) -> bool:
        """Confirms it and moves its counter on; `False` if the counter is not beyond the last.

        A passkey that does not count always says 0.
        """
        ...

    async def remove_factor(self, user_id: str, factor_id: str) -> bool: ...


class SessionStore(Protocol):
    """Sessions, keys of programs, and what may be redeemed once."""

    async def begin(self, session: Session) -> None: ...

    async def find(self, digest: bytes) -> Session | None: ...

    async def list(self, user_id: str) -> list[Session]: ...

    async def touch(self, session: Session) -> None:
        """Stores when, where and with what it was last used, and until when it lasts."""
        ...

    async def choose(self, session_id: str, team: str) -> None:
        """From now on it is about this team."""
        ...

    async def confirm(self, session_id: str, at: float) -> None:
        """The person proved once more who they are."""
        ...

    async def end(self, user_id: str, session_id: str) -> bool: ...

    async def end_all(self, user_id: str, *, but: str = "") -> int: ...

    async def add_key(self, key: ApiKey) -> None: ...

    async def find_key(self, digest: bytes) -> ApiKey | None: ...

    async def keys(self, user_id: str, team: str) -> list[ApiKey]: ...

    async def key_used(self, key_id: str, at: float) -> None: ...

    async def remove_key(self, user_id: str, key_id: str) -> bool: ...

    async def offer(self, one_time: OneTime) -> None: ...

    async def look(self, kind: str, digest: bytes, now: float) -> OneTime | None:
        """What could be redeemed, without redeeming it."""
        ...

    async def redeem(self, kind: str, digest: bytes, now: float) -> OneTime | None:
        """Takes it away; of two who try at once only one gets it."""
        ...

    async def offered(self, kind: str, subject: str, now: float) -> list[OneTime]: ...

    async def withdraw(self, kind: str, subject: str) -> int: ...

    async def forget_expired(self, now: float) -> int:
        """Removes sessions, keys and offers that are over."""
        ...


class TeamStore(Protocol):
    """Teams, who is in them, and the roles that were defined."""

    async def create(self, team: Team, first: Member) -> None: ...

    async def find(self, team_id: str) -> Team | None: ...

    async def list_of(self, user_id: str) -> list[tuple[Team, Member]]: ...

    async def update(self, team: Team) -> bool: ...

    async def delete(self, team_id: str) -> bool:
        """Removes a team that owns nothing any more; `False` if it does, or is not there."""
        ...

    async def members(self, team_id: str, part: Slice) -> Page[tuple[Member, User]]: ...

    async def membership(self, team_id: str, user_id: str) -> Member | None: ...

    async def join(self, member: Member) -> bool:
        """Adds a member; `False` if they are in already."""
        ...

    async def set_role(self, team_id: str, user_id: str, role: str, *, manages: bool) -> bool:
        """`False` if they are not in, or the team would be left without anybody who manages it."""
        ...

    async def leave(self, team_id: str, user_id: str) -> bool:
        """`False` as for `set_role`."""
        ...

    async def roles(self) -> list[Role]:
        """Those that were defined here; the built-in ones are not stored."""
        ...

    async def put_role(self, role: Role) -> None: ...

    async def remove_role(self, name: str) -> bool:
        """`False` if there is none, or somebody has it."""
        ...
