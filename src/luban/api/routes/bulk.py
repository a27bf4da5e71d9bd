"""`/runs/bulk` and `/agents/bulk`: one action on many things, with a result for each."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheCaller, TheHouse, needs, require
from luban.api.errors import body_of, request_id_of
from luban.model.bulk_views import OutcomesView, OutcomeView
from luban.services import bulk

router = APIRouter(tags=["bulk"])

Ids = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]],
    Field(min_length=1, max_length=bulk.MOST),
]


class ManyRuns(BaseModel):
    """Cancelling a run that is over, or deleting one that goes on, fails for that one."""

    action: Literal["cancel", "delete"]
    ids: Ids


class ManyAgents(BaseModel):
    """`export` answers with a zip of agent files in the `format`."""

    action: Literal["delete", "export"]
    ids: Ids
    format: Literal["yaml", "json"] = "yaml"


@router.post("/runs/bulk", dependencies=[needs("run.steer")])
async def bulk_runs(
    house: TheHouse, caller: TheCaller, owner: Owner, request: Request, many: ManyRuns
) -> OutcomesView:
    """Cancels or deletes many runs; deleting needs the permission `run.delete` too."""
    if many.action == "cancel":
        outcomes = await bulk.each(many.ids, lambda one: house.runs.cancel(owner, one))
    else:
        require(caller, "run.delete")
        outcomes = await bulk.each(many.ids, lambda one: house.run_archives.delete(owner, one))
    return _view(outcomes, request)


@router.post(
    "/agents/bulk",
    dependencies=[needs("agent.read")],
    response_model=OutcomesView,
    responses={200: {"content": {"application/zip": {}}}},
)
async def bulk_agents(
    house: TheHouse, caller: TheCaller, owner: Owner, request: Request, many: ManyAgents
) -> OutcomesView | Response:
    """Deletes or exports many agents; deleting needs the permission `agent.delete` too."""
    if many.action == "export":
        packed = await bulk.agent_files(house.agents, owner, many.ids, many.format)
        name = {"content-disposition": 'attachment; filename="agents.zip"'}
        return Response(packed, media_type="application/zip", headers=name)
    require(caller, "agent.delete")
    outcomes = await bulk.each(many.ids, lambda one: house.agents.delete(owner, one))
    return _view(outcomes, request)


def _view(outcomes: list[bulk.Outcome], request: Request) -> OutcomesView:
    asked = request_id_of(request)
    items = [
        OutcomeView(
            id=each.id,
            ok=each.error is None,
            error=body_of(each.error, asked) if each.error is not None else None,
        )
        for each in outcomes
    ]
    done = sum(each.ok for each in items)
    return OutcomesView(items=items, done=done, failed=len(items) - done)
