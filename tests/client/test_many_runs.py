"""Many runs at once, through the Python client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from luban.client import Client
from luban.model.run import RunStatus
from tests.api.kit import HOST, application
from tests.services.kit import CALCULATOR


@pytest.fixture
async def luban(tmp_path: Path) -> AsyncIterator[Client]:
    async with (
        application(tmp_path) as (_, app),
        Client(HOST, transport=httpx2.ASGITransport(app)) as luban,
    ):
        yield luban


async def test_lists_are_narrowed_and_many_runs_are_cancelled_and_deleted(luban: Client) -> None:
    agent = await luban.agents.create(document=CALCULATOR)
    runs = [await luban.runs.start(agent.id, {"a": 1, "b": n}) for n in range(3)]
    ids = [run.id for run in runs]
    cancelled = await luban.runs.cancel_many([*ids[:2], "r_none"])
    assert (cancelled.done, cancelled.failed) == (2, 1)
    states = [RunStatus.CANCELLED, RunStatus.QUEUED]
    assert (await luban.runs.list(status=states)).total == 3
    assert (await luban.runs.list(status=RunStatus.CANCELLED)).total == 2
    hour = timedelta(hours=1)
    assert (await luban.runs.list(since=datetime.now(UTC) - hour)).total == 3
    assert (await luban.runs.list(until=datetime.now(UTC) - hour)).total == 0
    assert (await luban.runs.list(trigger="webhook")).total == 0
    deleted = await luban.runs.delete_many(ids)
    assert [each.ok for each in deleted.items] == [True, True, False]
