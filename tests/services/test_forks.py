"""Runs that begin with what others recorded, and runs looked at across time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from luban.model.errors import InvalidValue, NotFound
from luban.model.run import Run, RunOptions, RunStatus
from luban.ports.stores import Slice
from luban.server.wiring import Home
from luban.services.forks import NewFork, NothingFailed, NotRun
from luban.services.run_inputs import InvalidInputs
from tests.services.kit import CALCULATOR, ME, SHE, agent_of, chain, memory_home, over

BROKEN: dict[str, Any] = {
    "luban": 1,
    "name": "Breaks",
    "nodes": {
        "text": {"block": "io.input_text", "with": {"name": "text", "value": "hello"}},
        "first": {"block": "test.note_down"},
        "breaks": {"block": "test.fail"},
        "result": {"block": "io.output", "with": {"name": "result"}},
    },
    "links": [
        "text.value -> first.value",
        "first.result -> breaks.value",
        "breaks.result -> result.value",
    ],
}


def broken(file: Path) -> dict[str, Any]:
    """An agent that notes down a step, and fails at the next."""
    nodes = {**BROKEN["nodes"], "first": {"block": "test.note_down", "with": {"file": str(file)}}}
    return {**BROKEN, "nodes": nodes}


async def done(home: Home, document: dict[str, Any], inputs: dict[str, Any]) -> Run:
    await home.worker.start()
    agent_id = await agent_of(home, document)
    return await over(home, (await home.house.runs.start(ME, agent_id, inputs)).id)


async def test_a_retry_of_a_failed_run_begins_at_the_failed_step(home: Home, tmp_path: Path):
    file = tmp_path / "notes"
    failed = await done(home, broken(file), {})
    assert failed.status is RunStatus.FAILED
    again = await home.house.forks.retry(ME, failed.id)
    assert (again.forked_from, again.trigger, again.version) == (failed.id, "retry", 1)
    again = await over(home, again.id)
    assert again.status is RunStatus.FAILED
    assert file.read_text().split() == ["first"]
    from_start = await home.house.forks.retry(ME, failed.id, "start")
    await over(home, from_start.id)
    assert file.read_text().split() == ["first", "first"]


async def test_only_what_broke_off_can_be_taken_up(home: Home):
    fine = await done(home, CALCULATOR, {"a": 1, "b": 2})
    with pytest.raises(NothingFailed, match="completed"):
        await home.house.forks.retry(ME, fine.id, "failed")
    again = await home.house.forks.retry(ME, fine.id)
    assert (await over(home, again.id)).outputs == {"result": 3}


async def test_a_run_again_from_a_node_keeps_what_comes_before(home: Home, tmp_path: Path):
    file = tmp_path / "notes"
    first = await done(home, chain(3, file), {})
    again = await home.house.forks.fork(ME, first.id, NewFork(node="n1"))
    assert (await over(home, again.id)).outputs == first.outputs
    assert file.read_text().split() == ["n0", "n1", "n2", "n1", "n2"]
    assert again.trigger == "fork"
    one = await home.house.forks.fork(ME, first.id, NewFork(step=("n2", 0)))
    await over(home, one.id)
    assert file.read_text().split()[5:] == ["n2"]


async def test_other_inputs_do_again_what_they_change(home: Home):
    first = await done(home, CALCULATOR, {"a": 1, "b": 2})
    other = await home.house.forks.fork(ME, first.id, NewFork(inputs={"b": "5"}))
    assert other.inputs == {"a": 1, "b": 5}
    assert (await over(home, other.id)).outputs == {"result": 6}
    with pytest.raises(InvalidInputs, match="`c`"):
        await home.house.forks.fork(ME, first.id, NewFork(inputs={"c": 1}))


async def test_another_constant_makes_a_version_and_leaves_the_draft_alone(home: Home):
    first = await done(home, CALCULATOR, {"a": 6, "b": 2})
    constants = {"add": {"operation": "multiply"}}
    other = await home.house.forks.fork(ME, first.id, NewFork(constants=constants))
    assert other.version == 2
    assert (await over(home, other.id)).outputs == {"result": 12}
    agent = await home.house.agents.get(ME, first.agent_id)
    assert agent.document["nodes"]["add"]["with"] == {"operation": "add"}
    found = await home.house.steps.list(ME, other.id, Slice(), node="add")
    assert found.total == 1


async def test_places_that_are_not_there_are_refused_by_name(home: Home):
    first = await done(home, CALCULATOR, {"a": 1, "b": 2})
    fork = home.house.forks.fork
    with pytest.raises(NotFound, match=r"`addd`.*`add`"):
        await fork(ME, first.id, NewFork(node="addd"))
    with pytest.raises(NotFound, match="nope"):
        await fork(ME, first.id, NewFork(constants={"nope": {"x": 1}}))
    with pytest.raises(NotRun, match="add #4"):
        await fork(ME, first.id, NewFork(step=("add", 3)))
    with pytest.raises(NotRun, match="add:7"):
        await fork(ME, first.id, NewFork(node="add:7"))
    with pytest.raises(InvalidValue, match="not from both"):
        await fork(ME, first.id, NewFork(node="add", step=("add", 0)))
    with pytest.raises(NotFound):
        await fork(ME, first.id, NewFork(version=9))


async def test_runs_of_others_are_neither_forked_nor_looked_at(home: Home):
    first = await done(home, CALCULATOR, {"a": 1, "b": 2})
    house = home.house
    for touch in (
        house.forks.fork(SHE, first.id, NewFork()),
        house.forks.retry(SHE, first.id),
        house.run_states.at(SHE, first.id),
        house.run_states.compare(SHE, first.id, first.id),
    ):
        with pytest.raises(NotFound):
            await touch


async def test_a_run_is_seen_as_it_stood_at_an_event(home: Home):
    run = await done(home, CALCULATOR, {"a": 1, "b": 2})
    ids = [event.id async for event in await home.house.run_events.open(ME, run.id)]
    last = await home.house.run_states.at(ME, run.id)
    assert (last.status, last.outputs, last.steps) == (RunStatus.COMPLETED, {"result": 3}, 4)
    begun = await home.house.run_states.at(ME, run.id, ids[0])
    assert (begun.status, begun.events, begun.outputs) == (RunStatus.RUNNING, 1, {})
    assert {node.node: node.status for node in begun.nodes}["result"] == "idle"
    assert (await home.house.run_states.at(ME, run.id, 0)).status is RunStatus.QUEUED


async def test_two_runs_differ_where_their_inputs_do(home: Home):
    first = await done(home, CALCULATOR, {"a": 1, "b": 2})
    other = await home.house.forks.fork(ME, first.id, NewFork(inputs={"b": 5}))
    await over(home, other.id)
    compared = await home.house.run_states.compare(ME, first.id, other.id)
    found = {each.node: each.differs for each in compared.comparison.steps}
    assert found == {
        "b": ("inputs", "outputs"),
        "add": ("inputs", "outputs"),
        "result": ("inputs", "outputs"),
    }
    assert compared.comparison.same == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pinned": {"nope": {"x": 1}}}, "nope"),
        ({"pinned": {"add": {"nope": 1}}}, "the outputs of `add` are"),
        ({"pinned": {"add": {"result": "no number"}}}, "no number"),
        ({"recorded": "r_1"}, "simulate"),
        ({"simulate": True, "recorded": "r_none"}, "r_none"),
    ],
)
async def test_options_name_what_there_is(home: Home, options: dict[str, Any], said: str):
    agent_id = await agent_of(home, CALCULATOR)
    start = home.house.runs.start
    with pytest.raises(Exception, match=said) as caught:
        await start(ME, agent_id, {"a": 1, "b": 2}, options=RunOptions(**options))
    assert caught.value.__class__.__module__.startswith("luban.")


async def test_options_are_kept_with_the_run_and_its_forks(home: Home):
    agent_id = await agent_of(home, CALCULATOR)
    options = RunOptions(pinned={"add": {"result": 9}})
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 2}, options=options)
    assert run.options == options


AGENTIC = '''
"""An agent with tools, the last of which breaks while a file is there."""
from pathlib import Path

from luban.sdk import BlockError, Context, block


@block(id="test.tool")
async def tool(number: int, file: str) -> int:
    """Notes its number down."""
    with open(file, "a") as out:
        out.write(f"{number}\\n")
    if number == 3 and Path(f"{file}.broken").exists():
        raise BlockError("the tool is broken")
    return number


@block(id="test.agentic")
async def agentic(value: str, file: str, ctx: Context) -> int:
    """Uses its tool four times."""
    total = 0
    for number in range(4):
        answer = await ctx.call("test.tool", {"number": number, "file": file})
        total += answer["result"]
    return total
'''


async def test_an_agent_that_failed_at_its_last_call_makes_only_that_one_again(tmp_path: Path):
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "agentic.py").write_text(AGENTIC, encoding="utf-8")
    file, trouble = tmp_path / "notes", tmp_path / "notes.broken"
    trouble.touch()
    document = {
        "luban": 1,
        "nodes": {
            "text": {"block": "io.input_text", "with": {"name": "text", "value": "go"}},
            "agent": {"block": "test.agentic", "with": {"file": str(file)}},
            "result": {"block": "io.output", "with": {"name": "result"}},
        },
        "links": ["text.value -> agent.value", "agent.result -> result.value"],
    }
    async with memory_home(tmp_path) as home:
        failed = await done(home, document, {})
        assert failed.status is RunStatus.FAILED
        trouble.unlink()
        again = await over(home, (await home.house.forks.retry(ME, failed.id)).id)
        assert (again.status, again.outputs) == (RunStatus.COMPLETED, {"result": 6})
        assert file.read_text().split() == ["0", "1", "2", "3", "3"]
        from_child = await home.house.forks.fork(ME, again.id, NewFork(node="agent:2"))
        await over(home, from_child.id)
        assert file.read_text().split()[5:] == ["2", "3"]
        calls = await home.house.steps.list(ME, again.id, Slice(), node="agent")
        assert [step.node for step in calls.items] == ["agent", *(f"agent:{n}" for n in range(4))]
