"""An application with accounts, a clock set by hand, a hasher that counts, and letters kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from luban.api.app import create_app
from luban.api.door import Door
from luban.api.forwarded import networks
from luban.api.identify import COOKIE, Identifying
from luban.server.wiring import Home
from luban.services.accounts.accounts import Accounts, Policy, open_accounts
from luban.services.accounts.users import UserDraft
from luban.storage.memory import MemoryDatabase
from tests.accounts.doubles import HandClock
from tests.api.kit import HOST, V1
from tests.services.kit import memory_home

PASSWORD = "tea with the moon"
OTHER = "coffee without the sun"


class CountingHasher:
    """Quick, and counts how often it had to work."""

    def __init__(self, version: int = 1) -> None:
        self.version = version
        self.hashed = 0
        self.compared = 0

    @property
    def decoy(self) -> str:
        return f"quick{self.version}$nobody"

    def hash(self, password: str) -> str:
        self.hashed += 1
        return f"quick{self.version}${hashlib.sha256(password.encode()).hexdigest()}"

    def is_right(self, stored: str, password: str) -> bool:
        self.compared += 1
        return stored.partition("$")[2] == hashlib.sha256(password.encode()).hexdigest()

    def is_outdated(self, stored: str) -> bool:
        return not stored.startswith(f"quick{self.version}$")


@dataclass
class KeptMail:
    """Letters that were sent: to whom, and with which text."""

    letters: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, to: str, subject: str, text: str) -> None:
        self.letters.append((to, text))

    def link(self, to: str) -> str:
        """The link in the last letter to somebody."""
        texts = [text for reader, text in self.letters if reader == to]
        found = re.search(r"https?://\S+", texts[-1])
        assert found
        return found.group()


@dataclass
class Town:
    """A server, its people, and what was sent to them."""

    home: Home
    app: Any
    accounts: Accounts
    clock: HandClock
    hasher: CountingHasher
    mail: KeptMail

    def browser(self, address: str = "192.0.2.1", base: str = HOST) -> httpx2.AsyncClient:
        """Somebody at an address, with cookies of their own."""
        transport = httpx2.ASGITransport(
            self.app, raise_app_exceptions=False, client=(address, 50_000)
        )
        return httpx2.AsyncClient(transport=transport, base_url=base)

    async def person(self, name: str, role: str = "user", password: str = PASSWORD) -> str:
        """Their id."""
        draft = UserDraft(f"{name}@example.com", name.title(), role, password)
        return (await self.accounts.users.make(draft)).id

    async def signed_in(
        self, name: str, role: str = "user", address: str = "192.0.2.1"
    ) -> httpx2.AsyncClient:
        """A browser of somebody new who came in."""
        await self.person(name, role)
        browser = self.browser(address)
        response = await sign_in(browser, name)
        assert response.status_code == 200, response.text
        return browser


@asynccontextmanager
async def town(
    folder: Path,
    *,
    required: bool = True,
    letters: bool = False,
    more: dict[str, Any] | None = None,
    proxies: tuple[str, ...] = (),
    **policy: Any,
) -> AsyncIterator[Town]:
    clock, hasher, mail = HandClock(), CountingHasher(), KeptMail()
    async with memory_home(folder, rate_limits={"enabled": False}) as home:
        database = MemoryDatabase()
        accounts = open_accounts(
            database.users,
            database.sessions,
            database.teams,
            clock,
            Policy(required=required, **policy),
            mail=mail if letters else None,
            hasher=hasher,
            **(more or {}),
        )
        house = replace(home.house, accounts=accounts)
        door = Door(hosts=("luban.test",), proxies=networks(proxies))
        app = create_app(house, door=door, identify=Identifying(accounts))
        yield Town(replace(home, house=house), app, accounts, clock, hasher, mail)
        await accounts.letters.aclose()


async def sign_in(
    browser: httpx2.AsyncClient, name: str, password: str = PASSWORD, **how: Any
) -> httpx2.Response:
    given = {"email": f"{name}@example.com", "password": password}
    return await browser.post(f"{V1}/auth/sign-in", json=given, **how)


async def me(browser: httpx2.AsyncClient, **how: Any) -> dict[str, Any]:
    response = await browser.get(f"{V1}/me", **how)
    assert response.status_code == 200, response.text
    return response.json()


def token_of(browser: httpx2.AsyncClient) -> str:
    return browser.cookies[COOKIE]


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}
