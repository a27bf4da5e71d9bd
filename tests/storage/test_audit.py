"""The audit log: what is added stays, whoever asks for something else, until it is old."""

from __future__ import annotations

import time
from typing import Any

import pytest

from luban.model.errors import LubanError
from luban.ports.audit import AuditEntry, AuditQuery
from luban.ports.stores import Slice
from luban.storage.sql.database import Database

DAY = 86_400.0
OLD = 1_000_000.0


def entry(number: int, **fields: Any) -> AuditEntry:
    given = {"at": OLD + number, "user": "u_1", "team": "t_1", "by": "session"} | fields
    return AuditEntry(**{"action": "agent.create", "resource": "agent", **given})


async def test_entries_come_back_newest_first_and_by_what_is_asked(store: Any) -> None:
    await store.audit.add(entry(1, resource_id="a_1", details={"fields": ["name"]}))
    await store.audit.add(entry(2, user="u_2", outcome="refused"), entry(3, action="run.start"))
    found = await store.audit.list(AuditQuery(), Slice(1, 2))
    assert [each.at for each in found.items] == [OLD + 3, OLD + 2]
    assert found.total == 3
    (first,) = (await store.audit.list(AuditQuery(), Slice(2, 2))).items
    assert first.details == {"fields": ["name"]} and first.resource_id == "a_1"
    for query, wanted in (
        (AuditQuery(user="u_2"), [2]),
        (AuditQuery(outcome="refused"), [2]),
        (AuditQuery(action="run.start"), [3]),
        (AuditQuery(since=OLD + 2, until=OLD + 3), [2]),
        (AuditQuery(resource_id="a_1", team="t_1"), [1]),
        (AuditQuery(team="t_2"), []),
    ):
        listed = await store.audit.list(query, Slice())
        assert [each.at - OLD for each in listed.items] == wanted
        exported = [each.at - OLD async for each in store.audit.export(query)]
        assert exported == sorted(wanted)


async def test_an_export_gives_more_than_is_held_at_once(store: Any) -> None:
    await store.audit.add(*(entry(number) for number in range(2500)))
    exported = [each.at - OLD async for each in store.audit.export(AuditQuery())]
    assert exported == list(range(2500))


@pytest.mark.parametrize(
    "change",
    [
        "update audit set user_id = 'nobody'",
        "delete from audit",
        (
            "insert or replace into audit select id, at, 'nobody', team, signed_in_by, grant_id, "
            "action, resource, resource_id, outcome, status, address, agent, request_id, details "
            "from audit"
        ),
        "truncate audit",
        "insert into audit_horizon (before) values (4000000000)",
        "insert into audit_horizon (before) values ({now} - 80000)",
    ],
)
async def test_the_database_refuses_to_change_or_lose_entries(store: Any, change: str) -> None:
    await store.audit.add(entry(1))
    database: Database = store.audit._database
    with pytest.raises(Exception, match=r"audit|syntax"):
        async with database.transaction() as session:
            await session.execute(change.format(now=int(time.time())))
    assert (await store.audit.list(AuditQuery(user="u_1"), Slice())).total == 1


async def test_only_what_is_old_is_forgotten(store: Any) -> None:
    young = entry(1, at=time.time() - DAY / 2)
    await store.audit.add(*(entry(number) for number in range(1500)), young)
    assert await store.audit.forget_before(OLD + 1400) == 1400
    assert await store.audit.forget_before(OLD + 1400) == 0
    assert (await store.audit.list(AuditQuery(), Slice())).total == 101
    with pytest.raises((LubanError, Exception), match="day"):
        await store.audit.forget_before(time.time())
    assert (await store.audit.list(AuditQuery(), Slice())).total == 101
