"""Teams, their members, and the roles that were defined as rows."""

from __future__ import annotations

from collections.abc import Callable

from luban.model.access import BUILT_IN, Role
from luban.model.values import decode, encode
from luban.ports.people import Member, Team, User
from luban.ports.stores import Page, Slice
from luban.storage.sql.database import Database, Record, Session, find
from luban.storage.sql.users import user_of

MANAGE = "team.manage"

INSERT = """
insert into teams (id, name, personal, created_at) values (:id, :name, :personal, :created_at)"""
FIND = "select * from teams where id = :id"
LIST_OF = """
select teams.id, teams.name, teams.personal, teams.created_at, members.team, members.user_id,
  members.role, members.created_at as joined_at
from members join teams on teams.id = members.team where members.user_id = :user
order by members.created_at, teams.id"""
UPDATE = "update teams set name = :name, personal = :personal where id = :id"
OWNING = ("files", "runs", "credentials", "providers", "links", "webhooks")
DELETE = " and ".join(
    [
        "delete from teams where id = :id",
        "not exists (select 1 from agents where owner = :id and deleted_at is null)",
        *(f"not exists (select 1 from {table} where owner = :id)" for table in OWNING),
    ]
)
MEMBERS = """
select users.*, members.team as of_team, members.role as has_role, members.created_at as joined_at
from members join users on users.id = members.user_id where members.team = :team
order by users.email limit :limit offset :offset"""
HOW_MANY = "select count(*) as total from members where team = :team"
MEMBERSHIP = "select * from members where team = :team and user_id = :user"
JOIN = """
insert into members (team, user_id, role, created_at)
select id, cast(:user as text), cast(:role as text), :created_at from teams where id = :team
  and exists (select 1 from users where users.id = :user)
on conflict (team, user_id) do nothing"""
# Writing the team's row first makes a second one who changes members wait for this transaction.
ALONE = "update teams set name = name where id = :team"
SET_ROLE = "update members set role = :role where team = :team and user_id = :user"
LEAVE = "delete from members where team = :team and user_id = :user"
ROLES_HELD = """
select members.user_id, members.role from members join users on users.id = members.user_id
where members.team = :team and users.disabled = 0"""
ROLES = "select * from roles order by name"
PUT_ROLE = """
insert into roles (name, permissions) values (:name, :permissions)
on conflict (name) do update set permissions = excluded.permissions"""
REMOVE_ROLE = """
delete from roles where name = :name
  and not exists (select 1 from users where users.role = :name)
  and not exists (select 1 from members where members.role = :name)"""


class SqlTeamStore:
    """`TeamStore` over any `Database`; `owns` tells what a team owns outside of it."""

    def __init__(self, database: Database, owns: Callable[[str], bool] | None = None) -> None:
        self._database = database
        self._owns = owns

    async def create(self, team: Team, first: Member) -> None:
        async with self._database.transaction() as session:
            await session.execute(INSERT, **team.model_dump())
            await session.execute(JOIN, **first.model_dump())

    async def find(self, team_id: str) -> Team | None:
        row = await find(self._database, FIND, id=team_id)
        return _team(row) if row else None

    async def list_of(self, user_id: str) -> list[tuple[Team, Member]]:
        rows = await self._database.fetch(LIST_OF, user=user_id)
        return [
            (
                _team(row),
                Member(
                    team=row["team"],
                    user=row["user_id"],
                    role=row["role"],
                    created_at=row["joined_at"],
                ),
            )
            for row in rows
        ]

    async def update(self, team: Team) -> bool:
        async with self._database.transaction() as session:
            values = team.model_dump(include={"id", "name", "personal"})
            return await session.execute(UPDATE, **values) == 1

    async def delete(self, team_id: str) -> bool:
        if self._owns is not None and self._owns(team_id):
            return False
        async with self._database.transaction() as session:
            return await session.execute(DELETE, id=team_id) == 1

    async def members(self, team_id: str, part: Slice) -> Page[tuple[Member, User]]:
        found = await self._database.page(
            MEMBERS, HOW_MANY, team=team_id, limit=part.page_size, offset=part.offset
        )
        return Page([_member_and_user(row) for row in found.rows], found.total)

    async def membership(self, team_id: str, user_id: str) -> Member | None:
        row = await find(self._database, MEMBERSHIP, team=team_id, user=user_id)
        if row is None:
            return None
        return Member(
            team=row["team"], user=row["user_id"], role=row["role"], created_at=row["created_at"]
        )

    async def join(self, member: Member) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(JOIN, **member.model_dump()) == 1

    async def set_role(self, team_id: str, user_id: str, role: str, *, manages: bool) -> bool:
        async with self._database.transaction() as session:
            await session.execute(ALONE, team=team_id)
            if not manages and await _needs(session, team_id, user_id):
                return False
            return await session.execute(SET_ROLE, team=team_id, user=user_id, role=role) == 1

    async def leave(self, team_id: str, user_id: str) -> bool:
        async with self._database.transaction() as session:
            await session.execute(ALONE, team=team_id)
            if await _needs(session, team_id, user_id):
                return False
            return await session.execute(LEAVE, team=team_id, user=user_id) == 1

    async def roles(self) -> list[Role]:
        return await _roles(self._database)

    async def put_role(self, role: Role) -> None:
        async with self._database.transaction() as session:
            permissions = encode(sorted(role.permissions))
            await session.execute(PUT_ROLE, name=role.name, permissions=permissions)

    async def remove_role(self, name: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(REMOVE_ROLE, name=name) == 1


async def _roles(database: Database | Session) -> list[Role]:
    return [
        Role(row["name"], frozenset(decode(row["permissions"])))
        for row in await database.fetch(ROLES)
    ]


async def _needs(session: Session, team: str, user: str) -> bool:
    """Whether a member is the only one who manages the team."""
    known = {role.name: role for role in await _roles(session)} | dict(BUILT_IN)
    managing = {name for name, role in known.items() if MANAGE in role.permissions}
    rows = await session.fetch(ROLES_HELD, team=team)
    return {row["user_id"] for row in rows if row["role"] in managing} == {user}


def _team(row: Record) -> Team:
    return Team(
        id=row["id"], name=row["name"], personal=row["personal"], created_at=row["created_at"]
    )


def _member_and_user(row: Record) -> tuple[Member, User]:
    user = user_of(row)
    member = Member(
        team=row["of_team"], user=user.id, role=row["has_role"], created_at=row["joined_at"]
    )
    return member, user
