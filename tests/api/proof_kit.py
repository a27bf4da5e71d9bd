"""An application with accounts, second factors and other houses, over stores in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from luban.api.app import create_app
from luban.api.door import Door
from luban.api.identify import Identifying
from luban.ports.clock import Clock
from luban.sdk.http import Http
from luban.services.accounts.accounts import Parts, Policy, open_accounts
from luban.services.accounts.proofs import Proofs, ProofSettings, open_proofs
from luban.storage.memory import MemoryDatabase
from tests.accounts.doubles import HandClock, TableHttp
from tests.accounts.people import sealing
from tests.api.people_kit import CountingHasher, KeptMail, Town
from tests.services.kit import memory_home


@dataclass
class ProofTown(Town):
    """A town that knows more than passwords."""

    proofs: Proofs
    database: MemoryDatabase


@asynccontextmanager
async def proof_town(
    folder: Path,
    settings: ProofSettings | None = None,
    http: Http | None = None,
    *,
    clock: Clock | None = None,
    required: bool = True,
    public_url: str = "",
) -> AsyncIterator[ProofTown]:
    hand, hasher, mail = HandClock(), CountingHasher(), KeptMail()
    told: Any = clock or hand
    policy = Policy(required=required, public_url=public_url)
    async with memory_home(folder, rate_limits={"enabled": False}) as home:
        database = MemoryDatabase()
        users, sessions, teams = database.users, database.sessions, database.teams
        parts = Parts.over(users, sessions, told, policy, hasher)
        proofs = open_proofs(users, teams, parts, sealing(), http or TableHttp(), told, settings)
        accounts = open_accounts(
            users,
            sessions,
            teams,
            told,
            policy,
            mail=mail,
            factors=proofs.factors,
            tokens=(proofs.tokens,),
            parts=parts,
            ways_in=proofs.ways_in,
        )
        house = replace(home.house, accounts=accounts, proofs=proofs)
        app = create_app(house, door=Door(hosts=("luban.test",)), identify=Identifying(accounts))
        yield ProofTown(
            replace(home, house=house), app, accounts, hand, hasher, mail, proofs, database
        )
        await accounts.letters.aclose()


async def post(browser: httpx2.AsyncClient, path: str, **body: Any) -> Any:
    """The answer to what must go well."""
    response = await browser.post(path, json=body)
    assert response.status_code < 300, response.text
    return response.json() if response.content else None
