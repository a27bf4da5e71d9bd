"""API keys: what a program shows in place of a person."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence

from luban.model.access import PERMISSIONS, Caller, widened
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.people import ApiKey, SessionStore, User
from luban.services.accounts.emails import clean_name
from luban.services.accounts.one_time import BYTES, digest_of
from luban.services.accounts.recent import Recent

PREFIX = "luban_"
EVERYTHING = "*"
"""The scope of a key that may all that its maker may."""
_SHOWN = len(PREFIX) + 6
_MOST = 200
_NOTED = 60.0
"""Seconds between two notes of when a key was last used."""


class ScopeTooWide(LubanError):
    """A key would be allowed more than who makes it."""

    code = "scope_too_wide"
    status = 403
    en = "You may not `{permission}` yourself, so no key of yours may. Leave it out."
    zh = "您自己没有权限“{permission}”，因此您的密钥也不能有。请去掉它。"


class TooManyKeys(LubanError):
    """Somebody has more keys than anybody needs."""

    code = "too_many_keys"
    status = 409
    en = "You have {number} keys here already. Delete those that are not used any more."
    zh = "您在此已有 {number} 个密钥。请删除不再使用的密钥。"


class ApiKeys:
    """Keys of a user for one team."""

    def __init__(self, store: SessionStore, recent: Recent, clock: Clock) -> None:
        self._store = store
        self._recent = recent
        self._clock = clock

    async def create(
        self,
        caller: Caller,
        name: str,
        scopes: Sequence[str] = (EVERYTHING,),
        expires_at: float | None = None,
    ) -> tuple[ApiKey, str]:
        """A key for what the caller may in their team; the key itself is told only here.

        Raises `InvalidValue`, `ScopeTooWide` and `TooManyKeys`.
        """
        _require_known(scopes)
        _require_within(caller, scopes)
        return await self._add(caller.user, caller.team, name, scopes, expires_at)

    async def create_for(
        self,
        user: User,
        name: str,
        scopes: Sequence[str] = (EVERYTHING,),
        expires_at: float | None = None,
    ) -> tuple[ApiKey, str]:
        """A key of somebody, made by whoever sits at the machine. Raises as `create`."""
        _require_known(scopes)
        return await self._add(user.id, user.team, name, scopes, expires_at)

    async def _add(
        self, user: str, team: str, name: str, scopes: Sequence[str], expires_at: float | None
    ) -> tuple[ApiKey, str]:
        now = self._clock.now()
        if expires_at is not None and expires_at <= now:
            raise InvalidValue(
                name="expires_at",
                value=expires_at,
                expected="it must lie in the future",
                expected_zh="必须是将来的时间",
            )
        number = len(await self._store.keys(user, team))
        if number >= _MOST:
            raise TooManyKeys(number=number)
        secret = PREFIX + base64.b32encode(secrets.token_bytes(BYTES)).decode().rstrip("=").lower()
        key = ApiKey(
            id=new_id("k"),
            user=user,
            team=team,
            name=clean_name(name),
            digest=digest_of(secret),
            shown=secret[:_SHOWN],
            scopes=tuple(dict.fromkeys(scopes)),
            created_at=now,
            expires_at=expires_at,
        )
        await self._store.add_key(key)
        return key, secret

    async def find(self, secret: str) -> ApiKey | None:
        """The key, if it is not over."""
        key = await self._store.find_key(digest_of(secret))
        if key is None or (key.expires_at is not None and key.expires_at <= self._clock.now()):
            return None
        return key

    async def used(self, key: ApiKey) -> None:
        """Notes that, once in a while."""
        now = self._clock.now()
        if key.last_used_at is None or now - key.last_used_at >= _NOTED:
            await self._store.key_used(key.id, now)

    async def list(self, user: str, team: str) -> list[ApiKey]:
        return await self._store.keys(user, team)

    async def delete(self, user: str, key_id: str) -> None:
        """Raises `NotFound`."""
        removed = await self._store.remove_key(user, key_id)
        self._recent.forget()
        if not removed:
            raise NotFound(what="API key", what_zh="API 密钥", name=key_id)


def scopes_of(key: ApiKey) -> Sequence[str] | None:
    """What a key is limited to; `None` if by nothing but who made it."""
    return None if EVERYTHING in key.scopes else key.scopes


def _require_known(scopes: Sequence[str]) -> None:
    unknown = [each for each in scopes if each != EVERYTHING and not widened([each])]
    if unknown or not scopes:
        raise InvalidValue(
            name="scopes",
            value=", ".join(unknown),
            expected="they must be permissions such as agent.read, nouns such as run.*, or *",
            expected_zh="必须是权限（如 agent.read）、名词（如 run.*）或 *",
        )


def _require_within(caller: Caller, scopes: Sequence[str]) -> None:
    """A noun stands for what of it the maker may; a permission must be theirs."""
    for scope in scopes:
        if scope in PERMISSIONS and scope not in caller.permissions:
            raise ScopeTooWide(permission=scope)
        if scope != EVERYTHING and not widened([scope]) & caller.permissions:
            raise ScopeTooWide(permission=scope)
