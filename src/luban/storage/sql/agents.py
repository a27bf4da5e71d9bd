"""Agents and their graph versions as rows."""

from __future__ import annotations

from typing import Any

from luban.model.errors import NotFound
from luban.model.values import decode, encode
from luban.ports.clock import Clock
from luban.ports.stores import Agent, GraphVersion, Page, Slice
from luban.storage.sql.database import Database, Record, find

INSERT = """
insert into agents (id, owner, name, description, document, source, revision, published_version,
  latest_version, search, created_at, updated_at)
values (:id, :owner, :name, :description, :document, :source, :revision, :published_version,
  :latest_version, :search, :created_at, :updated_at)"""
FIND = "select * from agents where owner = :owner and id = :id and deleted_at is null"
LISTED = (
    "from agents where owner = :owner and deleted_at is null and search like :search escape '!'"
)
LIST = {
    "updated": f"select * {LISTED} order by updated_at desc, id desc limit :limit offset :offset",
    "name": f"select * {LISTED} order by search, id limit :limit offset :offset",
}
COUNT = f"select count(*) as total {LISTED}"
# Versions are not part of an edit: `add_version` and `publish` alone may change their numbers.
UPDATE = """
update agents set name = :name, description = :description, document = :document, source = :source,
  revision = :revision, search = :search, updated_at = :updated_at
where owner = :owner and id = :id and revision = :expected and deleted_at is null"""
DELETE = (
    "update agents set deleted_at = :at where owner = :owner and id = :id and deleted_at is null"
)
RESTORE = """
update agents set deleted_at = null
where owner = :owner and id = :id and deleted_at is not null"""
# Writing the agent's row first makes a second writer of versions wait for this transaction.
NEXT_VERSION = """
update agents set latest_version = coalesce(latest_version, 0) + 1
where owner = :owner and id = :id and deleted_at is null returning latest_version"""
TAKE_BACK = "update agents set latest_version = :version where owner = :owner and id = :id"
INSERT_VERSION = """
insert into graph_versions (agent_id, owner, version, digest, document, label, created_at)
values (:id, :owner, :version, :digest, :document, '', :at)"""
FIND_VERSION = (
    "select * from graph_versions where owner = :owner and agent_id = :id and version = :version"
)
LABEL = """
update graph_versions set label = :label
where owner = :owner and agent_id = :id and version = :version"""
PUBLISH = """
update agents set published_version = :version
where owner = :owner and id = :id and deleted_at is null and exists (select 1 from graph_versions v
  where v.owner = :owner and v.agent_id = :id and v.version = :version)"""
VERSIONS = "from graph_versions where owner = :owner and agent_id = :id"
LIST_VERSIONS = f"select * {VERSIONS} order by version desc limit :limit offset :offset"
COUNT_VERSIONS = f"select count(*) as total {VERSIONS}"


class SqlAgentStore:
    """`AgentStore` over any `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, agent: Agent) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                INSERT,
                **_columns(agent),
                created_at=agent.created_at,
                published_version=agent.published_version,
                latest_version=agent.latest_version,
            )

    async def find(self, owner: str, agent_id: str) -> Agent | None:
        row = await find(self._database, FIND, owner=owner, id=agent_id)
        return _agent(row) if row else None

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: str = "updated"
    ) -> Page[Agent]:
        found = await self._database.page(
            LIST[sort],
            COUNT,
            owner=owner,
            search=like(search.casefold()),
            limit=part.page_size,
            offset=part.offset,
        )
        return Page([_agent(row) for row in found.rows], found.total)

    async def update(self, agent: Agent, *, expected_revision: int) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(UPDATE, **_columns(agent), expected=expected_revision) == 1

    async def delete(self, owner: str, agent_id: str) -> bool:
        async with self._database.transaction() as session:
            return (
                await session.execute(DELETE, owner=owner, id=agent_id, at=self._clock.now()) == 1
            )

    async def restore(self, owner: str, agent_id: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(RESTORE, owner=owner, id=agent_id) == 1

    async def add_version(
        self, owner: str, agent_id: str, document: dict[str, Any], digest: str, at: float
    ) -> GraphVersion:
        async with self._database.transaction() as session:
            counted = await find(session, NEXT_VERSION, owner=owner, id=agent_id)
            if counted is None:
                raise NotFound(what="agent", what_zh="智能体", name=agent_id)
            version: int = counted["latest_version"]
            last = await find(session, FIND_VERSION, owner=owner, id=agent_id, version=version - 1)
            if last is not None and last["digest"] == digest:
                await session.execute(TAKE_BACK, owner=owner, id=agent_id, version=version - 1)
                return _version(last)
            content = encode(document)
            await session.execute(
                INSERT_VERSION,
                owner=owner,
                id=agent_id,
                version=version,
                digest=digest,
                document=content,
                at=at,
            )
        return GraphVersion(
            agent_id=agent_id,
            owner=owner,
            version=version,
            digest=digest,
            document=decode(content),
            created_at=at,
        )

    async def publish(self, owner: str, agent_id: str, version: int, label: str) -> bool:
        async with self._database.transaction() as session:
            names = {"owner": owner, "id": agent_id, "version": version}
            if not await session.execute(PUBLISH, **names):
                return False
            await session.execute(LABEL, **names, label=label)
            return True

    async def find_version(self, owner: str, agent_id: str, version: int) -> GraphVersion | None:
        row = await find(self._database, FIND_VERSION, owner=owner, id=agent_id, version=version)
        return _version(row) if row else None

    async def list_versions(self, owner: str, agent_id: str, part: Slice) -> Page[GraphVersion]:
        found = await self._database.page(
            LIST_VERSIONS,
            COUNT_VERSIONS,
            owner=owner,
            id=agent_id,
            limit=part.page_size,
            offset=part.offset,
        )
        return Page([_version(row) for row in found.rows], found.total)


def like(search: str) -> str:
    """The pattern that finds `search` anywhere; `!` stands before what `like` would interpret."""
    for special in "!%_":
        search = search.replace(special, f"!{special}")
    return f"%{search}%"


def search_text(name: str, description: str) -> str:
    """What a search looks through, and what sorts by name: lower case in every script."""
    return f"{name}\n{description}".casefold()


def _columns(agent: Agent) -> dict[str, Any]:
    return {
        "id": agent.id,
        "owner": agent.owner,
        "name": agent.name,
        "description": agent.description,
        "document": encode(agent.document),
        "source": agent.source,
        "revision": agent.revision,
        "search": search_text(agent.name, agent.description),
        "updated_at": agent.updated_at,
    }


def _agent(row: Record) -> Agent:
    return Agent(
        id=row["id"],
        owner=row["owner"],
        name=row["name"],
        description=row["description"],
        document=decode(row["document"]),
        source=row["source"],
        revision=row["revision"],
        published_version=row["published_version"],
        latest_version=row["latest_version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _version(row: Record) -> GraphVersion:
    return GraphVersion(
        agent_id=row["agent_id"],
        owner=row["owner"],
        version=row["version"],
        digest=row["digest"],
        document=decode(row["document"]),
        label=row["label"],
        created_at=row["created_at"],
    )
