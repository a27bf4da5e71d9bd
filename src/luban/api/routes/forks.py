"""`/runs/{id}/fork`, `/retry`, `/state`, `/compare`: runs that begin with others; their past."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.render import run_view
from luban.api.render_states import comparison_view, state_view
from luban.api.routes.runs import trigger_key
from luban.model.state_views import ComparisonView, RunStateView
from luban.model.views import RunView, Tree
from luban.services.forks import NewFork

router = APIRouter(prefix="/runs", tags=["runs"])


class Retry(BaseModel):
    """Where to begin; left out, a failed run begins at its failed steps, others at the start."""

    begin: Literal["failed", "start"] | None = Field(default=None, alias="from")


class FirstStep(BaseModel):
    """One firing of a node; `iteration` counts from 0."""

    node: str = Field(min_length=1, max_length=500)
    iteration: int = Field(default=0, ge=0)


class Fork(BaseModel):
    """What is to be different; everything recorded that still holds is kept.

    `from_node` is a path: `add`, `each/add`, `each[2]/add` for one round, `agent:3` for the fourth
    thing an agent asked for. `constants` are by node and pin; they make a version of the agent.
    """

    from_node: str | None = Field(default=None, min_length=1, max_length=500)
    from_step: FirstStep | None = None
    inputs: Tree = Field(default_factory=dict)
    constants: dict[str, Tree] = Field(default_factory=dict)
    version: Literal["draft", "published"] | Annotated[int, Field(ge=1)] | None = None


@router.post("/{run_id}/retry", dependencies=[needs("run.start")], status_code=201)
async def retry_run(
    house: TheHouse, owner: Owner, run_id: str, request: Request, retry: Retry | None = None
) -> RunView:
    """A new run of the same version and inputs, from the failed steps or from the start."""
    begin = retry.begin if retry else None
    return run_view(await house.forks.retry(owner, run_id, begin, trigger_key=trigger_key(request)))


@router.post("/{run_id}/fork", dependencies=[needs("run.start")], status_code=201)
async def fork_run(
    house: TheHouse, owner: Owner, run_id: str, request: Request, fork: Fork | None = None
) -> RunView:
    """A new run that keeps the recorded results which still hold, and makes the rest again."""
    fork = fork or Fork()
    step = fork.from_step
    wanted = NewFork(
        fork.from_node,
        None if step is None else (step.node, step.iteration),
        fork.inputs,
        fork.constants,
        fork.version,
    )
    return run_view(await house.forks.fork(owner, run_id, wanted, trigger_key=trigger_key(request)))


@router.get("/{run_id}/state", dependencies=[needs("run.read")])
async def get_state(
    house: TheHouse,
    owner: Owner,
    run_id: str,
    at: Annotated[int | None, Query(ge=0, description="The id of an event.")] = None,
) -> RunStateView:
    """The run as it stood right after an event; without one, as it stands now."""
    return state_view(await house.run_states.at(owner, run_id, at))


@router.get("/{run_id}/compare", dependencies=[needs("run.read")])
async def compare_runs(
    house: TheHouse,
    owner: Owner,
    run_id: str,
    other: Annotated[str, Query(alias="with", min_length=1, max_length=100)],
) -> ComparisonView:
    """The steps in which another run differs from this one."""
    return comparison_view(await house.run_states.compare(owner, run_id, other))
