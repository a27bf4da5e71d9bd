"""Who somebody is here whom another house vouches for: a user, a new one, or nobody yet.

An account is found by issuer and subject, never by an e-mail alone that somebody may have claimed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

from luban.model.access import USER
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.people import Identity, User, UserStore
from luban.services.accounts.emails import clean_email, clean_name
from luban.services.accounts.person import Person
from luban.services.accounts.recognition import AccountDisabled
from luban.services.accounts.waiting_invitations import Taken

_TRIES = 3
_UUID = re.compile("[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class LinkFirst(LubanError):
    """The e-mail belongs to an account that signs in otherwise."""

    code = "link_first"
    status = 409
    en = (
        "There is an account with the e-mail {email} already. Sign in the way you did before, then "
        "link this way to sign in under Settings, Account."
    )
    zh = "邮箱 {email} 已有账户。请先用以前的方式登录，再在“设置 → 账户”中关联此登录方式。"


class NotInvited(LubanError):
    """Accounts are not made for everybody who comes."""

    code = "not_invited"
    status = 403
    en = "There is no account for {email} here. Ask an administrator to invite this address."
    zh = "此处没有 {email} 的账户。请联系管理员邀请该邮箱。"


class NoUsableEmail(LubanError):
    """The other house names no e-mail, or did not make sure that it is theirs."""

    code = "no_usable_email"
    status = 403
    en = (
        "An account needs an e-mail address that was verified where you signed in. Verify it there."
    )
    zh = "账户需要一个在登录方已验证的邮箱地址。请先在那里验证邮箱。"


class LinkedElsewhere(LubanError):
    """That account of another house is linked to somebody else here."""

    code = "linked_elsewhere"
    status = 409
    en = "That account is linked to another user here. Unlink it there first."
    zh = "该账户已与此处的另一用户关联。请先在那里取消关联。"


class LastWayIn(LubanError):
    """Without it nobody could sign in to the account any more."""

    code = "last_way_in"
    status = 409
    en = "This is the only way to sign in to your account. Set a password first."
    zh = "这是登录您账户的唯一方式。请先设置密码。"


@dataclass(frozen=True)
class SignUp:
    """For whom an account is made by itself: `closed`, `invited`, `open`, or those of domains."""

    rule: str = "invited"
    domains: frozenset[str] = frozenset()

    @classmethod
    def read(cls, text: str) -> SignUp:
        """Raises `InvalidValue`."""
        words = [word.strip().lower().removeprefix("@") for word in text.split(",")]
        words = [word for word in words if word]
        if len(words) == 1 and words[0] in ("closed", "invited", "open"):
            return cls(words[0])
        if words and all("." in word and "@" not in word for word in words):
            return cls("domains", frozenset(words))
        raise InvalidValue(
            name="sign_up",
            value=text,
            expected="it must be closed, invited, open, or domains such as example.com",
            expected_zh="必须是 closed、invited、open，或 example.com 这样的域名",
        )

    def admits(self, email: str) -> bool:
        return self.rule == "open" or email.rpartition("@")[2] in self.domains


class Invited(Protocol):
    """Invitations that wait for an e-mail."""

    async def take(self, email: str, token: str) -> Taken | None:
        """One for this e-mail, of which nobody else then gets anything."""
        ...

    async def give_back(self, taken: Taken) -> None: ...

    async def join(self, user: User, taken: Taken) -> None:
        """Brings the user into the team that it was for."""
        ...


class Joining:
    """Finds users, makes them, and links what they sign in with."""

    def __init__(
        self, users: UserStore, invited: Invited, clock: Clock, *, sign_up: SignUp | None = None
    ) -> None:
        self._users, self._invited, self._clock = users, invited, clock
        self._sign_up = sign_up or SignUp()

    async def user_of(self, person: Person, *, trusted: bool = False, invitation: str = "") -> User:
        """The user that somebody is; of two who come at once as the same, both get the same one.

        A `trusted` issuer says itself who may come; others bring only whom the settings admit, or
        whom the token of an invitation is for. Raises `NotInvited`, `LinkFirst`, `NoUsableEmail`
        and `AccountDisabled`.
        """
        for _ in range(_TRIES):
            user = await self._known(person)
            user = user or await self._new(person, trusted, invitation)
            if user is not None:
                return user
        raise LinkFirst(email=person.email)

    async def link(self, user_id: str, person: Person) -> None:
        """Somebody who is signed in may come this way too. Raises `LinkedElsewhere`."""
        if not await self._users.link(self._identity(user_id, person)):
            known = await self._users.find_identity(person.issuer, person.subject)
            if known is None or known.user != user_id:
                raise LinkedElsewhere

    async def identities(self, user_id: str) -> list[Identity]:
        return await self._users.identities(user_id)

    async def unlink(self, user_id: str, issuer: str, subject: str) -> None:
        """Raises `NotFound`, and `LastWayIn` when nothing to sign in with would be left."""
        linked = await self._users.identities(user_id)
        if not any((each.issuer, each.subject) == (issuer, subject) for each in linked):
            raise NotFound(what="linked account", what_zh="关联账户", name=subject)
        if len(linked) == 1 and not await self._has_password(user_id):
            raise LastWayIn
        await self._users.unlink(user_id, issuer, subject)

    async def _has_password(self, user_id: str) -> bool:
        """Passkeys do not count: not every one of them signs in alone, and they are lost."""
        user = await self._users.find(user_id)
        return user is not None and user.password is not None

    async def _known(self, person: Person) -> User | None:
        identity = await self._users.find_identity(person.issuer, person.subject)
        user = await self._users.find(identity.user) if identity is not None else None
        if user is not None and user.disabled:
            raise AccountDisabled
        return user

    async def _new(self, person: Person, trusted: bool, invitation: str) -> User | None:
        """A new user, or one who waited for this; `None` when somebody was faster."""
        email = _email(person)
        if not person.verified and not trusted:
            raise NoUsableEmail
        user = await self._users.find_by_email(email)
        if user is not None:
            if not await self._is_unclaimed(user, person, trusted):
                return None
        else:
            user = await self._made(email, person, trusted, invitation)
            if user is None:
                return None
        return user if await self._users.link(self._identity(user.id, person)) else None

    async def _is_unclaimed(self, user: User, person: Person, trusted: bool) -> bool:
        """Whether nobody ever signed in to it; `False` if the same person is just doing so.

        Such an account is whose verified e-mail it has, and whose it was begun for. Raises
        `LinkFirst` for that of another.
        """
        begun = user.id == _id_of(person, trusted)
        claimed = (
            user.password is not None
            or await self._users.identities(user.id)
            or await self._users.factors(user.id)
        )
        if (claimed and not begun) or not (person.verified or begun):
            raise LinkFirst(email=user.email)
        if user.disabled:
            raise AccountDisabled
        return not claimed

    async def _made(
        self, email: str, person: Person, trusted: bool, invitation: str
    ) -> User | None:
        """Raises `NotInvited`. An e-mail that nobody verified is invited to nothing."""
        waits = person.verified and self._sign_up.rule != "closed"
        taken = await self._invited.take(email, invitation) if waits else None
        if taken is None and not trusted and not self._sign_up.admits(email):
            raise NotInvited(email=email)
        user = User(
            id=_id_of(person, trusted),
            email=email,
            name=_name(person),
            role=taken.role if taken is not None else USER.name,
            team=new_id("t"),
            created_at=self._clock.now(),
        )
        made = await self._users.create(user)
        if taken is not None:
            await (self._invited.join(user, taken) if made else self._invited.give_back(taken))
        return user if made else None

    def _identity(self, user_id: str, person: Person) -> Identity:
        return Identity(
            issuer=person.issuer,
            subject=person.subject,
            user=user_id,
            email=person.email,
            created_at=self._clock.now(),
        )


def _id_of(person: Person, trusted: bool) -> str:
    """The same each time, so that an account begun twice at once, or half, is known again.

    Of the one trusted issuer it is its own id, as programs written for that one expect; only a UUID
    is, which none of our ids can be taken for.
    """
    if trusted and _UUID.fullmatch(person.subject):
        return person.subject
    digest = hashlib.sha256(f"{person.issuer}\n{person.subject}".encode()).digest()
    return f"u_{base64.b32hexencode(digest[:15]).decode('ascii').lower()}"


def _email(person: Person) -> str:
    try:
        return clean_email(person.email)
    except InvalidValue as error:
        raise NoUsableEmail from error


def _name(person: Person) -> str:
    try:
        return clean_name(person.name[:100])
    except InvalidValue:
        return ""
