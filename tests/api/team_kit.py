"""An application in which people have accounts and sessions, and share teams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2

from luban.api.app import create_app
from luban.api.door import Door
from luban.api.identify import COOKIE, Identifying
from luban.server.wiring import Home
from luban.services.accounts.users import UserDraft
from tests.api.kit import HOST, V1
from tests.services.kit import memory_home

TEAM = "x-luban-team"


class Person(NamedTuple):
    """Somebody with a browser that is signed in."""

    id: str
    email: str
    team: str
    """Their own."""
    http: httpx2.AsyncClient

    async def ask(
        self, method: str, path: str, json: Any = None, *, team: str = "", **more: Any
    ) -> httpx2.Response:
        headers = {TEAM: team} if team else {}
        return await self.http.request(method, V1 + path, json=json, headers=headers, **more)

    async def get(self, path: str, *, team: str = "") -> Any:
        """What is answered, which must be good."""
        answer = await self.ask("GET", path, team=team)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, json: Any = None, *, team: str = "") -> Any:
        answer = await self.ask("POST", path, json, team=team)
        assert answer.status_code < 300, answer.text
        return answer.json()


class Square(NamedTuple):
    """Where they meet."""

    home: Home
    app: Any

    def browser(self) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx2.AsyncClient(transport=transport, base_url=HOST)

    async def person(self, name: str, role: str = "user") -> Person:
        accounts = self.home.house.accounts
        user = await accounts.users.make(UserDraft(f"{name}@example.com", name.title(), role))
        http = self.browser()
        http.cookies.set(COOKIE, await accounts.sessions.begin(user, "", ""))
        return Person(user.id, user.email, user.team, http)

    async def invited(self, by: Person, team: str, who: Person, role: str) -> None:
        """Somebody with an account comes into a team."""
        token = await invitation(by, team, who.email, role)
        accepted = await who.ask("POST", f"/auth/invitations/{token}", {})
        assert accepted.status_code == 200, accepted.text


@asynccontextmanager
async def square(folder: Path, **settings: Any) -> AsyncIterator[Square]:
    chosen = {"auth": "required", "rate_limits": {"enabled": False}, **settings}
    async with memory_home(folder, **chosen) as home:
        identify = Identifying(home.house.accounts)
        yield Square(home, create_app(home.house, door=Door(), identify=identify))


async def invitation(by: Person, team: str, email: str, role: str = "user") -> str:
    """The token of a new one."""
    made = await by.post(f"/teams/{team}/invitations", {"email": email, "role": role})
    return made["link"].rpartition("/")[2]
