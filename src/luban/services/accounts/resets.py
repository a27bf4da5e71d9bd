"""A new password for who lost the old one: by a link that works once."""

from __future__ import annotations

from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.people import User, UserStore
from luban.services.accounts.attempts import Attempts
from luban.services.accounts.emails import clean_email
from luban.services.accounts.letters import Letters
from luban.services.accounts.one_time import LinkOver, OneTimes
from luban.services.accounts.recognition import Visit
from luban.services.accounts.users import Users

_KIND = "reset"
_BY_MAIL, _BY_HAND = 3600.0, 86_400.0
"""Seconds that a link is good for: one that was asked for, one that an administrator made."""


class Resets:
    """Links to choose a password."""

    def __init__(
        self,
        store: UserStore,
        users: Users,
        one_times: OneTimes,
        attempts: Attempts,
        letters: Letters,
    ) -> None:
        self._store = store
        self._users = users
        self._one_times = one_times
        self._attempts = attempts
        self._letters = letters

    async def request(self, email: str, base: str, visit: Visit) -> None:
        """Sends a link, if there is such an account; the answer is the same if there is none.

        Raises `TooManyAttempts`.
        """
        try:
            email = clean_email(email)
        except LubanError:
            return
        self._attempts.count(f"reset {email}", visit.address)
        user = await self._store.find_by_email(email)
        if not self._letters.are_sent:
            return
        known = user is not None and not user.disabled
        subject = user.id if user is not None and known else ""  # nobody's takes as long
        token, _ = await self._one_times.make(_KIND, subject, {}, _BY_MAIL)
        if user is not None and known:
            self._letters.reset(user.email, _link(base, token))

    async def make(self, caller: Caller, user_id: str, base: str) -> str:
        """A link for somebody, to be handed over by who asks. Raises `NotFound`, `AboveYou`."""
        user = await self._users.get(user_id)
        await self._users.require_within(caller, user.role)
        token, _ = await self._one_times.make(_KIND, user.id, {}, _BY_HAND)
        return _link(base, token)

    async def use(self, token: str, password: str) -> User:
        """Sets the password and ends every session. Raises `LinkOver` and `WeakPassword`."""
        offered = await self._one_times.look(_KIND, token)
        user = await self._store.find(offered.subject)
        if user is None or user.disabled:
            raise LinkOver
        self._users.require_good(user.email, password)
        await self._one_times.redeem(_KIND, token)
        changed = await self._users.set_password(user, password)
        await self._one_times.withdraw(_KIND, user.id)
        self._letters.changed(user.email, "password", "密码")
        return changed


def _link(base: str, token: str) -> str:
    return f"{base}/reset?token={token}"
