"""Invitations: to the server, or into a team; accepted by whoever has the link, once."""

from __future__ import annotations

from typing import NamedTuple

from luban.model.access import BUILT_IN, USER, Caller
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.ports.clock import Clock
from luban.ports.people import Member, OneTime, Team, TeamStore, User, UserStore
from luban.services.accounts.emails import clean_email
from luban.services.accounts.letters import Letters
from luban.services.accounts.one_time import LinkOver, OneTimes, id_of
from luban.services.accounts.recent import Recent
from luban.services.accounts.recognition import Visit
from luban.services.accounts.sign_in import SignedIn, SignIn
from luban.services.accounts.users import EmailTaken, UserDraft, Users

KIND = "invitation"
SERVER = "server"
"""What an invitation is to that is not into a team."""
GOOD_FOR = 7 * 86_400.0
_MOST = 1000


class NoAccountYet(LubanError):
    """Somebody without an account is invited by who may not make accounts."""

    code = "no_account_yet"
    status = 403
    en = "`{email}` has no account here, and you may not make any. Ask an administrator."
    zh = "“{email}”在此没有账号，而您无权邀请他人加入服务器。请联系管理员。"


class TooManyInvitations(LubanError):
    """More are open than anybody could have sent on purpose."""

    code = "too_many_invitations"
    status = 409
    en = "{number} invitations are open already. Withdraw those that are not needed."
    zh = "已有 {number} 个未接受的邀请。请撤回不需要的邀请。"


class Invitation(NamedTuple):
    """Who is invited to what, as what, by whom; `team` is empty for the server alone."""

    id: str
    email: str
    role: str
    team: str
    by: str
    created_at: float
    expires_at: float


class Invitations:
    """Open invitations, by team."""

    def __init__(
        self,
        store: UserStore,
        teams: TeamStore,
        users: Users,
        sign_in: SignIn,
        one_times: OneTimes,
        letters: Letters,
        recent: Recent,
        clock: Clock,
    ) -> None:
        self._store = store
        self._teams = teams
        self._users = users
        self._sign_in = sign_in
        self._one_times = one_times
        self._letters = letters
        self._recent = recent
        self._clock = clock

    async def invite(
        self, caller: Caller, email: str, role: str, base: str
    ) -> tuple[Invitation, str]:
        """To the server; the link is told only here, and mailed if that can be done.

        Raises `EmailTaken`, `InvalidValue` and `AboveYou`.
        """
        email = clean_email(email)
        await self._users.require_within(caller, role)
        if await self._store.find_by_email(email) is not None:
            raise EmailTaken(email=email)
        return await self._offer(caller, SERVER, email, role, base, "Luban")

    async def invite_into(
        self, caller: Caller, team: Team, email: str, role: str, base: str
    ) -> tuple[Invitation, str]:
        """Into a team that the caller manages, with a role there.

        Who has no account gets one, if the caller may make users. Raises `NoAccountYet`,
        `InvalidValue` and `EmailTaken` of who is in already.
        """
        email = clean_email(email)
        if role not in await self._role_names():
            raise InvalidValue(
                name="role",
                value=role,
                expected="it must be a role that there is",
                expected_zh="必须是已有的角色",
            )
        user = await self._store.find_by_email(email)
        if user is None and not caller.may("user.create"):
            raise NoAccountYet(email=email)
        if user is not None and await self._teams.membership(team.id, user.id) is not None:
            raise EmailTaken(email=email)
        return await self._offer(caller, team.id, email, role, base, team.name)

    async def list(self, subject: str = SERVER) -> list[Invitation]:
        """The open ones to the server, or into a team."""
        return [_invitation(each) for each in await self._one_times.offered(KIND, subject)]

    async def withdraw(self, invitation_id: str, subject: str = SERVER) -> None:
        """Raises `NotFound`."""
        if not await self._one_times.withdraw(KIND, subject, invitation_id):
            raise NotFound(what="invitation", what_zh="邀请", name=invitation_id)

    async def look(self, token: str) -> tuple[Invitation, str, bool]:
        """What is offered, the team's name, and whether there is an account. Raises `LinkOver`."""
        invitation = _invitation(await self._one_times.look(KIND, token))
        team = await self._team_of(invitation)
        known = await self._store.find_by_email(invitation.email) is not None
        return invitation, team.name if team is not None else "", known

    async def accept(
        self, caller: Caller, token: str, name: str, password: str, visit: Visit
    ) -> SignedIn:
        """Makes the account, or lets who has one join; then signs in.

        Who has an account shows it by being signed in or by the password. Raises `LinkOver`,
        `WeakPassword`, and as `SignIn.by_password`.
        """
        invitation = _invitation(await self._one_times.look(KIND, token))
        await self._team_of(invitation)
        user = await self._store.find_by_email(invitation.email)
        if user is None:
            return await self._newcomer(invitation, token, name, password, visit)
        if caller.user == user.id:
            await self._join(await self._one_times.redeem(KIND, token), user)
            return SignedIn(user)
        signed_in = await self._sign_in.by_password(invitation.email, password, visit)
        if signed_in.second is None:
            await self._join(await self._one_times.redeem(KIND, token), user)
        return signed_in

    async def _newcomer(
        self, invitation: Invitation, token: str, name: str, password: str, visit: Visit
    ) -> SignedIn:
        role = USER.name if invitation.team else invitation.role
        self._users.require_good(invitation.email, password)
        redeemed = await self._one_times.redeem(KIND, token)
        try:
            user = await self._users.make(UserDraft(invitation.email, name, role, password))
        except BaseException:
            await self._one_times.give_back(redeemed)
            raise
        await self._join(redeemed, user)
        return await self._sign_in.complete(user, visit)

    async def _join(self, redeemed: OneTime, user: User) -> None:
        invitation = _invitation(redeemed)
        if invitation.team:
            now = self._clock.now()
            member = Member(
                team=invitation.team, user=user.id, role=invitation.role, created_at=now
            )
            await self._teams.join(member)
        self._recent.forget()

    async def _team_of(self, invitation: Invitation) -> Team | None:
        """Raises `LinkOver` if it is there no more."""
        if not invitation.team:
            return None
        team = await self._teams.find(invitation.team)
        if team is None:
            raise LinkOver
        return team

    async def _offer(
        self, caller: Caller, subject: str, email: str, role: str, base: str, name: str
    ) -> tuple[Invitation, str]:
        number = len(await self._one_times.offered(KIND, subject))
        if number >= _MOST:
            raise TooManyInvitations(number=number)
        by = await self._store.find(caller.user)
        shown = (by.name or by.email) if by is not None else caller.user
        data = {"email": email, "role": role, "by": shown}
        token, kept = await self._one_times.make(KIND, subject, data, GOOD_FOR)
        link = f"{base}/invitations/{token}"
        self._letters.invitation(email, link, shown, name)
        return _invitation(kept), link

    async def _role_names(self) -> set[str]:
        return {*BUILT_IN, *(role.name for role in await self._teams.roles())}


def _invitation(kept: OneTime) -> Invitation:
    return Invitation(
        id=id_of(kept),
        email=kept.data["email"],
        role=kept.data["role"],
        team="" if kept.subject == SERVER else kept.subject,
        by=kept.data["by"],
        created_at=kept.created_at,
        expires_at=kept.expires_at,
    )
