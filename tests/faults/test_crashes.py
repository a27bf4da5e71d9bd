"""`kill -9` at random moments: nothing is lost, nothing recorded happens again, nothing changes."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from luban.model.run import ENDED, RunStatus
from luban.storage.memory import MemoryDatabase
from tests.databases import ready_database
from tests.engine.house import House, house_over
from tests.faults import report
from tests.faults.aftermath import Aftermath, aftermath_of, random_values
from tests.faults.blocks import Traces, noting_blocks
from tests.faults.effects import EffectServer
from tests.faults.graphs import LONG, all_cases, settled
from tests.faults.nursery import ROOT
from tests.faults.outside import Outside

FULL = os.environ.get("LUBAN_FAULTS") == "full"


class Plan(NamedTuple):
    """How many workers die, how many live at a time, and how long the longest waits are."""

    store: str
    seed: int
    kills: int
    born: int
    long: float


SAMPLE = (Plan("sqlite", 1, 40, 1, LONG), Plan("postgres", 1, 20, 2, 0.05))
WHOLE = tuple(
    Plan(store, seed, 350, born, LONG)
    for store in ("sqlite", "postgres")
    for seed, born in ((1, 1), (2, 2), (3, 3))
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked, then killed")


@pytest.fixture(scope="module")
def told() -> Iterator[list[Aftermath]]:
    """All that was found; of a full run the report is written."""
    found: list[Aftermath] = []
    yield found
    if FULL and len(found) == len(WHOLE):
        report.write(found)


def _marks(plan: Plan) -> list[pytest.MarkDecorator]:
    return [pytest.mark.network] if plan.store == "postgres" else []


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(plan, marks=_marks(plan), id=f"{plan.store}-{plan.seed}")
        for plan in (WHOLE if FULL else SAMPLE)
    ],
)
def aftermath(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    told: list[Aftermath],
) -> Aftermath:
    folder = tmp_path_factory.mktemp("faults")
    if request.param.store == "sqlite":
        found = asyncio.run(_suffer(request.param, str(folder / "luban.db"), folder))
    else:
        address = request.getfixturevalue("postgres_address")
        found = asyncio.run(_suffer_on_a_server(request.param, address, folder))
    found.say()
    told.append(found)
    return found


async def _suffer_on_a_server(plan: Plan, address: str, folder: Path) -> Aftermath:
    async with ready_database(address) as url:
        return await _suffer(plan, url, folder)


async def _suffer(plan: Plan, place: str, folder: Path) -> Aftermath:
    ledger = folder / "ledger.jsonl"
    about = [place, ledger, plan.seed, plan.kills, plan.born, plan.long]
    command = [sys.executable, "-m", "tests.faults.nursery", *map(str, about)]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return await aftermath_of(plan.store, place, ledger, plan.seed, json.loads(done.stdout))


def test_every_run_ends_and_ends_once(aftermath: Aftermath):
    assert aftermath.lost() == []
    assert aftermath.stuck() == []
    assert {run["status"] for run in aftermath.runs} == {"completed"}


def test_what_is_recorded_is_never_made_again(aftermath: Aftermath):
    assert aftermath.repeated() == []


def test_streams_lose_nothing_and_double_nothing(aftermath: Aftermath):
    numbers = aftermath.streams()
    assert numbers
    for step, seen in numbers.items():
        assert seen == list(range(len(seen))), step


def test_the_world_sees_one_value_under_each_key(aftermath: Aftermath):
    assert aftermath.effects
    assert aftermath.changed() == []
    assert random_values(aftermath.notes) == []


def test_what_an_effect_did_is_what_the_journal_says(aftermath: Aftermath):
    done, given = aftermath.recorded_effects()
    assert done
    assert given == done


def test_a_step_that_must_not_be_repeated_takes_effect_once(aftermath: Aftermath):
    blocks = {effect["block"] for effect in aftermath.effects.values()}
    assert blocks >= {"once", "pay"}
    assert aftermath.doubled() == []


def test_a_signal_is_heard_once_and_in_order(aftermath: Aftermath):
    assert aftermath.signals_used_twice() == []  # the outputs tell the order


def test_asking_twice_for_an_agent_starts_one_run(aftermath: Aftermath):
    """Two for each instance of the body, whoever died meanwhile."""
    agents = list(all_cases()).index("agents") + 1
    above = [run["id"] for run in aftermath.runs if run["version"] == agents]
    below = [run["parent"] for run in aftermath.runs if run["parent"] is not None]
    assert above
    assert sorted(below) == sorted(above * 4)


def test_some_deaths_came_in_the_middle_of_steps(aftermath: Aftermath):
    """Otherwise the tests above prove nothing."""
    assert aftermath.interrupted() >= aftermath.told["kills"] / 4
    processes = {note.process for note in aftermath.notes}
    assert len(processes) >= aftermath.told["kills"] / 4


@pytest.fixture(scope="module")
def undisturbed() -> dict[int, list[object]]:
    """What each version gives when nobody dies."""
    return asyncio.run(_play_undisturbed())


async def _play_undisturbed() -> dict[int, list[object]]:
    async with house_over(MemoryDatabase(), noting_blocks(Traces())) as house:
        person = Outside(house.database, random.Random(0), EffectServer())
        serving = asyncio.create_task(person.forever())
        try:
            return await _outputs_by_version(house)
        finally:
            serving.cancel()


async def _outputs_by_version(house: House) -> dict[int, list[object]]:
    for case in all_cases().values():
        await house.add(case.graph)
    outputs: dict[int, list[object]] = {}
    await house.worker.start()
    for version, case in enumerate(all_cases().values(), start=1):
        run = await house.enqueue_version(version, {**case.inputs, "long": 0.01})
        while (run := await house.get(run.id)).status not in ENDED:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert run.status is RunStatus.COMPLETED, run
        outputs[version] = [run.outputs]
    return outputs


def test_outputs_are_those_of_an_undisturbed_run(
    aftermath: Aftermath, undisturbed: dict[int, list[object]]
):
    for version, name in enumerate(all_cases(), start=1):
        ordered = "any order" not in name
        wanted = [settled(each, ordered=ordered) for each in undisturbed[version]]
        outputs = [
            settled(json.loads(run["outputs"]), ordered=ordered)
            for run in aftermath.runs
            if run["version"] == version and run["parent"] is None
        ]
        assert outputs
        assert [each for each in outputs if each not in wanted] == [], name
