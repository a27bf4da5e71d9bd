"""Accounts and all by which people show who they are, put together of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from luban.net import AllowList, GuardedHttp
from luban.ports.clock import Clock
from luban.ports.people import SessionStore, TeamStore, UserStore
from luban.ports.vault import Sealing
from luban.server.people import is_loopback, mail_of, policy_of
from luban.server.settings import Settings
from luban.services.accounts.accounts import Accounts, Parts, open_accounts
from luban.services.accounts.joining import SignUp
from luban.services.accounts.outside_tokens import TokenSettings
from luban.services.accounts.proofs import Proofs, ProofSettings, open_proofs
from luban.services.accounts.sign_in_settings import hosts_of, read_providers


class PeopleDatabase(Protocol):
    """What of the database people need."""

    @property
    def users(self) -> UserStore: ...
    @property
    def sessions(self) -> SessionStore: ...
    @property
    def teams(self) -> TeamStore: ...


@dataclass(frozen=True)
class People:
    """Both, and how other houses are reached."""

    accounts: Accounts
    proofs: Proofs
    http: GuardedHttp

    async def aclose(self) -> None:
        await self.accounts.letters.aclose()
        await self.http.aclose()


def open_people(
    settings: Settings, database: PeopleDatabase, sealing: Sealing, clock: Clock
) -> People:
    """Raises `InvalidValue` of what the settings say."""
    chosen = proof_settings(settings)
    # An administrator wrote these addresses, so they may lie in a private network.
    named = [*hosts_of(chosen.providers), *chosen.tokens.hosts]
    http = GuardedHttp(AllowList.parse([*settings.allow_hosts, *named]))
    policy = policy_of(settings)
    users, sessions, teams = database.users, database.sessions, database.teams
    parts = Parts.over(users, sessions, clock, policy)
    proofs = open_proofs(users, teams, parts, sealing, http, clock, chosen)
    accounts = open_accounts(
        users,
        sessions,
        teams,
        clock,
        policy,
        mail=mail_of(settings),
        factors=proofs.factors,
        tokens=(proofs.tokens,),
        parts=parts,
        ways_in=proofs.ways_in,
    )
    return People(accounts, proofs, http)


def proof_settings(settings: Settings) -> ProofSettings:
    """What the settings say of signing in beside passwords. Raises `InvalidValue`."""
    exposed = not is_loopback(settings.host)
    return ProofSettings(
        providers=read_providers(settings.environment, settings.sign_in),
        sign_up=SignUp.read(settings.sign_up),
        tokens=TokenSettings.read(settings.environment, exposed=exposed),
    )
