"""Test runs: some steps are stood in for, and effects only simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from luban.model.run import Run, RunOptions, RunStatus
from luban.server.wiring import Home
from tests.services.kit import CALCULATOR, ME, agent_of, chain, over


async def tried(home: Home, agent_id: str, inputs: dict[str, Any], options: RunOptions) -> Run:
    run = await home.house.runs.start(ME, agent_id, inputs, options=options)
    return await over(home, run.id)


async def test_a_pinned_node_does_not_run(home: Home):
    await home.worker.start()
    agent_id = await agent_of(home, CALCULATOR)
    options = RunOptions(pinned={"add": {"result": 9}})
    run = await tried(home, agent_id, {"a": 1, "b": 2}, options)
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"result": 9})


async def test_a_simulated_run_has_no_effects(home: Home, tmp_path: Path):
    await home.worker.start()
    file = tmp_path / "notes"
    agent_id = await agent_of(home, chain(2, file))
    bare = await tried(home, agent_id, {}, RunOptions(simulate=True))
    assert bare.status is RunStatus.FAILED
    assert bare.error is not None
    assert (bare.error["code"], bare.error["node"]) == ("nothing_recorded", "n0")
    assert not file.exists()
    done = await over(home, (await home.house.runs.start(ME, agent_id, {})).id)
    noted = file.read_text()
    again = await tried(home, agent_id, {}, RunOptions(simulate=True, recorded=done.id))
    assert (again.status, again.outputs) == (RunStatus.COMPLETED, done.outputs)
    assert file.read_text() == noted


async def test_a_fork_of_a_simulated_run_is_simulated_too(home: Home, tmp_path: Path):
    await home.worker.start()
    file = tmp_path / "notes"
    agent_id = await agent_of(home, chain(1, file))
    bare = await tried(home, agent_id, {}, RunOptions(simulate=True))
    again = await over(home, (await home.house.forks.retry(ME, bare.id)).id)
    assert (again.status, again.forked_from) == (RunStatus.FAILED, bare.id)
    assert not file.exists()
