"""Signing in with e-mail address and password, and what may be needed beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.people import SessionStore, User, UserStore
from luban.ports.signing_in import SecondFactors
from luban.services.accounts.attempts import Attempts, place_of
from luban.services.accounts.emails import clean_email
from luban.services.accounts.one_time import OneTimes
from luban.services.accounts.passwords import Passwords
from luban.services.accounts.recognition import AccountDisabled, Visit
from luban.services.accounts.sessions import Sessions

SECOND = "second"
"""The kind of token that says: the password was right."""
_SECOND_FOR = 600.0


class WrongPassword(LubanError):
    """E-mail address and password do not belong together."""

    code = "wrong_password"
    status = 401
    en = "The e-mail address or the password is wrong. Try again, or reset the password."
    zh = "邮箱地址或密码错误。请重试，或重设密码。"


class NoAccount(LubanError):
    """Whoever sits at a machine without accounts has none that could be changed."""

    code = "no_account"
    status = 409
    en = "You are not signed in to an account: this machine asks for none. Make one first."
    zh = "您没有登录账号：本机不需要账号。请先创建账号。"


class Second(NamedTuple):
    """What is still to be shown: one of these kinds, with this token."""

    token: str
    kinds: Sequence[str]


class SignedIn(NamedTuple):
    """Who came in, with the token of the new session; or what is still needed for that."""

    user: User
    token: str = ""
    second: Second | None = None


class SignIn:
    """The door for people."""

    def __init__(
        self,
        users: UserStore,
        store: SessionStore,
        sessions: Sessions,
        passwords: Passwords,
        one_times: OneTimes,
        attempts: Attempts,
        factors: SecondFactors | None = None,
    ) -> None:
        self._users = users
        self._store = store
        self._sessions = sessions
        self._passwords = passwords
        self._one_times = one_times
        self._attempts = attempts
        self._factors = factors

    async def by_password(self, email: str, password: str, visit: Visit) -> SignedIn:
        """Raises `WrongPassword`, `TooManyAttempts`, `SignInBusy` and `AccountDisabled`.

        An unknown address is answered like a wrong password, and takes as long.
        """
        user = await self.check(email, password, visit)
        if user is None:
            raise WrongPassword
        if user.disabled:
            raise AccountDisabled
        return await self.complete(user, visit)

    async def complete(self, user: User, visit: Visit) -> SignedIn:
        """Lets somebody in who showed a password or a link; asks for the rest if there is more."""
        if user.disabled:
            raise AccountDisabled
        kinds = await self._factors.kinds(user.id) if self._factors is not None else ()
        if kinds:
            token, _ = await self._one_times.make(SECOND, user.id, {}, _SECOND_FOR)
            return SignedIn(user, second=Second(token, kinds))
        return SignedIn(user, await self._sessions.begin(user, visit.address, visit.agent))

    async def check(self, email: str, password: str, visit: Visit) -> User | None:
        """Whose password this is. Raises `TooManyAttempts` and `SignInBusy`."""
        try:
            email = clean_email(email)
        except LubanError:
            email = "?"  # it takes as long as an address that nobody has
        known = self._attempts.is_pressed(email) and await self._was_here(email, visit.address)
        self._attempts.count(email, visit.address, is_known=known)
        user = await self._users.find_by_email(email)
        verdict = await self._passwords.verify(user.password if user else None, password)
        if user is None or not verdict.right:
            return None
        self._attempts.succeeded(email, visit.address)
        if verdict.better is not None:
            await self._users.change(user.id, password=verdict.better)
        return user

    async def confirm(self, caller: Caller, password: str, code: str, visit: Visit) -> None:
        """The caller proves once more who they are. Raises `WrongPassword` and as `check`."""
        user = await self.account(caller)
        if password:
            found = await self.check(user.email, password, visit)
            right = found is not None and found.id == user.id
        else:
            self._attempts.count(user.email, visit.address)
            right = (
                bool(code)
                and self._factors is not None
                and await self._factors.check(user.id, code)
            )
            if right:
                self._attempts.succeeded(user.email, visit.address)
        if not right:
            raise WrongPassword
        await self._sessions.confirm(caller)

    async def account(self, caller: Caller) -> User:
        """The account behind a caller. Raises `NoAccount`."""
        user = await self._users.find(caller.user) if caller.user else None
        if user is None:
            raise NoAccount
        return user

    async def _was_here(self, email: str, address: str) -> bool:
        user = await self._users.find_by_email(email)
        if user is None:
            return False
        places = {place_of(each.address) for each in await self._store.list(user.id)}
        return place_of(address) in places
