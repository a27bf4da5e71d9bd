"""The step after the password, and the one without: by a code or a passkey somebody comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.people import OneTime, User, UserStore
from luban.services.accounts.attempts import Attempts
from luban.services.accounts.one_time import LinkOver, OneTimes
from luban.services.accounts.passkeys import PasskeyRefused, Site
from luban.services.accounts.recognition import AccountDisabled, Visit
from luban.services.accounts.second_factors import SecondFactors, WrongCode
from luban.services.accounts.sessions import Sessions
from luban.services.accounts.sign_in import SECOND, SignedIn

_TRIES = 5
_ALONE, _BESIDE, _AGAIN = "sign-in", "second", "confirm"
"""What passkeys are asked for."""


class SecondStepOver(LubanError):
    """The password was shown too long ago, or the codes after it were wrong too often."""

    code = "second_step_over"
    status = 410
    en = "This sign-in is over: it took too long, or too many codes were wrong. Sign in again."
    zh = "此次登录已失效：时间过长或验证码错误次数过多。请重新登录。"


class SecondStep:
    """Ends a sign-in that a password, a link or another house began; or begins one by passkey."""

    def __init__(
        self,
        users: UserStore,
        sessions: Sessions,
        factors: SecondFactors,
        one_times: OneTimes,
        attempts: Attempts,
    ) -> None:
        self._users, self._sessions, self._factors = users, sessions, factors
        self._one_times, self._attempts = one_times, attempts

    async def by_code(self, token: str, code: str, visit: Visit) -> SignedIn:
        """Raises `WrongCode`, `SecondStepOver`, `TooManyAttempts` and `AccountDisabled`.

        The token is out of reach while a code is looked at, and gone after five that are wrong.
        """
        user, begun = await self._begun(token, visit)
        try:
            if not await self._factors.check(user.id, code):
                raise WrongCode
        except LubanError:
            await self._once_more(begun)
            raise
        return await self._enter(user, visit)

    async def ask_passkey(self, token: str, site: Site) -> dict[str, Any]:
        """Raises `SecondStepOver`."""
        try:
            begun = await self._one_times.look(SECOND, token)
        except LinkOver as error:
            raise SecondStepOver from error
        return await self._factors.ask_passkey(begun.subject, site, _BESIDE)

    async def by_passkey(
        self, token: str, site: Site, answer: Mapping[str, Any], visit: Visit
    ) -> SignedIn:
        """As `by_code`; raises `PasskeyRefused`."""
        user, begun = await self._begun(token, visit)
        try:
            await self._factors.check_passkey(user.id, site, _BESIDE, answer)
        except PasskeyRefused:
            await self._once_more(begun)
            raise
        return await self._enter(user, visit)

    async def ask_passkey_alone(self, site: Site) -> dict[str, Any]:
        """Any passkey of this site, whosever it is."""
        return await self._factors.ask_passkey("", site, _ALONE)

    async def by_passkey_alone(
        self, site: Site, answer: Mapping[str, Any], visit: Visit
    ) -> SignedIn:
        """Without a password: the passkey's device checked who holds it.

        Raises `PasskeyRefused` and `AccountDisabled`.
        """
        user = await self._users.find(await self._factors.check_passkey("", site, _ALONE, answer))
        if user is None:
            raise PasskeyRefused(cause="its account is gone")
        return await self._enter(user, visit)

    async def ask_again(self, caller: Caller, site: Site) -> dict[str, Any]:
        """For who is signed in, and proves once more who they are."""
        return await self._factors.ask_passkey(caller.user, site, _AGAIN)

    async def confirm(self, caller: Caller, site: Site, answer: Mapping[str, Any]) -> None:
        """Raises `PasskeyRefused`."""
        await self._factors.check_passkey(caller.user, site, _AGAIN, answer)
        await self._sessions.confirm(caller)

    async def _begun(self, token: str, visit: Visit) -> tuple[User, OneTime]:
        try:
            begun = await self._one_times.redeem(SECOND, token)
        except LinkOver as error:
            raise SecondStepOver from error
        try:
            self._attempts.count(_account(begun.subject), visit.address)
        except LubanError:
            await self._one_times.give_back(begun)
            raise
        user = await self._users.find(begun.subject)
        if user is None:
            raise SecondStepOver
        return user, begun

    async def _once_more(self, begun: OneTime) -> None:
        tries = int(begun.data.get("tries", 0)) + 1
        if tries < _TRIES:
            await self._one_times.give_back(begun.model_copy(update={"data": {"tries": tries}}))

    async def _enter(self, user: User, visit: Visit) -> SignedIn:
        if user.disabled:
            raise AccountDisabled
        self._attempts.succeeded(_account(user.id), visit.address)
        return SignedIn(user, await self._sessions.begin(user, visit.address, visit.agent))


def _account(user_id: str) -> str:
    """Counted apart from passwords, whose success would else forgive wrong codes."""
    return f"second:{user_id}"
