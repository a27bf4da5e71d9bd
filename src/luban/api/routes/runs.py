"""`/runs` and `/agents/{id}/runs`: starting runs, looking at them, steering them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from luban.api.idempotency import KEY
from luban.api.owner import Owner, TheHouse
from luban.api.paging import Part, paged
from luban.api.render import run_view, step_view
from luban.model.run import RunStatus
from luban.model.views import PageView, RunView, StepView, Tree

router = APIRouter(tags=["runs"])


class NewRun(BaseModel):
    """What a run is given; `version` is the draft, the published one, or a number."""

    inputs: Tree = Field(default_factory=dict)
    version: Literal["draft", "published"] | Annotated[int, Field(ge=1)] = "draft"


class RaisedLimits(BaseModel):
    """New ceilings by name (`steps seconds tokens usd`); none doubles the one that was reached."""

    limits: dict[str, float] = Field(default_factory=dict)


@router.post("/agents/{agent_id}/runs", status_code=201)
async def start_run(
    house: TheHouse, owner: Owner, agent_id: str, request: Request, new: NewRun | None = None
) -> RunView:
    new = new or NewRun()
    run = await house.runs.start(
        owner, agent_id, new.inputs, version=new.version, trigger_key=_trigger_key(request)
    )
    return run_view(run)


@router.get("/runs")
async def list_runs(
    house: TheHouse,
    owner: Owner,
    part: Part,
    agent: Annotated[str | None, Query()] = None,
    status: RunStatus | None = None,
) -> PageView[RunView]:
    found = await house.runs.list(owner, part, agent_id=agent, status=status)
    return paged(found, part, run_view)


@router.get("/runs/{run_id}")
async def get_run(
    house: TheHouse, owner: Owner, run_id: str, include: Literal["document"] | None = None
) -> RunView:
    run = await house.runs.get(owner, run_id)
    if include is None:
        return run_view(run)
    return run_view(run, (await house.runs.version_of(run)).document)


@router.get("/runs/{run_id}/steps")
async def list_steps(
    house: TheHouse, owner: Owner, run_id: str, part: Part, node: str | None = None
) -> PageView[StepView]:
    found = await house.steps.list(owner, run_id, part, node=node)
    return paged(found, part, step_view)


@router.post("/runs/{run_id}/cancel")
async def cancel_run(house: TheHouse, owner: Owner, run_id: str) -> RunView:
    return run_view(await house.runs.cancel(owner, run_id))


@router.post("/runs/{run_id}/retry", status_code=201)
async def retry_run(house: TheHouse, owner: Owner, run_id: str, request: Request) -> RunView:
    """A new run of the same version with the same inputs."""
    run = await house.runs.retry(owner, run_id, trigger_key=_trigger_key(request))
    return run_view(run)


@router.post("/runs/{run_id}/resume")
async def resume_run(
    house: TheHouse, owner: Owner, run_id: str, raised: RaisedLimits | None = None
) -> RunView:
    limits = raised.limits if raised else {}
    return run_view(await house.runs.resume(owner, run_id, limits))


def _trigger_key(request: Request) -> str | None:
    """One key starts one run, even if the answer to the first request was never stored."""
    key = request.scope.get(KEY)
    return f"{request.url.path} {key}" if key else None
