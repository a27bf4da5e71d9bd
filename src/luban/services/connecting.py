"""Accounts at providers, connected by OAuth 2: a person is sent there, and comes back with a code.

What is asked is kept for ten minutes under the digest of a random state. It may be answered once,
by the same user, in the browser it was asked from.
"""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from luban.model.access import Caller
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.ports.clock import Clock
from luban.ports.people import OneTime
from luban.ports.providers import App, Asking, DeviceCode, Granted, Provider, Providers, Waiting
from luban.ports.vault import Credential, CredentialStore
from luban.services.asked_grants import (
    AnswerNotYours,
    AnswerOver,
    AskedGrants,
    Outcome,
    check_browser,
)
from luban.services.credentials.credentials import Credentials, Grant
from luban.services.credentials.opening import Opening

_MOST_SCOPES, _LONGEST_SCOPE = 100, 300


class GrantDenied(LubanError):
    """A person, or the provider, said no before there was a code."""

    code = "oauth_denied"
    status = 422
    en = "{provider} sent you back without access: {said}. Start again if that was a mistake."
    zh = "{provider} 未授予访问权限便返回：{said}。如属误操作，请重新开始。"


class Wanted(NamedTuple):
    """What somebody wants to connect; with `credential_id`, scopes are added to that one.

    `elsewhere` says that another browser goes there than the one that asks, or none asks.
    """

    provider: str
    name: str = ""
    scopes: tuple[str, ...] | None = None
    credential_id: str | None = None
    app: App | None = None
    redirect: str = ""
    elsewhere: bool = False


class Started(NamedTuple):
    """Where to go; `browser` is what the browser that goes there must show when it comes back."""

    state: str
    url: str
    browser: str


class Returned(NamedTuple):
    """What a person came back with; of `code` and `error` one is given."""

    state: str
    code: str = ""
    error: str = ""
    description: str = ""
    issuer: str = ""
    browser: str = ""


class OnDevice(NamedTuple):
    """What a person enters where, and how often it is worth asking whether they did."""

    state: str
    user_code: str
    address: str
    interval: float


class Connecting:
    """From wanting to connect an account to its credential, and back."""

    def __init__(
        self,
        credentials: Credentials,
        store: CredentialStore,
        opening: Opening,
        providers: Providers,
        asked: AskedGrants,
        clock: Clock,
    ) -> None:
        self._credentials = credentials
        self._store = store
        self._opening = opening
        self._providers = providers
        self._asked = asked
        self._clock = clock

    # -- by a browser -----------------------------------------------------------------------

    async def start(self, caller: Caller, wanted: Wanted) -> Started:
        """Raises `NotFound`, `InvalidValue` and `AppMissing`."""
        provider = await self._provider(caller.team, wanted.provider)
        if provider.oauth is None or not provider.oauth.authorize:
            raise _not_connected(provider.id)
        asking, data = await self._asking(caller, provider, wanted)
        url = await self._providers.address(provider, asking)
        browser = "" if wanted.elsewhere else secrets.token_urlsafe(32)
        await self._asked.keep(caller, asking.state, {**data, "url": url}, browser=browser)
        return Started(asking.state, url, browser)

    async def go(self, caller: Caller, state: str) -> Started:
        """From here the answer belongs to the browser that goes; only the first one may.

        Raises `AnswerOver` and `AnswerNotYours`.
        """
        asked = await self._asked.take(state)
        if asked.subject != caller.user or asked.data["browser"] or "url" not in asked.data:
            raise AnswerNotYours
        browser = secrets.token_urlsafe(32)
        await self._asked.keep(caller, state, asked.data, browser=browser)
        return Started(state, asked.data["url"], browser)

    async def finish(self, caller: Caller, returned: Returned) -> Credential:
        """The credential that came of it. What goes wrong can be read with `outcome`, too.

        Raises `AnswerOver`, `AnswerNotYours`, `GrantDenied`, and what the OAuth client raises.
        """
        asked = await self._asked.take(returned.state)
        try:
            check_browser(caller, asked, returned.browser)
            return await self._finished(asked, returned)
        except LubanError as error:
            await self._asked.failed(asked, error)
            raise

    async def outcome(self, caller: Caller, state: str) -> Outcome:
        """How it went; asks the provider where a person agrees on another device.

        Raises `AnswerOver` for what nobody asked, or another did.
        """
        outcome = await self._asked.outcome(caller, state)
        if outcome != Outcome():
            return outcome
        asked = await self._asked.look(caller, state)
        if "device" not in asked.data or self._clock.now() < asked.data["again"]:
            return outcome
        return await self._asked_device(caller, state)

    # -- on another device ------------------------------------------------------------------

    async def start_on_device(self, caller: Caller, wanted: Wanted) -> OnDevice:
        """For a machine without a browser. Raises as `start`."""
        provider = await self._provider(caller.team, wanted.provider)
        if provider.oauth is None or not provider.oauth.device:
            raise _not_connected(provider.id)
        asking, data = await self._asking(caller, provider, wanted)
        code = await self._providers.device(provider, asking)
        await self._asked.keep(caller, asking.state, {**data, **self._waiting(asking, code)})
        return OnDevice(asking.state, code.user_code, code.address, code.interval)

    async def _asked_device(self, caller: Caller, state: str) -> Outcome:
        try:
            asked = await self._asked.take(state)
        except AnswerOver:  # another asks at this moment
            return Outcome()
        asking = self._asked.asking(asked)
        try:
            provider = await self._provider(asking.owner, asked.data["provider"])
            code = self._asked.open(asked, asked.data["device"])
            granted = await self._providers.device_tokens(provider, asking, code)
        except LubanError as error:
            if error.retryable:
                granted = Waiting(slower=True)
            else:
                await self._asked.failed(asked, error)
                return await self._asked.outcome(caller, state)
        if isinstance(granted, Waiting):
            interval = asked.data["interval"] + (5.0 if granted.slower else 0.0)
            again = self._clock.now() + interval
            await self._asked.give_back(asked, interval=interval, again=again)
            return Outcome()
        return Outcome((await self._stored(asked, asking, granted)).id)

    def _waiting(self, asking: Asking, code: DeviceCode) -> dict[str, Any]:
        return {
            "device": self._asked.seal(asking.state, code.device_code),
            "interval": code.interval,
            "again": self._clock.now() + code.interval,
        }

    # -- taking back ------------------------------------------------------------------------

    async def revoke(self, owner: str, credential_id: str) -> bool:
        """Takes a grant back at its provider, and forgets its tokens; `False` if it cannot there.

        Raises `NotFound`, `KeyLost`, and what the OAuth client raises.
        """
        opened = await self._credentials.opened(owner, credential_id, fresh=False)
        credential = opened.credential
        if credential.kind != "oauth2":
            raise InvalidValue(
                name="kind",
                value=credential.kind,
                expected="only connected accounts are taken back; delete this one here, and its "
                "key at the provider",
                expected_zh="只有已连接的账号可以撤销；请在此删除该凭据，并在服务商处删除其密钥",
            )
        there = await self._providers.revoke(opened.provider, credential, opened.secret)
        kept = {
            name: value
            for name, value in opened.secret.items()
            if name in ("client_id", "client_secret")
        }
        now = self._clock.now()
        ended = credential.model_copy(
            update={
                "health": "expired",
                "trouble": "Taken back. Connect it again.",
                "expires_at": None,
                "checked_at": now,
                "updated_at": now,
            }
        )
        if not await self._store.update(ended, self._opening.seal(ended, kept)):
            await self._credentials.get(owner, credential_id)  # says that it is gone
        return there

    # -- parts ------------------------------------------------------------------------------

    async def _asking(
        self, caller: Caller, provider: Provider, wanted: Wanted
    ) -> tuple[Asking, dict[str, Any]]:
        """The question, and what is kept of it until it is answered."""
        known = await self._known(caller.team, provider, wanted.credential_id)
        asking = Asking(
            owner=caller.team,
            scopes=_scopes(provider, wanted.scopes, known),
            adds=known is not None,
            state=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(32),
            redirect=wanted.redirect,
            app=wanted.app or await self._app_of(known),
        )
        return asking, {
            "provider": provider.id,
            "name": wanted.name,
            "credential": known.id if known else None,
            "asking": self._asked.sealed(asking),
        }

    async def _finished(self, asked: OneTime, returned: Returned) -> Credential:
        asking = self._asked.asking(asked)
        provider = await self._provider(asking.owner, asked.data["provider"])
        if returned.error or not returned.code:
            said = returned.description or returned.error or "no code"
            raise GrantDenied(provider=provider.title, said=_line(said))
        granted = await self._providers.exchange(provider, asking, returned.code, returned.issuer)
        return await self._stored(asked, asking, granted)

    async def _stored(self, asked: OneTime, asking: Asking, granted: Granted) -> Credential:
        if granted.scopes is None:  # as asked (RFC 6749 §5.1)
            granted = granted.model_copy(update={"scopes": asking.scopes})
        credential = await self._credentials.grant(
            asking.owner,
            Grant(
                provider=asked.data["provider"],
                name=asked.data["name"],
                granted=granted,
                made_by=asked.subject,
                credential_id=asked.data["credential"],
            ),
        )
        await self._asked.answered(asked, credential.id)
        return credential

    async def _provider(self, owner: str, provider_id: str) -> Provider:
        found = await self._providers.find(owner, provider_id)
        if found is None:
            raise NotFound(
                what="provider",
                what_zh="服务商",
                name=provider_id,
                way_out="`luban provider list` shows those there are.",
                way_out_zh="`luban provider list` 会列出现有的服务商。",
            )
        if found.kind("oauth2") is None or found.oauth is None:
            raise _not_connected(provider_id)
        return found

    async def _known(
        self, owner: str, provider: Provider, credential_id: str | None
    ) -> Credential | None:
        if credential_id is None:
            return None
        known = await self._credentials.get(owner, credential_id)
        if known.provider != provider.id or known.kind != "oauth2":
            raise InvalidValue(
                name="credential_id",
                value=credential_id,
                expected=f"it is no connected account of {provider.title}",
                expected_zh=f"它不是 {provider.title} 的已连接账号",
            )
        return known

    async def _app_of(self, known: Credential | None) -> App | None:
        """An app that was given with the credential stays its app."""
        if known is None:
            return None
        _, secret = await self._opening.unsealed(known)
        client_id = secret.get("client_id") or str(known.settings.get("client_id") or "")
        if not client_id:
            return None
        return App(client_id=client_id, client_secret=secret.get("client_secret", ""))


def _scopes(
    provider: Provider, wanted: tuple[str, ...] | None, known: Credential | None
) -> tuple[str, ...]:
    """Those asked for, else the usual ones; asking again never asks for less."""
    if wanted is None:
        wanted = tuple(scope.name for scope in provider.scopes if scope.default)
    for scope in wanted:
        if not scope.isascii() or not scope.isprintable() or {" ", ",", '"', "\\"} & {*scope}:
            raise _bad_scope(scope)
    if len(wanted) > _MOST_SCOPES or any(len(scope) > _LONGEST_SCOPE for scope in wanted):
        raise _bad_scope(f"({len(wanted)})")
    return tuple(dict.fromkeys((*(known.scopes if known else ()), *wanted)))


def _bad_scope(scope: str) -> InvalidValue:
    return InvalidValue(
        name="scopes",
        value=scope,
        expected=f"a scope has no spaces, commas or quotes, and there are at most {_MOST_SCOPES}",
        expected_zh=f"权限名不能包含空格、逗号或引号，且最多 {_MOST_SCOPES} 个",
    )


def _not_connected(provider_id: str) -> InvalidValue:
    return InvalidValue(
        name="provider",
        value=provider_id,
        expected="its accounts are not connected in this way; enter its key in place of that",
        expected_zh="该服务商不支持以此方式连接账号，请改为填写其密钥",
    )


def _line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:300].rstrip(".")
