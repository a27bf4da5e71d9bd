"""`/runs` and `/agents/{id}/runs`: starting runs, looking at them, steering them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.idempotency import KEY
from luban.api.paging import Part, paged
from luban.api.render import run_view, step_view
from luban.engine.history import StepStatus
from luban.model.run import RunOptions, RunStatus
from luban.model.views import PageView, RunView, StepView, Tree
from luban.ports.stores import Narrowed
from luban.services.house import House
from luban.services.run_news import LONGEST_WAIT

router = APIRouter(tags=["runs"])

Patience = Annotated[float, Query(ge=0, le=LONGEST_WAIT)]
"""Seconds for which the answer is held back until the run is over."""


class NewRun(BaseModel):
    """What a run is given; `version` is the draft, the published one, or a number.

    `options` make it a test run: outputs given in place of nodes, effects only simulated.
    """

    inputs: Tree = Field(default_factory=dict)
    version: Literal["draft", "published"] | Annotated[int, Field(ge=1)] = "draft"
    options: RunOptions | None = None


class RaisedLimits(BaseModel):
    """New ceilings by name (`steps seconds tokens usd unpriced_calls`, `node:NODE:usd`).

    None doubles the one that was reached; at a budget the run asks again.
    """

    limits: dict[str, float] = Field(default_factory=dict)


class NewSignal(BaseModel):
    """A message to a run; the second one with the same `once` changes nothing."""

    name: str = Field(min_length=1, max_length=200)
    data: Any = None
    once: str | None = Field(default=None, min_length=1, max_length=200)


@router.post("/agents/{agent_id}/runs", dependencies=[needs("run.start")], status_code=201)
async def start_run(
    house: TheHouse,
    owner: Owner,
    agent_id: str,
    request: Request,
    new: NewRun | None = None,
    wait: Patience = 0,
) -> RunView:
    """With `wait`, the run is answered as it is when it is over, or after so many seconds."""
    return await started(house, owner, agent_id, new or NewRun(), wait, trigger_key(request))


async def started(
    house: House, owner: str, agent_id: str, new: NewRun, wait: float, key: str | None
) -> RunView:
    run = await house.runs.start(
        owner,
        agent_id,
        new.inputs,
        version=new.version,
        trigger_key=key,
        options=new.options,
    )
    return run_view(await house.run_news.wait(run, wait) if wait else run)


@router.get("/runs", dependencies=[needs("run.read")])
async def list_runs(
    house: TheHouse,
    owner: Owner,
    part: Part,
    agent: Annotated[str | None, Query()] = None,
    status: Annotated[list[RunStatus] | None, Query(description="Any of these.")] = None,
    since: Annotated[datetime | None, Query(description="Started then or later.")] = None,
    until: Annotated[datetime | None, Query(description="Started before then.")] = None,
    trigger: Annotated[str, Query(max_length=100, description="What started it.")] = "",
    sort: Literal["newest", "oldest"] = "newest",
) -> PageView[RunView]:
    narrowed = Narrowed(
        tuple(status or ()), _seconds(since), _seconds(until), trigger, sort == "oldest"
    )
    found = await house.runs.list(owner, part, agent_id=agent, narrowed=narrowed)
    return paged(found, part, run_view)


@router.get("/runs/{run_id}", dependencies=[needs("run.read")])
async def get_run(
    house: TheHouse, owner: Owner, run_id: str, include: Literal["document"] | None = None
) -> RunView:
    run = await house.runs.get(owner, run_id)
    if include is None:
        return run_view(run)
    return run_view(run, (await house.runs.version_of(run)).document)


@router.get("/runs/{run_id}/steps", dependencies=[needs("run.read")])
async def list_steps(
    house: TheHouse,
    owner: Owner,
    run_id: str,
    part: Part,
    node: str | None = None,
    status: Annotated[StepStatus | None, Query()] = None,
) -> PageView[StepView]:
    found = await house.steps.list(owner, run_id, part, node=node, status=status)
    return paged(found, part, step_view)


@router.post("/runs/{run_id}/cancel", dependencies=[needs("run.steer")])
async def cancel_run(house: TheHouse, owner: Owner, run_id: str) -> RunView:
    return run_view(await house.runs.cancel(owner, run_id))


@router.post("/runs/{run_id}/resume", dependencies=[needs("run.steer")])
async def resume_run(
    house: TheHouse, owner: Owner, run_id: str, raised: RaisedLimits | None = None
) -> RunView:
    """A run that was paused, reached a limit or is in quarantine goes on."""
    limits = raised.limits if raised else {}
    return run_view(await house.runs.resume(owner, run_id, limits))


@router.post("/runs/{run_id}/pause", dependencies=[needs("run.steer")])
async def pause_run(house: TheHouse, owner: Owner, run_id: str) -> RunView:
    """Steps in flight finish, then the run waits until it is resumed."""
    return run_view(await house.runs.pause(owner, run_id))


@router.post("/runs/{run_id}/signals", dependencies=[needs("run.steer")])
async def signal_run(
    house: TheHouse, owner: Owner, run_id: str, request: Request, new: NewSignal
) -> RunView:
    """Sends the run a message, which its steps may wait for by name."""
    once = new.once or trigger_key(request)
    return run_view(await house.runs.signal(owner, run_id, new.name, new.data, once=once))


def _seconds(moment: datetime | None) -> float | None:
    """As times are stored; what names no time zone is meant in UTC."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def trigger_key(request: Request) -> str | None:
    """One key starts one run, even if the answer to the first request was never stored."""
    key = request.scope.get(KEY)
    return f"{request.url.path} {key}" if key else None
