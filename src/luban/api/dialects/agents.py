"""`/api/agents`: agents that hold a workflow, started and stopped as a whole.

`POST /api/agents`, `POST /api/agents/{id}/start`, `GET …/runs`, `GET …/runs/{run}`, `GET
…/runs/{run}/logs`, `POST /api/agents/{id}/stop`. States are written in lower case.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AliasChoices, BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.dialects.foreign_errors import ForeignRoute
from luban.api.dialects.foreign_runs import asked_only, log_line, outcome
from luban.api.paging import Part
from luban.model.run import Run
from luban.model.views import Tree, moment
from luban.ports.stores import Agent, Slice
from luban.services.agents import AgentDraft
from luban.services.house import House
from luban.services.runs import RunIsOver, is_over, no_run

router = APIRouter(prefix="/api/agents", tags=["agents (other dialect)"], route_class=ForeignRoute)

_AT_ONCE = 100


class NewAgent(BaseModel):
    """`workflow` is a document of ours or a short one, with `nodes` and `edges`."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str, Field(max_length=10_000)] = ""
    workflow: Tree | None = None


class Start(BaseModel):
    """What the run is given, by the name of its input."""

    inputs: Tree = Field(
        default_factory=dict,
        validation_alias=AliasChoices("inputs", "input_data", "input"),
    )


@router.post("", dependencies=[needs("agent.create")])
async def foreign_create_agent(house: TheHouse, owner: Owner, new: NewAgent) -> Tree:
    draft = AgentDraft(new.name, new.description, new.workflow)
    return _shown(await house.agents.create(owner, draft))


@router.get("", dependencies=[needs("agent.read")])
async def foreign_list_agents(house: TheHouse, owner: Owner, part: Part) -> Tree:
    found = await house.agents.list(owner, part)
    return {"items": [_shown(detail.agent) for detail in found.items], "total": found.total}


@router.get("/{agent_id}", dependencies=[needs("agent.read")])
async def foreign_get_agent(house: TheHouse, owner: Owner, agent_id: str) -> Tree:
    return _shown(await house.agents.get(owner, agent_id))


@router.post("/{agent_id}/start", dependencies=[needs("run.start")])
async def foreign_start_agent(
    house: TheHouse, owner: Owner, agent_id: str, start: Start | None = None
) -> Tree:
    agent = await house.agents.get(owner, agent_id)
    inputs, unasked = asked_only(house, agent, (start or Start()).inputs)
    run = await house.runs.start(owner, agent_id, inputs, trigger="api")
    return {**_run(run), "ignored_inputs": unasked} if unasked else _run(run)


@router.post("/{agent_id}/stop", dependencies=[needs("run.steer")])
async def foreign_stop_agent(house: TheHouse, owner: Owner, agent_id: str) -> Tree:
    """Cancels whatever of the agent is under way."""
    await house.agents.get(owner, agent_id)
    stopped = [await _stopped(house, run) for run in await _under_way(house, owner, agent_id)]
    return {"agent_id": agent_id, "stopped": [run.id for run in stopped if run is not None]}


@router.get("/{agent_id}/runs", dependencies=[needs("run.read")])
async def foreign_list_runs(house: TheHouse, owner: Owner, agent_id: str, part: Part) -> Tree:
    await house.agents.get(owner, agent_id)
    found = await house.runs.list(owner, part, agent_id=agent_id)
    return {"items": [_run(run) for run in found.items], "total": found.total}


@router.get("/{agent_id}/runs/{run_id}", dependencies=[needs("run.read")])
async def foreign_get_run(house: TheHouse, owner: Owner, agent_id: str, run_id: str) -> Tree:
    run = await _run_of(house, owner, agent_id, run_id)
    return {**_run(run), "output": await outcome(house, run)}


@router.get("/{agent_id}/runs/{run_id}/logs", dependencies=[needs("run.read")])
async def foreign_get_logs(
    house: TheHouse,
    owner: Owner,
    agent_id: str,
    run_id: str,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Tree:
    """What happened in the run so far, oldest first; `after` is the last id one has."""
    run = await _run_of(house, owner, agent_id, run_id)
    return {"items": [log_line(each) for each in await house.run_events.kept(run, after)]}


async def _run_of(house: House, owner: str, agent_id: str, run_id: str) -> Run:
    run = await house.runs.get(owner, run_id)
    if run.agent_id != agent_id:
        raise no_run(run_id)
    return run


async def _under_way(house: House, owner: str, agent_id: str) -> list[Run]:
    """Runs of the agent that are not over; they stand among the newest."""
    found: list[Run] = []
    part = Slice(1, _AT_ONCE)
    while True:
        page = await house.runs.list(owner, part, agent_id=agent_id)
        found += [run for run in page.items if not is_over(run)]
        if part.page * _AT_ONCE >= page.total:
            return found
        part = Slice(part.page + 1, _AT_ONCE)


async def _stopped(house: House, run: Run) -> Run | None:
    try:
        return await house.runs.cancel(run.owner, run.id)
    except RunIsOver:  # meanwhile
        return None


def _shown(agent: Agent) -> Tree:
    return {
        "id": agent.id,
        "name": agent.name,
        "description": agent.description,
        "workflow": agent.document,
        "created_at": moment(agent.created_at),
        "updated_at": moment(agent.updated_at),
    }


def _run(run: Run) -> Tree:
    return {
        "id": run.id,
        "agent_id": run.agent_id,
        "status": run.status.value,
        "inputs": run.inputs,
        "outputs": run.outputs,
        "error": run.error,
        "created_at": moment(run.created_at),
        "started_at": None if run.started_at is None else moment(run.started_at),
        "completed_at": None if run.ended_at is None else moment(run.ended_at),
    }
