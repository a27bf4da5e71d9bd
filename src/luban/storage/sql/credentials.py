"""Credentials as rows; their secrets come sealed and are never looked into."""

from __future__ import annotations

from typing import Any

from luban.model.values import decode, encode
from luban.ports.stores import Page, Slice
from luban.ports.vault import Credential, Health, Sealed, SealedRecord
from luban.storage.sql.database import Database, Record, find

SHOWN = (
    "id, owner, provider, name, kind, record, health, trouble, created_at, updated_at, "
    "expires_at, checked_at, last_used_at"
)
ONE = "owner = :owner and id = :id"
INSERT = """
insert into credentials (id, owner, provider, name, kind, record, health, trouble, key, secret,
  created_at, updated_at, expires_at, checked_at)
values (:id, :owner, :provider, :name, :kind, :record, :health, :trouble, :key, :secret,
  :created_at, :updated_at, :expires_at, :checked_at)
on conflict (owner, name) do nothing"""
FIND = f"select {SHOWN} from credentials where {ONE}"
FIND_NAMED = f"select {SHOWN} from credentials where owner = :owner and name = :name"
SECRET = f"select key, secret from credentials where {ONE} and secret is not null"
OF_OWNER = "from credentials where owner = :owner"
OF_PROVIDER = f"{OF_OWNER} and provider = :provider"
LIST = {
    part: f"select {SHOWN} {part} order by name limit :limit offset :offset"
    for part in (OF_OWNER, OF_PROVIDER)
}
COUNT = {part: f"select count(*) as total {part}" for part in (OF_OWNER, OF_PROVIDER)}
ALLOWED = f"""{ONE} and not exists (select 1 from credentials c
  where c.owner = :owner and c.name = :name and c.id <> :id)"""
CHANGED = """
update credentials set provider = :provider, name = :name, kind = :kind, record = :record,
  health = :health, trouble = :trouble, updated_at = :updated_at, expires_at = :expires_at,
  checked_at = :checked_at"""
UPDATE = f"{CHANGED} where {ALLOWED}"
UPDATE_BOTH = f"{CHANGED}, key = :key, secret = :secret where {ALLOWED}"
JUDGE = f"""
update credentials set health = :health, trouble = :trouble, checked_at = :at where {ONE}"""
USED = f"update credentials set last_used_at = :at where {ONE}"
HOLD = f"""
update credentials set held_until = :until
where {ONE} and (held_until is null or held_until <= :now)"""
RELEASE = f"update credentials set held_until = null where {ONE}"
REPLACE = f"""
update credentials set key = :key, secret = :secret, record = :record, health = :health,
  trouble = :trouble, updated_at = :updated_at, expires_at = :expires_at,
  checked_at = :checked_at
where {ONE} and secret = :old"""
DELETE = f"delete from credentials where {ONE}"
SEALED_WITH = """
select owner, id, key, secret from credentials
where key = :key and secret is not null and id > :after order by id limit :limit"""
RESEAL = f"update credentials set key = :key, secret = :secret where {ONE} and secret = :old"
KEYS = """
select key, count(*) as total from credentials
where key is not null and secret is not null group by key"""

LOST = """
update credentials set health = 'key_lost', trouble = ''
where key = :key and secret is not null and health <> 'key_lost'"""
FOUND_AGAIN = """
update credentials set health = 'unknown', trouble = '' where key = :key and health = 'key_lost'"""

_RECORD = {"account", "scopes", "settings", "external", "made_by"}
"""What of a credential is kept as JSON."""


class SqlCredentialStore:
    """`CredentialStore` over any `Database`."""

    def __init__(self, database: Database, everybodys: Database | None = None) -> None:
        self._database = database
        # Rotation looks at the secrets of all owners, and names none.
        self._everybodys = everybodys or database

    async def create(self, credential: Credential, secret: Sealed | None) -> bool:
        values = {**_columns(credential), **_sealed(secret)}
        return await self._execute(INSERT, **values, created_at=credential.created_at) == 1

    async def find(self, owner: str, credential_id: str) -> Credential | None:
        row = await find(self._database, FIND, owner=owner, id=credential_id)
        return _credential(row) if row else None

    async def find_named(self, owner: str, name: str) -> Credential | None:
        row = await find(self._database, FIND_NAMED, owner=owner, name=name)
        return _credential(row) if row else None

    async def secret(self, owner: str, credential_id: str) -> Sealed | None:
        row = await find(self._database, SECRET, owner=owner, id=credential_id)
        return Sealed(row["key"], bytes(row["secret"])) if row else None

    async def list(
        self, owner: str, part: Slice, *, provider: str | None = None
    ) -> Page[Credential]:
        which = OF_OWNER if provider is None else OF_PROVIDER
        more = {} if provider is None else {"provider": provider}
        found = await self._database.page(
            LIST[which], COUNT[which], owner=owner, limit=part.page_size, offset=part.offset, **more
        )
        return Page([_credential(row) for row in found.rows], found.total)

    async def update(self, credential: Credential, secret: Sealed | None = None) -> bool:
        if secret is None:
            return await self._execute(UPDATE, **_columns(credential)) == 1
        return await self._execute(UPDATE_BOTH, **_columns(credential), **_sealed(secret)) == 1

    async def judge(
        self, owner: str, credential_id: str, health: Health, trouble: str, at: float
    ) -> bool:
        values = {"owner": owner, "id": credential_id, "health": health, "trouble": trouble}
        return await self._execute(JUDGE, **values, at=at) == 1

    async def used(self, owner: str, credential_id: str, at: float) -> None:
        await self._execute(USED, owner=owner, id=credential_id, at=at)

    async def hold(self, owner: str, credential_id: str, now: float, until: float) -> bool:
        return await self._execute(HOLD, owner=owner, id=credential_id, now=now, until=until) == 1

    async def release(self, owner: str, credential_id: str) -> None:
        await self._execute(RELEASE, owner=owner, id=credential_id)

    async def replace_secret(self, credential: Credential, old: Sealed, new: Sealed) -> bool:
        values = {**_columns(credential), **_sealed(new)}
        for unchanged in ("name", "provider", "kind"):
            del values[unchanged]
        return await self._execute(REPLACE, **values, old=old.box) == 1

    async def delete(self, owner: str, credential_id: str) -> bool:
        return await self._execute(DELETE, owner=owner, id=credential_id) == 1

    async def sealed_with(self, key: str, limit: int, after: str = "") -> list[SealedRecord]:
        rows = await self._everybodys.fetch(SEALED_WITH, key=key, limit=limit, after=after)
        return [
            SealedRecord(row["owner"], row["id"], Sealed(row["key"], bytes(row["secret"])))
            for row in rows
        ]

    async def reseal(self, owner: str, row_id: str, old: Sealed, new: Sealed) -> bool:
        values = {"owner": owner, "id": row_id, "old": old.box, **_sealed(new)}
        return await self._execute(RESEAL, **values) == 1

    async def keys(self) -> dict[str, int]:
        return {row["key"]: row["total"] for row in await self._everybodys.fetch(KEYS)}

    async def key_is_there(self, key: str, there: bool) -> int:
        async with self._everybodys.transaction() as session:
            return await session.execute(FOUND_AGAIN if there else LOST, key=key)

    async def _execute(self, statement: str, /, **values: Any) -> int:
        async with self._database.transaction() as session:
            return await session.execute(statement, **values)


def _columns(credential: Credential) -> dict[str, Any]:
    return {
        "id": credential.id,
        "owner": credential.owner,
        "provider": credential.provider,
        "name": credential.name,
        "kind": credential.kind,
        "record": encode(credential.model_dump(mode="json", include=_RECORD)),
        "health": credential.health,
        "trouble": credential.trouble,
        "updated_at": credential.updated_at,
        "expires_at": credential.expires_at,
        "checked_at": credential.checked_at,
    }


def _sealed(secret: Sealed | None) -> dict[str, Any]:
    return {"key": secret.key if secret else None, "secret": secret.box if secret else None}


def _credential(row: Record) -> Credential:
    columns = (name.strip() for name in SHOWN.split(","))
    written = {name: row[name] for name in columns if name != "record"}
    return Credential(**decode(row["record"]), **written)
