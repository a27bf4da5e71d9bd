"""The credentials of an owner: entered, granted, found, changed, tested, deleted.

Secrets go in and never come out, but to `opened`, which the engine and the OAuth client use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.providers import Granted, GrantEnded, Kind, Provider, Providers, Tested
from luban.ports.stores import Page, Slice
from luban.ports.vault import (
    Credential,
    CredentialKind,
    CredentialStore,
    Health,
    KeyLost,
    SealBroken,
    Secrets,
)
from luban.services.credentials.errors import CredentialExists, CredentialInUse, no_credential
from luban.services.credentials.fields import (
    Entered,
    kind_of,
    moves,
    parted,
    require_anew,
    require_whole,
)
from luban.services.credentials.opening import Opened, Opening
from luban.services.credentials.use import Use
from luban.services.credentials.uses import Uses

_LONGEST_NAME = 100


class CredentialDraft(NamedTuple):
    """What somebody entered; `fields` go where their declaration says, whichever way they came.

    `external` says where the secret is read from in place of being stored. A `manager` of the
    server may name any place.
    """

    provider: str
    name: str
    kind: CredentialKind | None = None
    fields: Mapping[str, str] = {}
    external: str = ""
    made_by: str = ""
    manager: bool = False


class CredentialChange(NamedTuple):
    """What is to be different; `None` stays as it is. Fields replace those of their name."""

    name: str | None = None
    fields: Mapping[str, str] | None = None
    external: str | None = None
    manager: bool = False


class Grant(NamedTuple):
    """What a provider granted: a new credential, or an old one connected again.

    `secret` and `settings` are what is kept beside the tokens, such as the client's own secret.
    """

    provider: str
    name: str
    granted: Granted
    secret: Mapping[str, str] = {}
    settings: Mapping[str, str] = {}
    kind: CredentialKind = "oauth2"
    made_by: str = ""
    credential_id: str | None = None


class Credentials:
    """What may be done with the credentials of an owner."""

    def __init__(
        self,
        store: CredentialStore,
        opening: Opening,
        providers: Providers,
        secrets: Secrets,
        uses: Uses,
        clock: Clock,
    ) -> None:
        self._store = store
        self._opening = opening
        self._providers = providers
        self._secrets = secrets
        self._uses = uses
        self._clock = clock

    # -- looking ----------------------------------------------------------------------------

    async def get(self, owner: str, credential_id: str) -> Credential:
        """Raises `NotFound`."""
        found = await self._store.find(owner, credential_id)
        if found is None:
            raise no_credential(credential_id)
        return self._told(found)

    async def named(self, owner: str, name: str) -> Credential:
        """The credential with this id, else of this name. Raises `NotFound`."""
        found = await self._store.find(owner, name) or await self._store.find_named(owner, name)
        if found is None:
            raise no_credential(name)
        return self._told(found)

    async def list(
        self, owner: str, part: Slice, *, provider: str | None = None
    ) -> Page[Credential]:
        found = await self._store.list(owner, part, provider=provider)
        return Page([self._told(each) for each in found.items], found.total)

    async def uses(self, owner: str, credential_id: str) -> list[Use]:
        """Raises `NotFound`."""
        return await self._uses_of(await self.get(owner, credential_id))

    # -- entering ---------------------------------------------------------------------------

    async def create(self, owner: str, draft: CredentialDraft) -> Credential:
        """Raises `NotFound` (provider), `InvalidValue` and `CredentialExists`."""
        provider = await self._provider(owner, draft.provider)
        kind = kind_of(provider, draft.kind)
        entered = parted(kind, draft.fields)
        if draft.external:
            self._check_external(owner, draft.external, entered, manager=draft.manager)
        else:
            require_whole(kind, entered)
        now = self._clock.now()
        credential = Credential(
            id=new_id("c"),
            owner=owner,
            provider=provider.id,
            name=_name(draft.name),
            kind=kind.kind,
            settings=entered.settings,
            external=draft.external,
            made_by=draft.made_by,
            created_at=now,
            updated_at=now,
        )
        sealed = None if draft.external else self._opening.seal(credential, entered.secret)
        if not await self._store.create(credential, sealed):
            raise CredentialExists(name=credential.name)
        return credential

    async def grant(self, owner: str, grant: Grant) -> Credential:
        """Stores what a provider granted. Raises `NotFound` and `CredentialExists`."""
        now, granted = self._clock.now(), grant.granted
        state = {
            "scopes": granted.scopes or (),
            "account": granted.account,
            "expires_at": granted.expires_at,
            "health": "good",
            "trouble": "",
            "checked_at": now,
            "updated_at": now,
        }
        secret = {**grant.secret, **granted.secret}
        if grant.credential_id is not None:
            known = await self.get(owner, grant.credential_id)
            state["account"] = granted.account or known.account
            state["settings"] = {**known.settings, **grant.settings}
            if granted.scopes is None:
                state["scopes"] = known.scopes
            credential = known.model_copy(update=state)
            if await self._store.update(credential, self._opening.seal(credential, secret)):
                return credential
            raise no_credential(grant.credential_id)
        provider = await self._provider(owner, grant.provider)
        credential = Credential.model_validate(
            {
                "id": new_id("c"),
                "owner": owner,
                "provider": provider.id,
                "name": await self._free_name(owner, _name(grant.name or provider.title)),
                "kind": grant.kind,
                "settings": dict(grant.settings),
                "made_by": grant.made_by,
                "created_at": now,
                **state,
            }
        )
        if not await self._store.create(credential, self._opening.seal(credential, secret)):
            raise CredentialExists(name=credential.name)
        return credential

    async def change(self, owner: str, credential_id: str, change: CredentialChange) -> Credential:
        """Raises `NotFound`, `InvalidValue` and `CredentialExists`.

        And `KeyLost`, when only a part of a secret is entered whose rest cannot be opened.
        """
        known = await self.get(owner, credential_id)
        update: dict[str, object] = {"updated_at": self._clock.now()}
        if change.name is not None:
            update["name"] = _name(change.name)
        sealed = None
        entered: Entered | None = None
        if change.fields:
            provider = await self._provider(owner, known.provider)
            kind = kind_of(provider, known.kind)
            entered = parted(kind, change.fields)
            update["settings"] = {**known.settings, **entered.settings}
            moved = moves(provider, kind, known.settings, entered.settings)
            if moved and not change.external:
                require_anew(kind, entered, moved)
            if (entered.secret or moved) and change.external is None:
                secret = entered.secret if moved else await self._merged(known, kind, entered)
                sealed = self._opening.seal(known, secret)
                update |= _FRESH | {"external": ""}
        if change.external:
            entered = entered or Entered({}, {})
            self._check_external(owner, change.external, entered, manager=change.manager)
            update |= _FRESH | {"external": change.external}
        changed = known.model_copy(update=update)
        if not await self._store.update(changed, sealed):
            await self.get(owner, credential_id)
            raise CredentialExists(name=changed.name)
        return changed

    async def delete(self, owner: str, credential_id: str, *, force: bool = False) -> None:
        """Raises `NotFound`, and `CredentialInUse` unless forced."""
        credential = await self.get(owner, credential_id)
        if not force and (uses := await self._uses_of(credential)):
            raise CredentialInUse(credential.name, uses)
        if not await self._store.delete(owner, credential_id):
            raise no_credential(credential_id)

    # -- using ------------------------------------------------------------------------------

    async def opened(self, owner: str, credential_id: str, *, fresh: bool = True) -> Opened:
        """The credential with its secret, refreshed if need be and `fresh` is wanted.

        Raises `NotFound`, `KeyLost`, `SealBroken`, `SecretUnreachable`, `GrantEnded`, …
        """
        credential = await self.get(owner, credential_id)
        provider = await self._provider(owner, credential.provider)
        return await self._opening.open(credential, provider, fresh=fresh)

    async def test(self, owner: str, credential_id: str) -> Tested:
        """Asks the provider whether the credential works, and writes the answer down.

        Raises `NotFound`.
        """
        credential = await self.get(owner, credential_id)
        try:
            opened = await self.opened(owner, credential_id)
            tested = await self._providers.test(opened.provider, opened.credential, opened.secret)
        except NotFound:
            raise
        except LubanError as error:
            tested = _failed(error)
            health: Health = "key_lost" if isinstance(error, KeyLost) else tested.health
            await self._judge(credential, health, tested)
            return tested
        await self._judge(opened.credential, tested.health, tested)
        return tested

    # -- parts ------------------------------------------------------------------------------

    async def _judge(self, credential: Credential, health: Health, tested: Tested) -> None:
        now = self._clock.now()
        await self._store.judge(credential.owner, credential.id, health, tested.trouble, now)
        learnt = tested.account or tested.scopes is not None
        current = await self._store.find(credential.owner, credential.id) if learnt else None
        if current is not None:
            account = tested.account or current.account
            scopes = current.scopes if tested.scopes is None else tested.scopes
            if (account, scopes) != (current.account, current.scopes):
                update = {"account": account, "scopes": scopes}
                await self._store.update(current.model_copy(update=update))

    async def _merged(self, known: Credential, kind: Kind, entered: Entered) -> dict[str, str]:
        """The whole secret when some of its fields are entered anew."""
        whole = Entered(entered.secret, {**known.settings, **entered.settings})
        needed = {field.name for field in kind.fields if field.secret}
        if known.external or needed <= entered.secret.keys():
            require_whole(kind, whole)
            return entered.secret
        _, before = await self._opening.unsealed(known)
        return {**before, **entered.secret}

    async def _uses_of(self, credential: Credential) -> list[Use]:
        others = await self._store.list(
            credential.owner, Slice(page_size=1), provider=credential.provider
        )
        return await self._uses.of(credential, alone=others.total == 1)

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
        return found

    async def _free_name(self, owner: str, name: str) -> str:
        """The name, or with a number behind it: nobody is there to choose another."""
        tried, number = name, 2
        while await self._store.find_named(owner, tried) is not None:
            tried, number = f"{name} ({number})", number + 1
        return tried

    def _check_external(self, owner: str, address: str, entered: Entered, *, manager: bool) -> None:
        if entered.secret:
            raise InvalidValue(
                name="external",
                value=address,
                expected="a secret is either entered or read from elsewhere, not both",
                expected_zh="机密要么直接填写，要么从别处读取，不能两者兼有",
            )
        self._secrets.check(owner, address, manager=manager)

    def _told(self, credential: Credential) -> Credential:
        """As it is now: what nothing refreshes runs out by itself."""
        ends = credential.expires_at
        over = ends is not None and ends <= self._clock.now()
        if over and credential.kind != "oauth2" and credential.health in ("unknown", "good"):
            return credential.model_copy(update={"health": "expired"})
        return credential


_FRESH: dict[str, object] = {
    "health": "unknown",
    "trouble": "",
    "checked_at": None,
    "expires_at": None,
}


def _name(given: str) -> str:
    """Raises `InvalidValue`."""
    name = " ".join(given.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidValue(
            name="name",
            value=given,
            expected=f"a name has 1 to {_LONGEST_NAME} letters",
            expected_zh=f"名称应为 1 到 {_LONGEST_NAME} 个字符",
        )
    return name


def _failed(error: LubanError) -> Tested:
    """What a person sees of a credential that could not even be opened."""
    bad = isinstance(error, SealBroken)
    health = "expired" if isinstance(error, GrantEnded) else "bad" if bad else "unknown"
    return Tested(health=health, trouble=str(error), trouble_zh=error.message_zh)
