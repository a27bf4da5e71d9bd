"""Another e-mail address for an account: confirmed from there when letters can be sent."""

from __future__ import annotations

from luban.ports.people import User, UserStore
from luban.services.accounts.emails import clean_email
from luban.services.accounts.letters import Letters
from luban.services.accounts.one_time import LinkOver, OneTimes
from luban.services.accounts.users import EmailTaken, Users

_KIND = "email"
_GOOD_FOR = 3600.0


class EmailChanges:
    """Asked for by the person, who proved lately who they are."""

    def __init__(
        self, store: UserStore, users: Users, one_times: OneTimes, letters: Letters
    ) -> None:
        self._store = store
        self._users = users
        self._one_times = one_times
        self._letters = letters

    async def ask(self, user: User, email: str, base: str) -> User | None:
        """The user as changed, or `None` if the new address is to confirm it first.

        Raises `EmailTaken` and `InvalidValue`.
        """
        email = clean_email(email)
        other = await self._store.find_by_email(email)
        if other is not None and other.id != user.id:
            raise EmailTaken(email=email)
        if not self._letters.are_sent:
            return await self._users.set_email(user, email)
        await self._one_times.withdraw(_KIND, user.id)
        token, _ = await self._one_times.make(_KIND, user.id, {"email": email}, _GOOD_FOR)
        self._letters.new_email(email, f"{base}/confirm-email?token={token}")
        return None

    async def confirm(self, token: str) -> User:
        """Raises `LinkOver` and `EmailTaken`."""
        redeemed = await self._one_times.redeem(_KIND, token)
        user = await self._store.find(redeemed.subject)
        if user is None or user.disabled:
            raise LinkOver
        changed = await self._users.set_email(user, redeemed.data["email"])
        self._letters.changed(user.email, "e-mail address", "邮箱地址")
        return changed
