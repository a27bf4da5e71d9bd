"""All that concerns accounts together, as the API and the command line get it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.people import SessionStore, TeamStore, UserStore
from luban.ports.signing_in import Mail, SecondFactors, Tokens
from luban.services.accounts.api_keys import ApiKeys
from luban.services.accounts.attempts import Attempts
from luban.services.accounts.email_changes import EmailChanges
from luban.services.accounts.first import First
from luban.services.accounts.invitations import Invitations
from luban.services.accounts.letters import Letters
from luban.services.accounts.one_time import OneTimes
from luban.services.accounts.passwords import Hasher, Passwords
from luban.services.accounts.recent import Recent
from luban.services.accounts.recognition import Recognition
from luban.services.accounts.resets import Resets
from luban.services.accounts.sessions import Sessions
from luban.services.accounts.sign_in import SignIn
from luban.services.accounts.tickets import Tickets
from luban.services.accounts.users import Users

log = logging.getLogger(__name__)

_SWEEP = 3600.0
"""Seconds between two removals of what is over."""


@dataclass(frozen=True)
class Policy:
    """What an administrator decided about accounts."""

    required: bool = False
    """Whether everybody needs one, also whoever sits at the machine."""
    public_url: str = ""
    """Where people reach the server; links in letters begin with it."""
    idle: float = 14 * 86_400.0
    """Seconds after which an unused session ends."""
    longest: float = 90 * 86_400.0
    """Seconds after which any session ends."""


@dataclass(frozen=True)
class Accounts:
    """One of each."""

    policy: Policy
    users: Users
    sessions: Sessions
    api_keys: ApiKeys
    sign_in: SignIn
    first: First
    resets: Resets
    invitations: Invitations
    email_changes: EmailChanges
    tickets: Tickets
    recognition: Recognition
    attempts: Attempts
    one_times: OneTimes
    letters: Letters
    recent: Recent[Caller]
    teams: TeamStore
    store: SessionStore
    factors: SecondFactors | None
    clock: Clock
    ways_in: Callable[[], Sequence[tuple[str, str]]] = tuple
    """Other houses to sign in with: id and title."""

    async def go_on(self) -> None:
        """Removes what is over, from time to time, until it is cancelled."""
        while True:
            try:
                await self.store.forget_expired(self.clock.now())
            except LubanError as error:
                log.warning("what is over was not removed: %s", error)
            await asyncio.sleep(_SWEEP)


def open_accounts(
    users: UserStore,
    sessions: SessionStore,
    teams: TeamStore,
    clock: Clock,
    policy: Policy | None = None,
    *,
    mail: Mail | None = None,
    hasher: Hasher | None = None,
    factors: SecondFactors | None = None,
    tokens: Sequence[Tokens] = (),
    parts: Parts | None = None,
    ways_in: Callable[[], Sequence[tuple[str, str]]] = tuple,
) -> Accounts:
    """Accounts over these stores; `factors` and `tokens` are asked for what they know.

    Who makes these two first may need `parts`, of which everything else is made.
    """
    policy = policy or Policy()
    made = parts or Parts.over(users, sessions, clock, policy, hasher)
    letters = Letters(mail)
    people = Users(users, teams, made.sessions, made.passwords, made.recent, clock)
    keys = ApiKeys(sessions, made.recent, clock)
    recognition = Recognition(users, teams, made.sessions, keys, made.recent, tokens)
    sign_in = SignIn(
        users, sessions, made.sessions, made.passwords, made.one_times, made.attempts, factors
    )
    return Accounts(
        policy=policy,
        users=people,
        sessions=made.sessions,
        api_keys=keys,
        sign_in=sign_in,
        first=First(users, people, made.one_times, made.attempts),
        resets=Resets(users, people, made.one_times, made.attempts, letters),
        invitations=Invitations(
            users, teams, people, sign_in, made.one_times, letters, made.recent, clock
        ),
        email_changes=EmailChanges(users, people, made.one_times, letters),
        tickets=Tickets(made.one_times, recognition),
        recognition=recognition,
        attempts=made.attempts,
        one_times=made.one_times,
        letters=letters,
        recent=made.recent,
        teams=teams,
        store=sessions,
        factors=factors,
        clock=clock,
        ways_in=ways_in,
    )


@dataclass(frozen=True)
class Parts:
    """What further proofs of who somebody is are made of too."""

    sessions: Sessions
    passwords: Passwords
    one_times: OneTimes
    attempts: Attempts
    recent: Recent[Caller]

    @classmethod
    def over(
        cls,
        users: UserStore,
        sessions: SessionStore,
        clock: Clock,
        policy: Policy,
        hasher: Hasher | None = None,
    ) -> Parts:
        recent: Recent[Caller] = Recent(clock)
        return cls(
            sessions=Sessions(
                sessions, users, recent, clock, idle=policy.idle, longest=policy.longest
            ),
            passwords=Passwords(hasher),
            one_times=OneTimes(sessions, clock),
            attempts=Attempts(clock),
            recent=recent,
        )
