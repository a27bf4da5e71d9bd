"""Everything beside passwords by which people show who they are, as the API gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from luban.ports.clock import Clock
from luban.ports.people import TeamStore, UserStore
from luban.ports.vault import Sealing
from luban.sdk.http import Http
from luban.services.accounts.accounts import Parts
from luban.services.accounts.asking import SignInBy
from luban.services.accounts.github import GithubSignIn
from luban.services.accounts.joining import Joining, SignUp
from luban.services.accounts.openid import OpenIdSignIn
from luban.services.accounts.outside_tokens import OutsideTokens, TokenSettings
from luban.services.accounts.second_factors import SecondFactors
from luban.services.accounts.second_step import SecondStep
from luban.services.accounts.sign_in_by_others import SignInByOthers
from luban.services.accounts.sign_in_settings import SignInProvider
from luban.services.accounts.token_users import TokenUsers
from luban.services.accounts.waiting_invitations import WaitingInvitations


@dataclass(frozen=True)
class ProofSettings:
    """What an administrator decided about them."""

    providers: Sequence[SignInProvider] = ()
    sign_up: SignUp = field(default_factory=SignUp)
    tokens: TokenSettings = field(default_factory=TokenSettings)


@dataclass(frozen=True)
class Proofs:
    """One of each."""

    factors: SecondFactors
    second_step: SecondStep
    others: SignInByOthers
    joining: Joining
    tokens: TokenUsers

    def ways_in(self) -> list[tuple[str, str]]:
        """Other houses to sign in with: id and title."""
        return [(each.id, each.title) for each in self.others.providers]

    def title_of(self, issuer: str) -> str:
        """What people call an issuer."""
        titles = (each.title for each in self.others.providers if each.issuer == issuer)
        return next(titles, issuer)


def open_proofs(
    users: UserStore,
    teams: TeamStore,
    parts: Parts,
    sealing: Sealing,
    http: Http,
    clock: Clock,
    settings: ProofSettings | None = None,
) -> Proofs:
    """Over the parts that accounts are made of too; `http` reaches what the settings name."""
    settings = settings or ProofSettings()
    one_times = parts.one_times
    factors = SecondFactors(users, one_times, sealing, clock)
    waiting = WaitingInvitations(one_times, teams, clock)
    joining = Joining(users, waiting, clock, sign_up=settings.sign_up)
    ways = [_way(provider, http, clock) for provider in settings.providers]
    outside = OutsideTokens(settings.tokens, http, clock)
    return Proofs(
        factors=factors,
        second_step=SecondStep(users, parts.sessions, factors, one_times, parts.attempts),
        others=SignInByOthers(ways, one_times),
        joining=joining,
        tokens=TokenUsers(outside, joining, users, teams, parts.recent),
    )


def _way(provider: SignInProvider, http: Http, clock: Clock) -> SignInBy:
    if provider.kind == "github":
        return GithubSignIn(provider, http)
    return OpenIdSignIn(provider, http, clock)
