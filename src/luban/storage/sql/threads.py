"""Threads and their messages as rows."""

from __future__ import annotations

from typing import Any

from luban.model.values import decode, encode
from luban.ports.stores import Page, Slice
from luban.ports.threads import Thread, ThreadMessage
from luban.storage.sql.agents import like
from luban.storage.sql.database import Database, Record, Session, find

CREATE = """
insert into threads (owner, id, agent, search, pinned, archived, data, created_at, updated_at)
values (:owner, :id, :agent, :search, :pinned, :archived, :data, :created_at, :updated_at)"""
FIND = "select data from threads where owner = :owner and id = :id"
LISTED = (
    "from threads where owner = :owner and archived = :archived and search like :search escape '!'"
)
OF_AGENT = " and agent = :agent"
ORDER = "order by pinned desc, updated_at desc, id desc limit :limit offset :offset"
UPDATE = """
update threads set agent = :agent, search = :search, pinned = :pinned, archived = :archived,
  data = :data, updated_at = :updated_at
where owner = :owner and id = :id"""
DELETE = "delete from threads where owner = :owner and id = :id"
DELETE_MESSAGES = "delete from thread_messages where owner = :owner and thread = :id"
ADD = """
insert into thread_messages (owner, id, thread, settled, data, created_at)
values (:owner, :id, :thread, :settled, :data, :created_at)
on conflict (owner, id) do nothing"""
MESSAGE = "select data from thread_messages where owner = :owner and id = :id"
MESSAGES = """
select data from thread_messages where owner = :owner and thread = :thread
order by created_at, id"""
SETTLE = """
update thread_messages set data = :data, settled = 1
where owner = :owner and id = :id and settled = 0"""


class SqlThreadStore:
    """`ThreadStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, thread: Thread) -> None:
        async with self._database.transaction() as session:
            await session.execute(CREATE, **_columns(thread), created_at=thread.created_at)

    async def find(self, owner: str, thread_id: str) -> Thread | None:
        row = await find(self._database, FIND, owner=owner, id=thread_id)
        return _thread(row) if row else None

    async def list(
        self, owner: str, part: Slice, *, search: str = "", agent: str = "", archived: bool = False
    ) -> Page[Thread]:
        where = LISTED
        values: dict[str, Any] = {
            "owner": owner,
            "archived": int(archived),
            "search": like(search.casefold()),
        }
        if agent:
            where, values["agent"] = where + OF_AGENT, agent
        found = await self._database.page(
            f"select data {where} {ORDER}",
            f"select count(*) as total {where}",
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([_thread(row) for row in found.rows], found.total)

    async def update(self, thread: Thread) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(UPDATE, **_columns(thread)) == 1

    async def delete(self, owner: str, thread_id: str) -> bool:
        async with self._database.transaction() as session:
            await session.execute(DELETE_MESSAGES, owner=owner, id=thread_id)
            return await session.execute(DELETE, owner=owner, id=thread_id) == 1

    async def add(self, messages: list[ThreadMessage]) -> None:
        async with self._database.transaction() as session:
            for each in messages:
                await _add(session, each)

    async def message(self, owner: str, message_id: str) -> ThreadMessage | None:
        row = await find(self._database, MESSAGE, owner=owner, id=message_id)
        return _message(row) if row else None

    async def messages(self, owner: str, thread_id: str) -> list[ThreadMessage]:
        rows = await self._database.fetch(MESSAGES, owner=owner, thread=thread_id)
        return [_message(row) for row in rows]

    async def settle(self, message: ThreadMessage) -> bool:
        async with self._database.transaction() as session:
            data = encode(message.model_dump())
            changed = await session.execute(SETTLE, owner=message.owner, id=message.id, data=data)
            return changed == 1


async def _add(session: Session, message: ThreadMessage) -> None:
    await session.execute(
        ADD,
        owner=message.owner,
        id=message.id,
        thread=message.thread,
        settled=int(message.role == "user" or bool(message.ending)),
        data=encode(message.model_dump()),
        created_at=message.created_at,
    )


def _columns(thread: Thread) -> dict[str, Any]:
    return {
        "owner": thread.owner,
        "id": thread.id,
        "agent": thread.agent,
        "search": thread.title.casefold(),
        "pinned": int(thread.pinned),
        "archived": int(thread.archived),
        "data": encode(thread.model_dump()),
        "updated_at": thread.updated_at,
    }


def _thread(row: Record) -> Thread:
    return Thread.model_validate(decode(bytes(row["data"])))


def _message(row: Record) -> ThreadMessage:
    return ThreadMessage.model_validate(decode(bytes(row["data"])))
