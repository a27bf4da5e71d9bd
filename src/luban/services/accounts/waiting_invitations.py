"""Invitations that wait for somebody who signs in by another house, and so shows no link."""

from __future__ import annotations

from typing import NamedTuple

from luban.model.access import USER
from luban.ports.clock import Clock
from luban.ports.people import Member, OneTime, TeamStore, User
from luban.services.accounts.invitations import KIND, SERVER
from luban.services.accounts.one_time import LinkOver, OneTimes, id_of


class Taken(NamedTuple):
    """An invitation that is nobody else's any more, and the role that its account has."""

    role: str
    one_time: OneTime


class WaitingInvitations:
    """`Invited`: to the server by e-mail, and into a team by e-mail and the link that was sent."""

    def __init__(self, one_times: OneTimes, teams: TeamStore, clock: Clock) -> None:
        self._one_times, self._teams, self._clock = one_times, teams, clock

    async def take(self, email: str, token: str) -> Taken | None:
        """One for this e-mail; of two who take it at once only one gets it."""
        if token:
            try:
                linked = await self._one_times.look(KIND, token)
                if linked.data["email"] == email:
                    return _taken(await self._one_times.redeem(KIND, token))
            except LinkOver:
                pass
        for each in await self._one_times.offered(KIND, SERVER):
            its = each.data["email"] == email
            if its and await self._one_times.withdraw(KIND, SERVER, id_of(each)):
                return _taken(each)
        return None

    async def give_back(self, taken: Taken) -> None:
        await self._one_times.give_back(taken.one_time)

    async def join(self, user: User, taken: Taken) -> None:
        """The team, if it was into one."""
        offered = taken.one_time
        if offered.subject == SERVER or await self._teams.find(offered.subject) is None:
            return
        now, role = self._clock.now(), offered.data["role"]
        await self._teams.join(
            Member(team=offered.subject, user=user.id, role=role, created_at=now)
        )


def _taken(one_time: OneTime) -> Taken:
    role = one_time.data["role"] if one_time.subject == SERVER else USER.name
    return Taken(role, one_time)
