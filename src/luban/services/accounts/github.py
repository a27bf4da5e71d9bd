"""Signing people in by GitHub, which speaks OAuth 2 but not OpenID Connect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from luban.sdk.http import Http
from luban.services.accounts.asking import Asked, code_in, failed, plain
from luban.services.accounts.openid import ask
from luban.services.accounts.person import Person
from luban.services.accounts.sign_in_settings import SignInProvider

_SCOPES = ("read:user", "user:email")


class GithubSignIn:
    """`SignInBy` GitHub: the account's number is who it is, for names there change hands."""

    def __init__(self, provider: SignInProvider, http: Http) -> None:
        self.provider = provider
        self._http = http
        self._login = f"{provider.issuer.rstrip('/')}/login/oauth"
        self._api = provider.api.rstrip("/")

    async def address(self, asked: Asked) -> str:
        parameters = {
            "client_id": self.provider.client_id,
            "redirect_uri": asked.redirect,
            "scope": " ".join(self.provider.scopes or _SCOPES),
            "state": asked.state,
            "code_challenge": asked.challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._login}/authorize?{urlencode(parameters)}"

    async def person(self, asked: Asked, answer: Mapping[str, str]) -> Person:
        access = await self._redeem(asked, code_in(self.provider, answer))
        user = await self._get("/user", access)
        number = user.get("id") if isinstance(user, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            raise failed(self.provider, "it names nobody", "没有指明用户")
        name = user.get("name") or user.get("login")
        return Person(
            issuer=self.provider.issuer,
            subject=str(number),
            email=_primary(await self._get("/user/emails", access)),
            verified=True,
            name=name[:200] if isinstance(name, str) else "",
        )

    async def _redeem(self, asked: Asked, code: str) -> str:
        form = {
            "client_id": self.provider.client_id,
            "client_secret": self.provider.client_secret,
            "code": code,
            "redirect_uri": asked.redirect,
            "code_verifier": asked.verifier,
        }
        url, headers = f"{self._login}/access_token", {"accept": "application/json"}
        answer = await ask(self.provider, self._http, "POST", url, headers=headers, form=form)
        try:
            told = answer.json()
        except ValueError:
            told = None
        access = told.get("access_token") if isinstance(told, dict) else None
        if not answer.ok or not isinstance(access, str) or not access:
            word = plain(told.get("error")) if isinstance(told, dict) else ""
            word = word or str(answer.status)
            raise failed(self.provider, f"it says `{word}`", f"对方返回“{word}”")
        return access

    async def _get(self, path: str, access: str) -> Any:
        headers = {"accept": "application/vnd.github+json", "authorization": f"Bearer {access}"}
        url = self._api + path
        answer = await ask(self.provider, self._http, "GET", url, headers=headers)
        try:
            if answer.ok:
                return answer.json()
        except ValueError:
            pass
        word = str(answer.status)
        raise failed(self.provider, f"{path} answers {word}", f"{path} 返回 {word}")


def _primary(rows: Any) -> str:
    """The address that is primary and was verified there; empty if there is none."""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("primary") is True and row.get("verified") is True:
            email = row.get("email")
            return email.strip().lower() if isinstance(email, str) and len(email) <= 254 else ""
    return ""
