"""Webhooks as rows. What happened to runs is in `outbox`, written by a trigger of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from luban.model.run import Run
from luban.model.values import decode, encode
from luban.ports.stores import Page, Slice
from luban.ports.vault import Sealed, SealedRecord
from luban.ports.webhooks import Delivery, DeliveryStatus, Happening, Render, Webhook
from luban.storage.sql.database import Database, Record, Session, find
from luban.storage.sql.run_rows import run
from luban.storage.sql.runs import SELECT as SELECT_RUN

INSERT = """
insert into webhooks (id, owner, record, key, secret, created_at, updated_at)
values (:id, :owner, :record, :key, :secret, :created_at, :updated_at)"""
FIND = "select record from webhooks where owner = :owner and id = :id"
SECRET = "select key, secret from webhooks where owner = :owner and id = :id"
LIST = """
select record from webhooks where owner = :owner order by id limit :limit offset :offset"""
COUNT = "select count(*) as total from webhooks where owner = :owner"
OF_OWNER = "select record from webhooks where owner = :owner order by id"
# Changing it to what it is keeps everybody else out until the transaction is over.
HOLD = """
update webhooks set updated_at = updated_at where owner = :owner and id = :id returning record"""
KEEP = """
update webhooks set record = :record, updated_at = :updated_at where owner = :owner and id = :id"""
NEW_SECRET = "update webhooks set key = :key, secret = :secret where owner = :owner and id = :id"
DELETE = "delete from webhooks where owner = :owner and id = :id"
SEALED_WITH = """
select owner, id, key, secret from webhooks
where key = :key and id > :after order by id limit :limit"""
RESEAL = """
update webhooks set key = :key, secret = :secret
where owner = :owner and id = :id and secret = :old"""
KEYS = "select key, count(*) as total from webhooks where key is not null group by key"

TAKE = """
delete from outbox where seq in (select seq from outbox order by seq limit :limit {skip})
returning seq, owner, run, event, data, at"""
ADD = """
insert into deliveries (id, owner, webhook, event, body, status, attempts, next_at, created_at)
values (:id, :owner, :webhook, :event, :body, :status, :attempts, :next_at, :created_at)"""
DUE = """
select 1 as due where exists (select 1 from outbox)
  or exists (select 1 from deliveries where status = 'waiting' and next_at <= :now)"""
CLAIM = """
update deliveries set next_at = :until, attempts = attempts + 1
where seq in (
  select seq from deliveries where status = 'waiting' and next_at <= :now and seq in (
    select seq from (
      select seq, next_at, row_number() over (partition by webhook order by next_at, seq) as place
      from deliveries where status = 'waiting' and next_at <= :now) as waiting
    where place <= :each order by next_at, seq limit :limit)
  {skip})
returning *"""
# `next_at` is what the claim made it, so that a slow answer does not undo a later attempt.
SETTLE = """
update deliveries set status = :status, next_at = :next_at, answer = :answer, ended_at = :ended_at
where id = :id and owner = :owner and attempts = :attempts and status = 'waiting'"""
DELIVERIES = """
select * from deliveries where owner = :owner and webhook = :webhook {more}
order by seq desc limit :limit offset :offset"""
COUNT_DELIVERIES = """
select count(*) as total from deliveries where owner = :owner and webhook = :webhook {more}"""
OF_STATUS = "and status = :status"
FIND_DELIVERY = "select * from deliveries where owner = :owner and id = :id"
AGAIN = """
update deliveries set status = 'waiting', attempts = 0, next_at = :now, ended_at = null
where owner = :owner and id = :id and status <> 'waiting'"""
FORGET = """
delete from deliveries where seq in (
  select seq from (
    select seq, ended_at, row_number() over (partition by webhook order by seq desc) as place
    from deliveries where status <> 'waiting') as ended
  where ended_at < :before or place > :most)"""


class SqlWebhookStore:
    """`WebhookStore` over any `Database`; `skip` is how a statement passes over rows in use."""

    def __init__(
        self, database: Database, *, skip: str = "", owned: Database | None = None
    ) -> None:
        """`owned` is where statements go that are about one owner's."""
        self._database = database
        self._owned = owned or database
        self._take = TAKE.format(skip=skip)
        self._claim = CLAIM.format(skip=skip)

    async def create(self, webhook: Webhook, secret: Sealed) -> None:
        values = _values(webhook) | {"key": secret.key, "secret": secret.box}
        async with self._owned.transaction() as session:
            await session.execute(INSERT, created_at=webhook.created_at, **values)

    async def find(self, owner: str, webhook_id: str) -> Webhook | None:
        row = await find(self._owned, FIND, owner=owner, id=webhook_id)
        return _webhook(row) if row else None

    async def secret(self, owner: str, webhook_id: str) -> Sealed | None:
        row = await find(self._owned, SECRET, owner=owner, id=webhook_id)
        return Sealed(row["key"], bytes(row["secret"])) if row else None

    async def list(self, owner: str, part: Slice) -> Page[Webhook]:
        found = await self._owned.page(
            LIST, COUNT, owner=owner, limit=part.page_size, offset=part.offset
        )
        return Page([_webhook(row) for row in found.rows], found.total)

    async def change(
        self,
        owner: str,
        webhook_id: str,
        decide: Callable[[Webhook], Webhook],
        secret: Sealed | None = None,
    ) -> Webhook | None:
        async with self._owned.transaction() as session:
            row = await find(session, HOLD, owner=owner, id=webhook_id)
            if row is None:
                return None
            before = _webhook(row)
            after = decide(before)
            if after != before:
                await session.execute(KEEP, **_values(after))
            if secret is not None:
                place = {"owner": owner, "id": webhook_id}
                await session.execute(NEW_SECRET, key=secret.key, secret=secret.box, **place)
            return after

    async def delete(self, owner: str, webhook_id: str) -> bool:
        async with self._owned.transaction() as session:
            return await session.execute(DELETE, owner=owner, id=webhook_id) == 1

    async def sealed_with(self, key: str, limit: int, after: str = "") -> list[SealedRecord]:
        """As `SealedRecords` says, of which this is one."""
        rows = await self._database.fetch(SEALED_WITH, key=key, limit=limit, after=after)
        return [
            SealedRecord(row["owner"], row["id"], Sealed(row["key"], bytes(row["secret"])))
            for row in rows
        ]

    async def reseal(self, owner: str, row_id: str, old: Sealed, new: Sealed) -> bool:
        values = {"owner": owner, "id": row_id, "old": old.box, "key": new.key, "secret": new.box}
        async with self._database.transaction() as session:
            return await session.execute(RESEAL, **values) == 1

    async def keys(self) -> dict[str, int]:
        return {row["key"]: row["total"] for row in await self._database.fetch(KEYS)}

    async def add(self, delivery: Delivery) -> None:
        async with self._owned.transaction() as session:
            await session.execute(ADD, **_added(delivery))

    async def spread(self, render: Render, limit: int) -> int:
        async with self._database.transaction() as session:
            happened = await self._happened(session, limit)
            heard: dict[str, list[Webhook]] = {}
            made: list[Delivery] = []
            for each in happened:
                if each.owner not in heard:
                    rows = await session.fetch(OF_OWNER, owner=each.owner)
                    heard[each.owner] = [_webhook(row) for row in rows]
                if heard[each.owner]:
                    run = await self._run(session, each.owner, each.run)
                    made += render(each, run, heard[each.owner])
            if made:
                await session.execute_many(ADD, [_added(each) for each in made])
        return len(happened)

    async def _happened(self, session: Session, limit: int) -> list[Happening]:
        """What happened, oldest first, taken away."""
        rows = await session.fetch(self._take, limit=limit)
        return [
            Happening(
                row["owner"],
                row["run"],
                row["event"],
                [] if row["data"] is None else decode(row["data"]),
                row["at"],
            )
            for row in sorted(rows, key=lambda row: row["seq"])
        ]

    async def _run(self, session: Session, owner: str, run_id: str) -> Run | None:
        row = await find(
            session, f"{SELECT_RUN} where r.owner = :owner and r.id = :id", owner=owner, id=run_id
        )
        return run(row) if row else None

    async def due(self, now: float) -> bool:
        return bool(await self._database.fetch(DUE, now=now))

    async def claim(self, now: float, until: float, limit: int, each: int) -> list[Delivery]:
        async with self._database.transaction() as session:
            rows = await session.fetch(self._claim, now=now, until=until, limit=limit, each=each)
        return [_delivery(row) for row in rows]

    async def settle(self, delivery: Delivery) -> None:
        async with self._database.transaction() as session:
            await session.execute(
                SETTLE,
                id=delivery.id,
                owner=delivery.owner,
                attempts=delivery.attempts,
                status=delivery.status,
                next_at=delivery.next_at,
                answer=encode(delivery.answer),
                ended_at=delivery.ended_at,
            )

    async def deliveries(
        self, owner: str, webhook_id: str, part: Slice, *, status: DeliveryStatus | None = None
    ) -> Page[Delivery]:
        more = OF_STATUS if status else ""
        values: dict[str, Any] = {"owner": owner, "webhook": webhook_id}
        found = await self._owned.page(
            DELIVERIES.format(more=more),
            COUNT_DELIVERIES.format(more=more),
            limit=part.page_size,
            offset=part.offset,
            **(values | ({"status": status} if status else {})),
        )
        return Page([_delivery(row) for row in found.rows], found.total)

    async def find_delivery(self, owner: str, delivery_id: str) -> Delivery | None:
        row = await find(self._owned, FIND_DELIVERY, owner=owner, id=delivery_id)
        return _delivery(row) if row else None

    async def redeliver(self, owner: str, delivery_id: str, now: float) -> bool:
        async with self._owned.transaction() as session:
            return await session.execute(AGAIN, owner=owner, id=delivery_id, now=now) == 1

    async def forget(self, before: float, most: int) -> int:
        async with self._database.transaction() as session:
            return await session.execute(FORGET, before=before, most=most)


def _values(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "owner": webhook.owner,
        "record": webhook.model_dump_json().encode(),
        "updated_at": webhook.updated_at,
    }


def _webhook(row: Record) -> Webhook:
    return Webhook.model_validate_json(bytes(row["record"]))


def _added(delivery: Delivery) -> dict[str, Any]:
    return delivery.model_dump(exclude={"answer", "ended_at"})


def _delivery(row: Record) -> Delivery:
    return Delivery(
        id=row["id"],
        owner=row["owner"],
        webhook=row["webhook"],
        event=row["event"],
        body=bytes(row["body"]),
        status=row["status"],
        attempts=row["attempts"],
        next_at=row["next_at"],
        answer=None if row["answer"] is None else decode(row["answer"]),
        created_at=row["created_at"],
        ended_at=row["ended_at"],
    )
