"""A server that asks for accounts, the people who have one, and pages they are signed in on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Page

from tests.browser.conftest import QUIET, Site, Visit
from tests.server.kit import ServerProcess
from tests.services.kit import block_folder

PASSWORD = "seven green hippos sing"
ADMIN = "ada@example.com"
SESSION = "luban_session"
_LINES = 10
"""How soon the server prints the code."""
_CODE = re.compile(r"(?:[A-Z2-7]{5}-){3}[A-Z2-7]{5}")


class Town(Site):
    """A running server with accounts; `code` makes the first one."""

    def __init__(self, folder: Path, blocks: dict[str, str] | None = None) -> None:
        for name, source in (blocks or {}).items():
            block_folder(folder / "blocks").joinpath(name).write_text(source, encoding="utf-8")
        self.process = ServerProcess(
            folder,
            LUBAN_AUTH="required",
            LUBAN_RATE_LIMITS='{"enabled": false}',
            **QUIET,
        )
        super().__init__(self.process.url)
        self.code = self._code()
        self._sessions: dict[str, str] = {}

    def _code(self) -> str:
        out = self.process.process.stdout
        assert out is not None
        for _ in range(_LINES):
            if found := _CODE.search(out.readline()):
                return found.group()
        raise AssertionError("the server printed no code")

    def settle(self) -> None:
        """Makes the administrator."""
        body = {"email": ADMIN, "password": PASSWORD, "name": "Ada", "code": self.code}
        self._keep(ADMIN, self._send("POST", "/auth/first", body))

    def join(self, email: str, name: str, role: str = "user") -> None:
        """Makes somebody else, as the administrator does."""
        body = {"email": email, "name": name, "role": role, "password": PASSWORD}
        self.ask("POST", "/users", body)
        self.sign_in(email)

    def sign_in(self, email: str) -> None:
        body = {"email": email, "password": PASSWORD}
        self._keep(email, self._send("POST", "/auth/sign-in", body))

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, who: str = ADMIN
    ) -> dict[str, Any]:
        answer = self._send(method, path, body, self._sessions[who])
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else {}

    def status(self, method: str, path: str, key: str) -> int:
        """What a program with a key is answered."""
        headers = {"authorization": f"Bearer {key}"}
        return httpx2.request(method, f"{self.url}/api/v1{path}", headers=headers).status_code

    def enter(self, visit: Visit, path: str = "/", who: str = ADMIN, **look: Any) -> Page:
        """A page on which somebody is signed in."""
        return visit(path, cookies={SESSION: self._sessions[who]}, **look)

    def end_sessions(self, who: str) -> None:
        """As from another browser: those that are open end."""
        before = self._sessions[who]
        self.sign_in(who)
        self.ask("DELETE", "/me/sessions", who=who)
        assert self._sessions[who] != before

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None, session: str = ""
    ) -> httpx2.Response:
        cookies = {SESSION: session} if session else {}
        url = f"{self.url}/api/v1{path}"
        return httpx2.request(method, url, json=body, cookies=cookies, timeout=20)

    def _keep(self, email: str, answer: httpx2.Response) -> None:
        assert answer.status_code < 400, answer.text
        self._sessions[email] = answer.cookies[SESSION]
