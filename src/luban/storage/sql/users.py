"""Users, the names others know them by, and their second factors as rows."""

from __future__ import annotations

from typing import Any

from luban.model.access import ADMIN
from luban.ports.people import Identity, SecondFactor, User
from luban.ports.stores import Page, Slice
from luban.storage.sql.agents import like
from luban.storage.sql.alone import alone
from luban.storage.sql.database import Database, Record, Session, find

INSERT = """
insert into users (id, email, name, role, password, team, disabled, created_at, last_seen_at)
values (:id, :email, :name, :role, :password, :team, :disabled, :created_at, :last_seen_at)
on conflict do nothing"""
OWN_TEAM = """
insert into teams (id, name, personal, created_at) values (:team, :name, :id, :created_at)
on conflict (id) do update set personal = excluded.personal"""
INTO_OWN_TEAM = """
insert into members (team, user_id, role, created_at) values (:team, :id, :role, :created_at)
on conflict (team, user_id) do update set role = excluded.role"""
ANY = "select 1 from users limit 1"
FIND = "select * from users where id = :id"
FIND_BY_EMAIL = "select * from users where email = :email"
LISTED = """
from users where email like :search escape '!' or lower(name) like :search escape '!'
  or name like :as_written escape '!'"""
LIST = f"select * {LISTED} order by email limit :limit offset :offset"
COUNT = f"select count(*) as total {LISTED}"
UPDATE = """
update users set email = :email, name = :name, role = :role, password = :password,
  disabled = :disabled where id = :id
  and not exists (select 1 from users other where other.email = :email and other.id <> :id)"""
CHANGE = """
update users set email = coalesce(:email, email), name = coalesce(:name, name),
  role = coalesce(:role, role), password = coalesce(:password, password),
  disabled = coalesce(:disabled, disabled) where id = :id
  and not exists (select 1 from users other where other.email = :email and other.id <> :id)"""
DELETE = "delete from users where id = :id"
LEAVE_TEAM = "update teams set personal = null where personal = :id"
FORGET_OFFERS = "delete from one_time where subject = :id"
OTHERS_WITH = "select 1 from users where role = :role and disabled = 0 and id <> :id limit 1"
HOW_MANY = "select count(*) as total from users where disabled = 0"
HOW_MANY_WITH = f"{HOW_MANY} and role = :role"
SEEN = "update users set last_seen_at = :at where id = :id"

LINK = """
insert into identities (issuer, subject, user_id, email, created_at)
values (:issuer, :subject, :user, :email, :created_at) on conflict (issuer, subject) do nothing"""
FIND_IDENTITY = "select * from identities where issuer = :issuer and subject = :subject"
IDENTITIES = "select * from identities where user_id = :user order by created_at, issuer, subject"
UNLINK = """
delete from identities where user_id = :user and issuer = :issuer and subject = :subject"""

ADD_FACTOR = """
insert into factors (id, user_id, kind, name, secret, counter, confirmed, created_at, last_used_at)
values (:id, :user, :kind, :name, :secret, :counter, :confirmed, :created_at, :last_used_at)"""
FACTORS = "select * from factors where user_id = :user order by created_at, id"
FIND_FACTOR = "select * from factors where id = :id"
USE_FACTOR = """
update factors set counter = :counter, confirmed = 1, last_used_at = :at where id = :id
  and (counter < cast(:counter as bigint)
    or (kind = 'passkey' and counter = 0 and cast(:counter as bigint) = 0))"""
REMOVE_FACTOR = "delete from factors where user_id = :user and id = :id"


class SqlUserStore:
    """`UserStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, user: User) -> bool:
        async with (
            self._database.transaction() as session,
            alone(session, _email(user)),
        ):
            return await _create(session, user)

    async def create_first(self, user: User) -> bool:
        async with (
            self._database.transaction() as session,
            alone(session, "first", _email(user)),
        ):
            return not await session.fetch(ANY) and await _create(session, user)

    async def find(self, user_id: str) -> User | None:
        row = await find(self._database, FIND, id=user_id)
        return user_of(row) if row else None

    async def find_by_email(self, email: str) -> User | None:
        row = await find(self._database, FIND_BY_EMAIL, email=email)
        return user_of(row) if row else None

    async def list(self, part: Slice, *, search: str = "") -> Page[User]:
        found = await self._database.page(
            LIST,
            COUNT,
            search=like(search.casefold()),
            as_written=like(search),
            limit=part.page_size,
            offset=part.offset,
        )
        return Page([user_of(row) for row in found.rows], found.total)

    async def update(self, user: User, *, keep: str = "") -> bool:
        async with (
            self._database.transaction() as session,
            alone(session, f"role:{keep}", _email(user)),
        ):
            stays = user.role == keep and not user.disabled
            if keep and not stays and not await _others(session, user.id, keep):
                return False
            return await session.execute(UPDATE, **_columns(user, UPDATED)) == 1

    async def change(
        self,
        user_id: str,
        *,
        keep: str = "",
        email: str | None = None,
        name: str | None = None,
        role: str | None = None,
        password: str | None = None,
        disabled: bool | None = None,
    ) -> bool:
        async with (
            self._database.transaction() as session,
            alone(session, f"role:{keep}", f"email:{email}"),
        ):
            goes = disabled or role not in (None, keep)
            if keep and goes and not await _others(session, user_id, keep):
                return False
            changed = await session.execute(
                CHANGE,
                id=user_id,
                email=email,
                name=name,
                role=role,
                password=password,
                disabled=None if disabled is None else int(disabled),
            )
            return changed == 1

    async def delete(self, user_id: str, *, keep: str = "") -> bool:
        async with self._database.transaction() as session, alone(session, f"role:{keep}"):
            if keep and not await _others(session, user_id, keep):
                return False
            await session.execute(LEAVE_TEAM, id=user_id)
            await session.execute(FORGET_OFFERS, id=user_id)
            return await session.execute(DELETE, id=user_id) == 1

    async def count(self, *, role: str | None = None) -> int:
        if role is None:
            row = await find(self._database, HOW_MANY)
        else:
            row = await find(self._database, HOW_MANY_WITH, role=role)
        return row["total"] if row else 0

    async def seen(self, user_id: str, at: float) -> None:
        async with self._database.transaction() as session:
            await session.execute(SEEN, id=user_id, at=at)

    async def link(self, identity: Identity) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(LINK, **identity.model_dump()) == 1

    async def find_identity(self, issuer: str, subject: str) -> Identity | None:
        row = await find(self._database, FIND_IDENTITY, issuer=issuer, subject=subject)
        return _identity(row) if row else None

    async def identities(self, user_id: str) -> list[Identity]:
        return [_identity(row) for row in await self._database.fetch(IDENTITIES, user=user_id)]

    async def unlink(self, user_id: str, issuer: str, subject: str) -> bool:
        async with self._database.transaction() as session:
            gone = await session.execute(UNLINK, user=user_id, issuer=issuer, subject=subject)
            return gone == 1

    async def add_factor(self, factor: SecondFactor) -> None:
        values = factor.model_dump() | {"confirmed": int(factor.confirmed)}
        async with self._database.transaction() as session:
            await session.execute(ADD_FACTOR, **values)

    async def factors(self, user_id: str) -> list[SecondFactor]:
        return [_factor(row) for row in await self._database.fetch(FACTORS, user=user_id)]

    async def find_factor(self, factor_id: str) -> SecondFactor | None:
        row = await find(self._database, FIND_FACTOR, id=factor_id)
        return _factor(row) if row else None

    async def use_factor(self, factor_id: str, counter: int, at: float) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(USE_FACTOR, id=factor_id, counter=counter, at=at) == 1

    async def remove_factor(self, user_id: str, factor_id: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(REMOVE_FACTOR, user=user_id, id=factor_id) == 1


UPDATED = ("id", "email", "name", "role", "password", "disabled")


def _columns(user: User, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    values = user.model_dump() | {"disabled": int(user.disabled)}
    return {name: values[name] for name in names} if names else values


def _email(user: User) -> str:
    return f"email:{user.email}"


async def _create(session: Session, user: User) -> bool:
    if await session.execute(INSERT, **_columns(user)) == 0:
        return False
    owner = {"team": user.team, "id": user.id, "created_at": user.created_at}
    await session.execute(OWN_TEAM, **owner, name=user.name or user.email)
    await session.execute(INTO_OWN_TEAM, **owner, role=ADMIN.name)
    return True


async def _others(session: Session, user_id: str, role: str) -> bool:
    return bool(await session.fetch(OTHERS_WITH, id=user_id, role=role))


def user_of(row: Record) -> User:
    """The user that a row of the table `users` holds."""
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=row["role"],
        password=row["password"],
        team=row["team"],
        disabled=bool(row["disabled"]),
        created_at=row["created_at"],
        last_seen_at=row["last_seen_at"],
    )


def _identity(row: Record) -> Identity:
    return Identity(
        issuer=row["issuer"],
        subject=row["subject"],
        user=row["user_id"],
        email=row["email"],
        created_at=row["created_at"],
    )


def _factor(row: Record) -> SecondFactor:
    return SecondFactor(
        id=row["id"],
        user=row["user_id"],
        kind=row["kind"],
        name=row["name"],
        secret=bytes(row["secret"]),
        counter=row["counter"],
        confirmed=bool(row["confirmed"]),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
    )
