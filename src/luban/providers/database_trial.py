"""Tries a credential at a database; asks it nothing but whether it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from luban.model.errors import LubanError
from luban.ports.databases import Databases, Statement
from luban.ports.providers import Kind, Provider, Secret, Tested
from luban.ports.vault import Credential
from luban.providers import filling
from luban.sdk.credential import OpenCredential
from luban.sdk.database_logins import Database, redis_server, sql_server

_BAD = frozenset({"credential_unusable", "outside_database_refused"})
_SECONDS = 15.0


class DatabaseTrial:
    """For providers whose `client` is `database`."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    async def test(
        self, provider: Provider, kind: Kind, credential: Credential, secret: Secret
    ) -> Tested:
        """Never raises for what is wrong with the credential or the server."""
        values = filling.values_of(kind, credential, secret)
        opened = OpenCredential(values, name=credential.name, provider=provider.id)
        try:
            account = await self._ask(provider.id, opened)
        except LubanError as error:
            secrets = _secrets(values)
            words = [filling.hidden(each, secrets) for each in (str(error), error.message_zh)]
            health = "bad" if error.code in _BAD else "unknown"
            return Tested(health=health, trouble=words[0], trouble_zh=words[1])
        return Tested(health="good", account=account)

    async def _ask(self, provider: str, opened: OpenCredential) -> str:
        if provider == "redis":
            server = redis_server(opened)
            await self._databases.redis(server, "PING")
            return server.user
        place = sql_server(opened, cast("Database", provider))
        asked = self._databases.read(
            place, Statement(("select 1 as one",)), {}, seconds=_SECONDS, most=1
        )
        async for _ in asked:
            pass
        return place.user


def _secrets(values: Mapping[str, str]) -> list[str]:
    return [values[name] for name in ("password", "url") if values.get(name)]
