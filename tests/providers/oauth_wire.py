"""An OAuth 2 server after RFC 6749, 7636 and 7009, with the habits of the real ones.

People always agree, but to no more than `permits`. Refresh tokens rotate; who shows one a second
time loses the whole grant, as RFC 9700 §4.14.2 wants it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.providers.wire import Service

CLIENT, SECRET = "luban-app", "app secret: with/odd letters"
REDIRECT = "http://localhost:8123/api/v1/credentials/oauth/callback"


@dataclass
class Grant:
    """What somebody agreed to."""

    scopes: list[str]
    access: set[str] = field(default_factory=set[str])
    refresh: str = ""
    over: bool = False


@dataclass
class OAuthServer:
    """State and habits; `install` makes a service answer with it."""

    habit: str = "plain"
    """`plain`, `github`, `slack`, `json`."""
    redirects: tuple[str, ...] = (REDIRECT,)
    permits: set[str] | None = None
    rotates: bool = True
    lasts: Any = 3600
    gives_refresh: bool = True
    delay: Any = None
    """Awaited before a refresh is answered."""
    codes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    devices: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    grants: list[Grant] = field(default_factory=list[Grant])
    forms: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    reused: int = 0
    spent: dict[str, Grant] = field(default_factory=dict[str, Grant])

    def install(self, service: Service, authorize: str, token: str, revoke: str = "") -> None:
        """By the paths under which the moved rows look for them."""
        service.answers[f"GET {authorize}"] = self.authorize
        service.answers[f"POST {token}"] = self.token
        if revoke:
            service.answers[f"POST {revoke}"] = self.revoke

    @property
    def refreshes(self) -> int:
        return sum(form.get("grant_type") == "refresh_token" for form in self.forms)

    def knows(self, access: str) -> bool:
        return any(access in grant.access for grant in self.grants if not grant.over)

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") not in self.redirects:
            return JSONResponse({"error": "redirect_uri_mismatch"}, 400)
        code = secrets.token_hex(8)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def token(self, request: Request) -> Response:
        form = await self._form(request)
        self.forms.append(form)
        if not self._is_client(request, form):
            return self._refused("invalid_client", 401)
        kind = form.get("grant_type")
        if kind == "authorization_code":
            return self._exchanged(form)
        if kind == "refresh_token":
            if self.delay is not None:
                await self.delay()
            return self._refreshed(form)
        if kind == "urn:ietf:params:oauth:grant-type:device_code":
            return self._on_device(form)
        if kind == "client_credentials":
            grant = Grant(form.get("scope", "").split())
            self.grants.append(grant)
            return self._tokens(grant, refresh=False)
        return self._refused("unsupported_grant_type")

    async def revoke(self, request: Request) -> Response:
        form = await self._form(request)
        token = form.get("token") or request.headers.get("authorization", "").split()[-1]
        for grant in self.grants:
            if token == grant.refresh or token in grant.access:
                grant.over = True
        return JSONResponse({"ok": True} if self.habit == "slack" else {})

    async def device(self, request: Request) -> Response:
        form = await self._form(request)
        if form.get("client_id") != CLIENT:
            return self._refused("invalid_client")
        code = secrets.token_hex(8)
        self.devices[code] = {"scope": form.get("scope", ""), "state": "authorization_pending"}
        told = {"device_code": code, "user_code": "WDJB-MJHT", "interval": 5, "expires_in": 900}
        return JSONResponse({**told, "verification_uri": "https://github.com/login/device"})

    def _on_device(self, form: dict[str, str]) -> Response:
        asked = self.devices.get(form.get("device_code", ""))
        if asked is None:
            return self._refused("expired_token")
        if asked["state"] != "agreed":
            return self._refused(asked["state"])
        self.devices.clear()
        grant = Grant(asked["scope"].split())
        self.grants.append(grant)
        return self._tokens(grant, refresh=True)

    def _exchanged(self, form: dict[str, str]) -> Response:
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            return self._refused("invalid_grant")
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return self._refused("redirect_uri_mismatch")
        if "code_challenge" in asked:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if asked["code_challenge_method"] != "S256" or shown != asked["code_challenge"]:
                return self._refused("invalid_grant")
        scopes = asked.get("scope", asked.get("user_scope", "")).replace(",", " ").split()
        if self.permits is not None:
            scopes = [scope for scope in scopes if scope in self.permits]
        grant = Grant(scopes)
        self.grants.append(grant)
        return self._tokens(grant, refresh=self.gives_refresh)

    def _refreshed(self, form: dict[str, str]) -> Response:
        shown = form.get("refresh_token", "")
        if shown in self.spent:
            self.reused += 1
            self.spent[shown].over = True
        for grant in self.grants:
            if grant.refresh == shown and not grant.over:
                if not self.rotates:
                    return self._tokens(grant, refresh=False)
                self.spent[shown] = grant
                return self._tokens(grant, refresh=True)
        return self._refused("invalid_grant")

    def _tokens(self, grant: Grant, *, refresh: bool) -> Response:
        access = f"at-{secrets.token_hex(12)}"
        grant.access.add(access)
        told: dict[str, Any] = {"access_token": access, "token_type": "bearer"}
        if self.lasts is not None:
            told["expires_in"] = self.lasts
        if refresh:
            grant.refresh = told["refresh_token"] = f"rt-{secrets.token_hex(12)}"
        told["scope"] = ("," if self.habit in ("github", "slack") else " ").join(grant.scopes)
        if self.habit == "slack":
            person = {**told, "id": "U1", "access_token": f"{access}-person"}
            grant.access.add(person["access_token"])
            told = {**told, "ok": True, "team": {"name": "Workshop"}, "authed_user": person}
        return JSONResponse(told)

    def _refused(self, error: str, status: int = 400) -> Response:
        if self.habit == "slack":
            return JSONResponse({"ok": False, "error": error})
        told = {"error": error, "error_description": f"It is {error.replace('_', ' ')}."}
        return JSONResponse(told, 200 if self.habit == "github" else status)

    async def _form(self, request: Request) -> dict[str, str]:
        body = await request.body()
        if request.headers.get("content-type", "").startswith("application/json"):
            return json.loads(body)
        assert self.habit != "json", "this one takes JSON only"
        return dict(parse_qsl(body.decode()))

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        header = request.headers.get("authorization", "")
        if header.startswith("Basic "):
            client, _, secret = base64.b64decode(header[6:]).decode().partition(":")
            return (unquote(client), unquote(secret)) == (CLIENT, SECRET)
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
