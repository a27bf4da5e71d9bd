"""Runs: started from frozen versions with judged inputs, cancelled, repeated, let go on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from luban.model.errors import InvalidValue, NotFound
from luban.model.run import RunStatus
from luban.ports.stores import Slice
from luban.server.wiring import Home
from luban.services.agents import AgentChange
from luban.services.checking import AgentHasErrors
from luban.services.run_inputs import InvalidInputs
from luban.services.runs import NotPublished, RunIsOver, RunNotWaiting
from tests.services.kit import CALCULATOR, ME, SHE, agent_of, over, waiting


async def test_a_run_completes(home: Home) -> None:
    await home.worker.start()
    agent_id = await agent_of(home, CALCULATOR)
    run = await home.house.runs.start(ME, agent_id, {"a": 2, "b": "3"})
    assert (run.status, run.inputs) == (RunStatus.QUEUED, {"a": 2, "b": 3})
    run = await over(home, run.id)
    assert (run.status, run.outputs, run.agent_name) == (
        RunStatus.COMPLETED,
        {"result": 5},
        "Calculator",
    )


async def test_equal_drafts_are_one_version(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    inputs = {"a": 1, "b": 1}
    first = await home.house.runs.start(ME, agent_id, inputs)
    again = await home.house.runs.start(ME, agent_id, inputs)
    changed = {**CALCULATOR, "description": "other"}
    await home.house.agents.change(ME, agent_id, AgentChange(document=changed))
    third = await home.house.runs.start(ME, agent_id, inputs)
    assert [first.version, again.version, third.version] == [1, 1, 2]


async def test_a_retry_keeps_the_version_it_repeats(home: Home) -> None:
    await home.worker.start()
    agent_id = await agent_of(home, CALCULATOR)
    first = await over(home, (await home.house.runs.start(ME, agent_id, {"a": 2, "b": 3})).id)
    broken = {**CALCULATOR, "nodes": {}, "links": []}
    await home.house.agents.change(ME, agent_id, AgentChange(document=broken))
    again = await home.house.runs.retry(ME, first.id)
    assert (again.version, again.inputs, again.trigger) == (1, first.inputs, "retry")
    assert (await over(home, again.id)).outputs == {"result": 5}


async def test_every_wrong_input_is_named_before_anything_is_stored(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    with pytest.raises(InvalidInputs) as caught:
        await home.house.runs.start(ME, agent_id, {"b": -1, "c": 1})
    problems = {each.name: each.code for each in caught.value.problems}
    assert problems == {"a": "missing", "b": "invalid_value", "c": "unknown"}
    for name in "abc":
        assert f"`{name}`" in str(caught.value)
        assert f"“{name}”" in caught.value.message_zh
    with pytest.raises(InvalidInputs, match=r"`a`.*number.*x"):
        await home.house.runs.start(ME, agent_id, {"a": "x", "b": 1})
    assert (await home.house.runs.list(ME, Slice())).total == 0
    assert (await home.house.agents.get(ME, agent_id)).latest_version is None


async def test_a_graph_with_errors_does_not_run_and_says_all_of_them(home: Home) -> None:
    document = {
        **CALCULATOR,
        "nodes": {**CALCULATOR["nodes"], "x": {"block": "no.such"}, "y": {"block": "nor.this"}},
    }
    agent_id = await agent_of(home, document)
    with pytest.raises(AgentHasErrors) as caught:
        await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})
    told = caught.value.as_json()["params"]["findings"]
    unknown = {each["node"] for each in told if each["code"] == "unknown_block"}
    assert unknown == {"x", "y"}
    with pytest.raises(AgentHasErrors):
        await home.house.versions.publish(ME, agent_id)


async def test_the_published_version_runs_whatever_the_draft_is(home: Home) -> None:
    await home.worker.start()
    agent_id = await agent_of(home, CALCULATOR)
    with pytest.raises(NotPublished):
        await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1}, version="published")
    await home.house.versions.publish(ME, agent_id, "first")
    await home.house.agents.change(ME, agent_id, AgentChange(document={"nodes": {}}))
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1}, version="published")
    assert (await over(home, run.id)).outputs == {"result": 2}
    restored = await home.house.versions.restore(ME, agent_id, 1)
    assert restored.document["nodes"] == CALCULATOR["nodes"]


async def test_one_trigger_key_starts_one_run(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    runs = await asyncio.gather(
        *(home.house.runs.start(ME, agent_id, {"a": 1, "b": 1}, trigger_key="k") for _ in range(5))
    )
    assert len({run.id for run in runs}) == 1


async def test_a_queued_run_is_cancelled_at_once(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})
    assert (await home.house.runs.cancel(ME, run.id)).status is RunStatus.CANCELLED
    assert (await home.house.runs.cancel(ME, run.id)).status is RunStatus.CANCELLED


async def test_a_running_run_is_cancelled(home: Home, tmp_path: Path) -> None:
    await home.worker.start()
    agent_id = await agent_of(home, waiting(tmp_path / "never"))
    run = await home.house.runs.start(ME, agent_id, {})
    async for event in await home.house.run_events.open(ME, run.id):
        if event.kind == "step_finished":
            await home.house.runs.cancel(ME, run.id)
    assert (await over(home, run.id)).status is RunStatus.CANCELLED


async def test_what_is_over_is_neither_cancelled_nor_resumed(home: Home) -> None:
    await home.worker.start()
    agent_id = await agent_of(home, CALCULATOR)
    run = await over(home, (await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})).id)
    with pytest.raises(RunIsOver, match="completed"):
        await home.house.runs.cancel(ME, run.id)
    with pytest.raises(RunNotWaiting):
        await home.house.runs.resume(ME, run.id, {})


async def test_a_run_at_its_limit_goes_on_when_it_is_raised(home: Home) -> None:
    await home.worker.start()
    limited: dict[str, Any] = {**CALCULATOR, "settings": {"limits": {"steps": 2}}}
    agent_id = await agent_of(home, limited)
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})
    async for event in await home.house.run_events.open(ME, run.id):
        if event.kind == "run_paused":
            (wait,) = event.values["waiting_for"]
            assert (wait["kind"], wait["details"]["limit"]) == ("limit", "steps")
            with pytest.raises(InvalidValue, match="a limit is one of"):
                await home.house.runs.resume(ME, run.id, {"stepz": 5})
            with pytest.raises(InvalidValue, match="greater than 0"):
                await home.house.runs.resume(ME, run.id, {"steps": 0})
            await home.house.runs.resume(ME, run.id, {"steps": 100})
    assert (await over(home, run.id)).outputs == {"result": 2}


async def test_runs_of_others_do_not_exist(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})
    runs = home.house.runs
    touches = [
        runs.get(SHE, run.id),
        runs.cancel(SHE, run.id),
        runs.retry(SHE, run.id),
        runs.resume(SHE, run.id, {}),
        home.house.steps.list(SHE, run.id, Slice()),
        home.house.run_events.open(SHE, run.id),
    ]
    for touch in touches:
        with pytest.raises(NotFound):
            await touch
    assert (await runs.list(SHE, Slice())).total == 0
    assert (await runs.get(ME, run.id)).status is RunStatus.QUEUED


async def test_steps_tell_inputs_and_outputs_of_each_node(home: Home) -> None:
    await home.worker.start()
    agent_id = await agent_of(home, CALCULATOR)
    run = await over(home, (await home.house.runs.start(ME, agent_id, {"a": 2, "b": 3})).id)
    found = await home.house.steps.list(ME, run.id, Slice())
    assert found.total == 4
    (added,) = (await home.house.steps.list(ME, run.id, Slice(), node="add")).items
    assert (added.inputs["a"], added.inputs["b"]) == (2, 3)
    assert added.outputs == [("result", 5)]
    assert (await home.house.steps.list(ME, run.id, Slice(2, 3))).items[0].node == "result"
