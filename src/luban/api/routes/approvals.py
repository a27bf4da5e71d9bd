"""`/approvals`: questions that runs ask people, and their answers."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.render import approval_view
from luban.model.views import ApprovalView, PageView, Tree

router = APIRouter(tags=["approvals"])


class NewAnswer(BaseModel):
    """An answer: one of the choices offered, and what else the question asked for."""

    choice: str = Field(default="", max_length=1000)
    comment: str = Field(default="", max_length=100_000)
    values: Tree = Field(default_factory=dict)


@router.get("/approvals", dependencies=[needs("run.read")])
async def list_approvals(house: TheHouse, owner: Owner, part: Part) -> PageView[ApprovalView]:
    """Questions that are open, those of the newest run first."""
    return paged(await house.approvals.list(owner, part), part, approval_view)


@router.post("/approvals/{question_id}", dependencies=[needs("run.steer")])
async def answer_approval(
    house: TheHouse, owner: Owner, question_id: str, new: NewAnswer
) -> ApprovalView:
    """Answers a question; the run that asked goes on."""
    question = await house.approvals.answer(
        owner, question_id, new.choice, comment=new.comment, values=new.values
    )
    return approval_view(question)
