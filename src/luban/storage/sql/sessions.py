"""Sessions, keys of programs, and what may be redeemed once as rows."""

from __future__ import annotations

from luban.model.values import decode, encode
from luban.ports.people import ApiKey, OneTime, Session
from luban.storage.sql.database import Database, Record, find

BEGIN = """
insert into sessions (id, user_id, digest, team, address, agent, created_at, last_used_at,
  expires_at, confirmed_at)
values (:id, :user, :digest, :team, :address, :agent, :created_at, :last_used_at,
  :expires_at, :confirmed_at)"""
FIND = "select * from sessions where digest = :digest"
LIST = "select * from sessions where user_id = :user order by last_used_at desc, id desc"
TOUCH = """
update sessions set address = :address, agent = :agent, last_used_at = :last_used_at,
  expires_at = :expires_at where id = :id"""
CHOOSE = "update sessions set team = :team where id = :id"
CONFIRM = "update sessions set confirmed_at = :at where id = :id"
END = "delete from sessions where user_id = :user and id = :id"
END_ALL = "delete from sessions where user_id = :user and id <> :but"

ADD_KEY = """
insert into api_keys (id, user_id, team, name, digest, shown, scopes, created_at, expires_at,
  last_used_at)
values (:id, :user, :team, :name, :digest, :shown, :scopes, :created_at, :expires_at,
  :last_used_at)"""
FIND_KEY = "select * from api_keys where digest = :digest"
KEYS = """
select * from api_keys where user_id = :user and team = :team order by created_at desc, id desc"""
KEY_USED = "update api_keys set last_used_at = :at where id = :id"
REMOVE_KEY = "delete from api_keys where user_id = :user and id = :id"

OFFER = """
insert into one_time (kind, digest, subject, data, created_at, expires_at)
values (:kind, :digest, :subject, :data, :created_at, :expires_at)"""
LOOK = "select * from one_time where kind = :kind and digest = :digest and expires_at > :now"
REDEEM = """
delete from one_time where kind = :kind and digest = :digest and expires_at > :now returning *"""
OFFERED = """
select * from one_time where kind = :kind and subject = :subject and expires_at > :now
order by created_at desc, digest"""
WITHDRAW = "delete from one_time where kind = :kind and subject = :subject"
FORGET = (
    "delete from sessions where expires_at <= :now",
    "delete from api_keys where expires_at <= :now",
    "delete from one_time where expires_at <= :now",
)


class SqlSessionStore:
    """`SessionStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, session: Session) -> None:
        await self._change(BEGIN, **session.model_dump())

    async def find(self, digest: bytes) -> Session | None:
        row = await find(self._database, FIND, digest=digest)
        return _session(row) if row else None

    async def list(self, user_id: str) -> list[Session]:
        return [_session(row) for row in await self._database.fetch(LIST, user=user_id)]

    async def touch(self, session: Session) -> None:
        used = session.model_dump(include={"id", "address", "agent", "last_used_at", "expires_at"})
        await self._change(TOUCH, **used)

    async def choose(self, session_id: str, team: str) -> None:
        await self._change(CHOOSE, id=session_id, team=team)

    async def confirm(self, session_id: str, at: float) -> None:
        await self._change(CONFIRM, id=session_id, at=at)

    async def end(self, user_id: str, session_id: str) -> bool:
        return await self._change(END, user=user_id, id=session_id) == 1

    async def end_all(self, user_id: str, *, but: str = "") -> int:
        return await self._change(END_ALL, user=user_id, but=but)

    async def add_key(self, key: ApiKey) -> None:
        await self._change(ADD_KEY, **key.model_dump() | {"scopes": encode(list(key.scopes))})

    async def find_key(self, digest: bytes) -> ApiKey | None:
        row = await find(self._database, FIND_KEY, digest=digest)
        return _key(row) if row else None

    async def keys(self, user_id: str, team: str) -> list[ApiKey]:
        return [_key(row) for row in await self._database.fetch(KEYS, user=user_id, team=team)]

    async def key_used(self, key_id: str, at: float) -> None:
        await self._change(KEY_USED, id=key_id, at=at)

    async def remove_key(self, user_id: str, key_id: str) -> bool:
        return await self._change(REMOVE_KEY, user=user_id, id=key_id) == 1

    async def offer(self, one_time: OneTime) -> None:
        values = one_time.model_dump() | {"data": encode(dict(one_time.data))}
        await self._change(OFFER, **values)

    async def look(self, kind: str, digest: bytes, now: float) -> OneTime | None:
        row = await find(self._database, LOOK, kind=kind, digest=digest, now=now)
        return _one_time(row) if row else None

    async def redeem(self, kind: str, digest: bytes, now: float) -> OneTime | None:
        async with self._database.transaction() as session:
            row = await find(session, REDEEM, kind=kind, digest=digest, now=now)
            return _one_time(row) if row else None

    async def offered(self, kind: str, subject: str, now: float) -> list[OneTime]:
        rows = await self._database.fetch(OFFERED, kind=kind, subject=subject, now=now)
        return [_one_time(row) for row in rows]

    async def withdraw(self, kind: str, subject: str) -> int:
        return await self._change(WITHDRAW, kind=kind, subject=subject)

    async def forget_expired(self, now: float) -> int:
        async with self._database.transaction() as session:
            return sum([await session.execute(each, now=now) for each in FORGET])

    async def _change(self, statement: str, **values: object) -> int:
        async with self._database.transaction() as session:
            return await session.execute(statement, **values)


def _session(row: Record) -> Session:
    return Session(
        id=row["id"],
        user=row["user_id"],
        digest=bytes(row["digest"]),
        team=row["team"],
        address=row["address"],
        agent=row["agent"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        expires_at=row["expires_at"],
        confirmed_at=row["confirmed_at"],
    )


def _key(row: Record) -> ApiKey:
    return ApiKey(
        id=row["id"],
        user=row["user_id"],
        team=row["team"],
        name=row["name"],
        digest=bytes(row["digest"]),
        shown=row["shown"],
        scopes=tuple(decode(row["scopes"])),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
    )


def _one_time(row: Record) -> OneTime:
    return OneTime(
        digest=bytes(row["digest"]),
        kind=row["kind"],
        subject=row["subject"],
        data=decode(row["data"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
