"""Asks token addresses: code for tokens, refresh token for tokens, and tokens taken back."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.providers import (
    App,
    Asking,
    DeviceCode,
    Granted,
    GrantEnded,
    OAuth,
    Provider,
    Secret,
    Waiting,
)
from luban.providers import answers, filling
from luban.providers.oauth import token_answer
from luban.providers.oauth.errors import (
    ENDED,
    PENDING,
    TokensRefused,
    TokensUnavailable,
    way_out,
)
from luban.sdk.http import Http, HttpResponse

SECONDS = 15.0
MAX_BYTES = 1_000_000


class TokenClient:
    """One for all providers; it keeps nothing.

    Redirects are not followed: what is sent here must not go elsewhere.
    """

    def __init__(self, http: Http, clock: Clock, seconds: float = SECONDS) -> None:
        self._http = http
        self._clock = clock
        self._seconds = seconds

    async def exchange(self, provider: Provider, app: App, asking: Asking, code: str) -> Granted:
        """Raises `TokensRefused` and `TokensUnavailable`."""
        oauth = _oauth(provider)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asking.redirect,
            **oauth.token_extra,
        }
        if oauth.pkce:
            form["code_verifier"] = asking.verifier
        return await self._ask(provider, oauth, app, form, redirect=asking.redirect)

    async def refresh(self, provider: Provider, app: App, secret: Secret, name: str) -> Granted:
        """Keeps the refresh token where the provider sends no other one (RFC 6749 §6).

        Raises `GrantEnded`, `TokensRefused` and `TokensUnavailable`.
        """
        oauth = _oauth(provider)
        form = {
            "grant_type": "refresh_token",
            "refresh_token": secret["refresh_token"],
            **oauth.token_extra,
        }
        granted = await self._ask(provider, oauth, app, form, name=name)
        return granted.model_copy(update={"secret": {**secret, **granted.secret}})

    async def for_itself(
        self, provider: Provider, app: App, scopes: tuple[str, ...], name: str
    ) -> Granted:
        """The client credentials grant: the app acts for nobody but itself."""
        oauth = _oauth(provider)
        form = {"grant_type": "client_credentials"}
        if scopes:
            form["scope"] = oauth.delimiter.join(scopes)
        return await self._ask(provider, oauth, app, form, name=name)

    async def device(self, provider: Provider, app: App, scopes: tuple[str, ...]) -> DeviceCode:
        """A code for another device (RFC 8628 §3.1)."""
        oauth = _oauth(provider)
        form = {"client_id": app.client_id}
        if scopes:
            form[oauth.scope_parameter] = oauth.delimiter.join(scopes)
        headers = {"Accept": "application/json"}
        answer = await self._send(provider, "POST", oauth.device, headers, form)
        read = token_answer.read_device(answer)
        if isinstance(read, DeviceCode):
            return read
        raise self._no_tokens(provider, answer, read)

    async def device_tokens(
        self, provider: Provider, app: App, device_code: str
    ) -> Granted | Waiting:
        """Asks once whether the person agreed (RFC 8628 §3.4)."""
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": device_code,
        }
        try:
            return await self._ask(provider, _oauth(provider), app, form, may_wait=True)
        except TokensRefused as error:
            if error.params["oauth_error"] in PENDING:
                return Waiting(slower=error.params["oauth_error"] == "slow_down")
            raise

    async def by_assertion(self, provider: Provider, assertion: str, name: str) -> Granted:
        """The JWT bearer grant (RFC 7523 §2.1)."""
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": assertion,
        }
        return await self._ask(provider, _oauth(provider), None, form, name=name)

    async def revoke(self, provider: Provider, app: App | None, secret: Secret) -> bool:
        """Takes the grant back; `False` where the provider has no address for that.

        Raises `TokensRefused` and `TokensUnavailable`.
        """
        oauth = _oauth(provider)
        if not oauth.revoke:
            return False
        access = secret.get("access_token", "")
        whole = secret.get("refresh_token") or access  # taking this one ends both
        if oauth.revoke_by == "bearer":
            answer = await self._send(
                provider, "POST", oauth.revoke, {"Authorization": f"Bearer {access}"}, {}
            )
        elif oauth.revoke_by == "github" and app is not None:
            url = oauth.revoke.replace("{client_id}", quote(app.client_id, safe=""))
            answer = await self._send(
                provider, "DELETE", url, _basic(app), {"access_token": access}, as_json=True
            )
        else:
            form = {"token": whole}
            headers = _prove(oauth, app, form)
            answer = await self._send(provider, "POST", oauth.revoke, headers, form)
        self._check_revoked(provider, answer, tuple(secret.values()))
        return True

    async def _ask(
        self,
        provider: Provider,
        oauth: OAuth,
        app: App | None,
        form: dict[str, str],
        *,
        name: str = "",
        redirect: str = "",
        may_wait: bool = False,
    ) -> Granted:
        sent = (*form.values(), app.client_secret if app else "")
        headers = {"Accept": "application/json", **oauth.token_headers, **_prove(oauth, app, form)}
        answer = await self._send(
            provider, "POST", oauth.token, headers, form, as_json=oauth.json_body
        )
        read = token_answer.read(oauth, answer, self._clock.now(), sent)
        if isinstance(read, Granted):
            return read
        told = {"name": name, "redirect": redirect}
        raise self._no_tokens(provider, answer, read, may_wait=may_wait, **told)

    def _no_tokens(
        self,
        provider: Provider,
        answer: HttpResponse,
        read: token_answer.Refusal | token_answer.Nonsense,
        *,
        name: str = "",
        redirect: str = "",
        may_wait: bool = False,
    ) -> LubanError:
        """The error that an answer without tokens is; raises `TokensUnavailable`."""
        refused = isinstance(read, token_answer.Refusal)
        if not (may_wait and refused and read.error in PENDING):
            self._check_available(provider, answer)
        if isinstance(read, token_answer.Nonsense):
            return _unavailable(
                provider,
                f"it answered {read.status} without tokens",
                f"返回了 {read.status}，但没有令牌",
            )
        if name and read.error in ENDED:
            return GrantEnded(provider=provider.title, name=name, cause=read.said)
        en, zh = way_out(read.error, redirect)
        return TokensRefused(
            provider=provider.title,
            said=read.said,
            way_out=en,
            way_out_zh=zh,
            oauth_error=read.error,
        )

    async def _send(
        self,
        provider: Provider,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str],
        *,
        as_json: bool = False,
    ) -> HttpResponse:
        try:
            return await self._http.request(
                method,
                url,
                headers=headers,
                json=dict(form) if as_json else None,
                form=None if as_json else form,
                timeout=self._seconds,
                max_bytes=MAX_BYTES,
                follow_redirects=False,
            )
        except LubanError as error:
            secrets = form.values()
            cause = filling.hidden(str(error), secrets).rstrip(".")
            cause_zh = filling.hidden(error.message_zh, secrets).rstrip("。")
            raise _unavailable(provider, cause, cause_zh) from error

    def _check_available(self, provider: Provider, answer: HttpResponse) -> None:
        if answer.status != 429 and answer.status < 500:
            return
        wait = answers.pause(answer.headers, self._clock.now())
        error = _unavailable(provider, f"it answered {answer.status}", f"返回了 {answer.status}")
        error.retry_after = wait
        raise error

    def _check_revoked(
        self, provider: Provider, answer: HttpResponse, sent: tuple[str, ...]
    ) -> None:
        """A grant that is gone already is as good as one taken back (RFC 7009 §2.2)."""
        self._check_available(provider, answer)
        try:
            content = answers.body(answer)
        except ValueError:
            content = {}
        error = answers.text("error", content)
        refused = answer.status >= 400 or answers.look("ok", content) is False
        if refused and error not in ENDED and answer.status != 404:
            raise TokensRefused(
                provider=provider.title,
                said=filling.hidden(answers.said(content) or str(answer.status), sent),
                way_out="End it on its own pages.",
                way_out_zh="请在其网站上自行终止授权。",
                oauth_error=error,
            )


def _prove(oauth: OAuth, app: App | None, form: dict[str, str]) -> dict[str, str]:
    """Says who asks, as the provider wants it (RFC 6749 §2.3.1)."""
    if app is None:
        return {}
    if oauth.client == "basic" and app.client_secret:
        return _basic(app)
    form["client_id"] = app.client_id
    if oauth.client != "none" and app.client_secret:
        form["client_secret"] = app.client_secret
    return {}


def _basic(app: App) -> dict[str, str]:
    pair = f"{quote(app.client_id, safe='')}:{quote(app.client_secret, safe='')}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def _oauth(provider: Provider) -> OAuth:
    assert provider.oauth is not None, provider.id
    return provider.oauth


def _unavailable(provider: Provider, cause: str, cause_zh: str) -> TokensUnavailable:
    return TokensUnavailable(provider=provider.title, cause=cause, cause_zh=cause_zh)
