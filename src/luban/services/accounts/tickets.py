"""Tickets: what opens one connection within a minute, where a long token must not stand."""

from __future__ import annotations

from luban.model.access import Caller
from luban.services.accounts.one_time import LinkOver, OneTimes
from luban.services.accounts.recognition import Recognition, Visit, WrongCredentials

_KIND = "ticket"
GOOD_FOR = 60.0


class Tickets:
    """Made by who is signed in, for a connection that cannot send headers."""

    def __init__(self, one_times: OneTimes, recognition: Recognition) -> None:
        self._one_times = one_times
        self._recognition = recognition

    async def make(self, caller: Caller) -> tuple[str, float]:
        """The ticket, and until when it is good."""
        data = {
            "team": caller.team,
            "grant": caller.grant,
            "email": caller.email,
            "permissions": sorted(caller.permissions),
        }
        token, kept = await self._one_times.make(_KIND, caller.user, data, GOOD_FOR)
        return token, kept.expires_at

    async def redeem(self, token: str, visit: Visit) -> Caller:
        """Raises `WrongCredentials`."""
        try:
            kept = await self._one_times.redeem(_KIND, token)
        except LinkOver as error:
            raise WrongCredentials(what="ticket", what_zh="票据") from error
        caller = Caller(
            user=kept.subject,
            team=kept.data["team"],
            permissions=frozenset(kept.data["permissions"]),
            by="ticket",
            grant=kept.data["grant"],
            email=kept.data["email"],
            address=visit.address,
            agent=visit.agent,
        )
        return await self._recognition.again(caller)
