"""Users by the bearer tokens of another house: found, or made when they first come."""

from __future__ import annotations

from luban.model.access import ADMIN, BUILT_IN, Caller
from luban.ports.people import TeamStore, User, UserStore
from luban.services.accounts.joining import Joining
from luban.services.accounts.outside_tokens import OutsideTokens
from luban.services.accounts.recent import Recent


class TokenUsers:
    """`Tokens` of recognition: who has one may come, for the administrator chose its issuer."""

    def __init__(
        self,
        tokens: OutsideTokens,
        joining: Joining,
        users: UserStore,
        teams: TeamStore,
        recent: Recent[Caller],
    ) -> None:
        self._tokens, self._joining = tokens, joining
        self._users, self._teams, self._recent = users, teams, recent

    async def caller(self, token: str) -> User | None:
        """Raises `TokenRefused`, `IssuerUnreachable`, and as `Joining.user_of`."""
        if not self._tokens.wanted or token.count(".") != 2:
            return None
        person = await self._tokens.person_of(token)
        user = await self._joining.user_of(person, trusted=True)
        if person.role and person.role != user.role:
            return await self._with_role(user, person.role)
        return user

    async def _with_role(self, user: User, role: str) -> User:
        """The role that the issuer says, if there is such a one; the last administrator stays."""
        known = {*BUILT_IN, *(each.name for each in await self._teams.roles())}
        changed = user.model_copy(update={"role": role})
        if role not in known or not await self._users.update(changed, keep=ADMIN.name):
            return user
        self._recent.forget()
        return changed
