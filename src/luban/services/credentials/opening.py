"""A credential opened for use: its secret unsealed or fetched, and refreshed when it ran out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.providers import GrantEnded, Kind, Provider, Providers
from luban.ports.vault import (
    Credential,
    CredentialStore,
    KeyLost,
    SealBroken,
    Sealed,
    Sealing,
    Secrets,
)
from luban.services.credentials.errors import RefreshBusy, SecretIncomplete, no_credential
from luban.services.credentials.fields import packed, to_hide, unpacked

log = logging.getLogger(__name__)

TABLE = "credentials"
EARLY = 60.0
"""Seconds before its end at which a grant is refreshed."""
_TURN = 60.0
"""Seconds that a refresh may take before another process may try."""
_LOOK, _PATIENCE = 0.2, 45.0
_USED = 60.0
"""Seconds within which a further use is not written down."""
_TRIES = 5


Hold = Callable[[Iterable[str]], Callable[[], None]]
"""Hides values in the logs of this process, until what it returns is called."""


def no_logs(values: Iterable[str]) -> Callable[[], None]:
    """`Hold` where nothing is logged."""
    return lambda: None


class Opened(NamedTuple):
    """A credential and its secret; neither is kept longer than it is needed."""

    credential: Credential
    provider: Provider
    secret: Mapping[str, str]

    @property
    def kind(self) -> Kind | None:
        return self.provider.kind(self.credential.kind)


class Opening:
    """Opens credentials; of all processes that want one refreshed, one does it."""

    def __init__(
        self,
        store: CredentialStore,
        sealing: Sealing,
        providers: Providers,
        secrets: Secrets,
        clock: Clock,
        hold: Hold = no_logs,
    ) -> None:
        self._store = store
        self._sealing = sealing
        self._providers = providers
        self._secrets = secrets
        self._clock = clock
        self._hold = hold
        self._turns: dict[str, asyncio.Lock] = {}

    async def open(
        self, credential: Credential, provider: Provider, *, fresh: bool = True
    ) -> Opened:
        """Raises `KeyLost`, `SealBroken`, `SecretUnreachable`, `GrantEnded` and their like."""
        if credential.external:
            opened = Opened(credential, provider, await self._fetched(credential, provider))
            return await self._with_token(opened) if fresh and self._is_due(opened) else opened
        _, secret = await self.unsealed(credential)
        opened = Opened(credential, provider, secret)
        if fresh and self._is_due(opened):
            return await self._refreshed(opened)
        return opened

    async def unsealed(self, credential: Credential) -> tuple[Sealed, dict[str, str]]:
        """The stored secret. What is wrong with it is written down too.

        Raises `NotFound`, `KeyLost` and `SealBroken`.
        """
        sealed = await self._store.secret(credential.owner, credential.id)
        if sealed is None:
            raise no_credential(credential.id)
        try:
            content = self._sealing.open(sealed, TABLE, credential.id, credential.owner)
        except (KeyLost, SealBroken) as error:
            health = "key_lost" if isinstance(error, KeyLost) else "bad"
            await self._store.judge(
                credential.owner, credential.id, health, str(error), self._clock.now()
            )
            raise
        secret = unpacked(content)
        self._hide(secret)
        return sealed, secret

    def seal(self, credential: Credential, secret: Mapping[str, str]) -> Sealed:
        self._hide(secret)
        return self._sealing.seal(packed(secret), TABLE, credential.id, credential.owner)

    def _hide(self, secret: Mapping[str, str]) -> None:
        """Keeps a secret that was just seen out of the logs, for as long as logs come late."""
        self._hold(to_hide(None, secret))()

    async def used(self, credential: Credential) -> None:
        """Writes down that it was used, to the minute."""
        now = self._clock.now()
        if credential.last_used_at is None or now - credential.last_used_at > _USED:
            await self._store.used(credential.owner, credential.id, now)

    # -- secrets kept elsewhere -------------------------------------------------------------

    async def _fetched(self, credential: Credential, provider: Provider) -> dict[str, str]:
        found = dict(await self._secrets.read(credential.owner, credential.external))
        self._hide(found)
        kind = provider.kind(credential.kind)
        needed = [field for field in kind.fields if field.secret] if kind else []
        if set(found) == {""} and needed:  # one text: the first secret field there is
            found = {needed[0].name: found[""]}
        for field in needed:
            if field.required and field.name not in found and not field.default:
                raise SecretIncomplete(
                    address=credential.external, field=field.name, provider=provider.title
                )
        return found

    # -- refreshing -------------------------------------------------------------------------

    def _is_due(self, opened: Opened) -> bool:
        """Whether it runs out, or has no token yet as those that ask for one themselves."""
        credential, provider, secret = opened
        ends = credential.expires_at
        there = "access_token" in secret
        if there and (ends is None or ends - self._clock.now() >= EARLY):
            return False
        return self._providers.can_refresh(provider, credential, secret)

    async def _with_token(self, opened: Opened) -> Opened:
        """With a token that is asked for each time: what is kept elsewhere is not written here."""
        credential, provider, secret = opened
        granted = await self._providers.refresh(provider, credential, secret)
        self._hide(granted.secret)
        return Opened(credential, provider, {**secret, **granted.secret})

    async def _refreshed(self, opened: Opened) -> Opened:
        """The credential once it is fresh, whoever refreshes it."""
        credential = opened.credential
        turn = self._turns.setdefault(credential.id, asyncio.Lock())
        try:
            async with asyncio.timeout(_PATIENCE), turn:
                while True:
                    opened = await self._again(opened)
                    if not self._is_due(opened):
                        return opened
                    now = self._clock.now()
                    if await self._store.hold(credential.owner, credential.id, now, now + _TURN):
                        break
                    await asyncio.sleep(_LOOK)
                try:
                    # Between the look and the turn, another may have been done.
                    opened = await self._again(opened)
                    return await self._refresh(opened) if self._is_due(opened) else opened
                finally:
                    await self._store.release(credential.owner, credential.id)
        except TimeoutError as error:
            raise RefreshBusy(name=credential.name) from error
        finally:
            if not turn.locked():
                self._turns.pop(credential.id, None)

    async def _again(self, opened: Opened) -> Opened:
        credential = await self._store.find(opened.credential.owner, opened.credential.id)
        if credential is None:
            raise no_credential(opened.credential.id)
        _, secret = await self.unsealed(credential)
        return Opened(credential, opened.provider, secret)

    async def _refresh(self, opened: Opened) -> Opened:
        credential, provider, secret = opened
        now = self._clock.now()
        try:
            granted = await self._providers.refresh(provider, credential, secret)
        except GrantEnded as error:
            await self._store.judge(credential.owner, credential.id, "expired", str(error), now)
            raise
        except LubanError as error:
            log.warning("credential %s: %s", credential.id, error)
            if credential.expires_at is not None and credential.expires_at > now:
                return opened  # what is there still lasts
            raise
        fresh = {**secret, **granted.secret}
        changed = credential.model_copy(
            update={
                "scopes": credential.scopes if granted.scopes is None else granted.scopes,
                "account": granted.account or credential.account,
                "expires_at": granted.expires_at,
                "health": "good",
                "trouble": "",
                "checked_at": now,
                "updated_at": now,
            }
        )
        return await self._replaced(changed, provider, secret, fresh)

    async def _replaced(
        self,
        changed: Credential,
        provider: Provider,
        before: Mapping[str, str],
        fresh: Mapping[str, str],
    ) -> Opened:
        """Stores a fresh secret, unless a person entered another one meanwhile.

        Rotation may seal the old one anew between reading and writing; then it is tried again.
        """
        for _ in range(_TRIES):
            old, current = await self.unsealed(changed)
            if current != before:
                break
            if await self._store.replace_secret(changed, old, self.seal(changed, fresh)):
                return Opened(changed, provider, fresh)
        return await self._again(Opened(changed, provider, before))
