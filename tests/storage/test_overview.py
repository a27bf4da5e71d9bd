"""How the installation stands, as each storage tells it."""

from __future__ import annotations

from typing import Any

from luban.model.run import RunDraft


async def test_depth_workers_stuck_and_sizes(store: Any) -> None:
    await store.overview.ping()
    assert (await store.overview.depth()).oldest is None
    for number, run in enumerate(("r_1", "r_2", "r_3")):
        draft = RunDraft(id=run, owner="ann", agent_id="a_1", version=1, created_at=100.0 + number)
        await store.runs.create(draft)
    await store.queue.register()
    await store.queue.claim(1, only="r_1")
    await store.runs.request_pause("ann", "r_2", 200.0)
    depth = await store.overview.depth()
    assert tuple(depth) == (1, 1, 1, 102.0)
    (worker,) = await store.overview.workers()
    assert worker.running == 1 and not worker.dead
    assert [each.id for each in await store.overview.stuck(before=50.0)] == ["r_2"]
    late = await store.overview.stuck(before=1000.0)
    assert [(each.id, each.reason) for each in late] == [("r_2", "stands"), ("r_3", "queued")]
    sizes = await store.overview.sizes()
    assert sizes.counts["runs_ever"] == 3 and sizes.counts["users"] == 0
    assert sizes.database >= 0 and sizes.files == 0
