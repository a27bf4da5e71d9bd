"""Agents: made, changed, copied, deleted, and never anybody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from luban.model.errors import Conflict, NotFound
from luban.ports.stores import Slice
from luban.server.wiring import Home
from luban.services.agents import AgentChange, AgentDraft, TooManyOrigins
from luban.services.house import House
from tests.services.kit import CALCULATOR, ME, SHE, agent_of


async def test_an_empty_agent_can_be_made(home: Home) -> None:
    agent = await home.house.agents.create(ME, AgentDraft())
    assert (agent.name, agent.revision) == ("Untitled", 1)
    assert agent.document["nodes"] == {}


async def test_the_document_names_its_agent_and_keeps_its_order(home: Home) -> None:
    document = {"mine": 1, "links": [], "nodes": {}, "name": "From file", "luban": 1}
    agent = await home.house.agents.create(ME, AgentDraft(document=document))
    assert agent.name == "From file"
    assert list(agent.document) == list(document)
    renamed = await home.house.agents.change(ME, agent.id, AgentChange(name="New"))
    assert renamed.document["name"] == "New"
    assert list(renamed.document) == list(document)


async def test_a_document_with_another_name_renames_its_agent(home: Home) -> None:
    agents = home.house.agents
    agent = await agents.create(ME, AgentDraft(name="One", document=CALCULATOR))
    assert agent.document["name"] == "One"
    moved = await agents.change(
        ME, agent.id, AgentChange(document={**agent.document, "name": "Two"})
    )
    assert moved.name == "Two"
    unnamed = {key: value for key, value in moved.document.items() if key != "name"}
    assert (await agents.change(ME, agent.id, AgentChange(document=unnamed))).name == "Two"


async def test_a_change_of_nothing_is_no_revision(home: Home) -> None:
    agent = await home.house.agents.create(ME, AgentDraft(name="One"))
    same = await home.house.agents.change(ME, agent.id, AgentChange(document=agent.document), 1)
    assert same.revision == 1


async def test_the_second_of_two_changes_is_a_conflict(home: Home) -> None:
    agents = home.house.agents
    agent = await agents.create(ME, AgentDraft(name="One"))
    outcomes = await asyncio.gather(
        *(agents.change(ME, agent.id, AgentChange(name=f"N{i}"), 1) for i in range(8)),
        return_exceptions=True,
    )
    conflicts = [each for each in outcomes if isinstance(each, Conflict)]
    assert len(conflicts) == 7
    assert conflicts[0].params["revision"] == 2
    assert (await agents.get(ME, agent.id)).revision == 2


async def test_changes_without_a_revision_all_happen(home: Home) -> None:
    agents = home.house.agents
    agent = await agents.create(ME, AgentDraft(name="One"))
    await asyncio.gather(
        agents.change(ME, agent.id, AgentChange(name="Two")),
        agents.change(ME, agent.id, AgentChange(description="new")),
    )
    changed = await agents.get(ME, agent.id)
    assert (changed.name, changed.description, changed.revision) == ("Two", "new", 3)


async def test_a_copy_is_independent(home: Home) -> None:
    agents = home.house.agents
    first = await agents.create(ME, AgentDraft(document=CALCULATOR))
    twin = await agents.duplicate(ME, first.id)
    assert twin.name == "Calculator (2)"
    await agents.change(ME, twin.id, AgentChange(document={"luban": 1, "nodes": {}}))
    assert (await agents.get(ME, first.id)).document["nodes"] == CALCULATOR["nodes"]


async def test_a_deleted_agent_can_be_brought_back(home: Home) -> None:
    agents = home.house.agents
    agent = await agents.create(ME, AgentDraft(name="One"))
    await agents.delete(ME, agent.id)
    with pytest.raises(NotFound):
        await agents.get(ME, agent.id)
    assert (await agents.restore(ME, agent.id)).name == "One"


async def test_an_agent_has_one_origin(home: Home) -> None:
    with pytest.raises(TooManyOrigins, match="document, text"):
        await home.house.agents.create(ME, AgentDraft(document={}, text="luban: 1"))


async def test_details_tell_inputs_findings_and_the_last_run(home: Home) -> None:
    agents = home.house.agents
    agent_id = await agent_of(home, CALCULATOR)
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 2})
    found = await agents.list(ME, Slice())
    (detail,) = found.items
    assert [each.name for each in detail.inputs] == ["a", "b"]
    assert detail.findings == []
    assert detail.last_run is not None
    assert detail.last_run.id == run.id


TOUCHES: dict[str, Callable[[House, str], Any]] = {
    "get": lambda house, agent: house.agents.get(SHE, agent),
    "change": lambda house, agent: house.agents.change(SHE, agent, AgentChange(name="x")),
    "duplicate": lambda house, agent: house.agents.duplicate(SHE, agent),
    "delete": lambda house, agent: house.agents.delete(SHE, agent),
    "restore": lambda house, agent: house.agents.restore(SHE, agent),
    "export": lambda house, agent: house.agents.export(SHE, agent, "json"),
    "versions": lambda house, agent: house.versions.list(SHE, agent, Slice()),
    "version": lambda house, agent: house.versions.get(SHE, agent, 1),
    "publish": lambda house, agent: house.versions.publish(SHE, agent),
    "restore version": lambda house, agent: house.versions.restore(SHE, agent, 1),
    "run": lambda house, agent: house.runs.start(SHE, agent, {"a": 1, "b": 2}),
}


@pytest.mark.parametrize("touch", TOUCHES)
async def test_what_is_somebody_elses_does_not_exist(home: Home, touch: str) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    await home.house.versions.publish(ME, agent_id)
    with pytest.raises(NotFound):
        await TOUCHES[touch](home.house, agent_id)
    agent = await home.house.agents.get(ME, agent_id)
    assert (agent.name, agent.revision) == ("Calculator", 1)
    assert (await home.house.agents.list(SHE, Slice())).total == 0
