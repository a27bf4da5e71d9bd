"""`/proposals`: agents and changes of agents that a run proposes and a person decides on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheCaller, TheHouse, needs, require
from luban.api.paging import Part, paged
from luban.model.proposal_views import (
    AcceptedProposalView,
    ChangeView,
    ConflictView,
    PreviewView,
    ProposalView,
)
from luban.model.taken_changes import Taken
from luban.model.views import PageView, Tree, moment
from luban.services.proposals import Accepted, ProposalDetail, Wish, change_text

router = APIRouter(prefix="/proposals", tags=["proposals"])


class NewProposal(BaseModel):
    """What is wanted; `agent` (id or name) is the one to change, a new one without it.

    `messages` are earlier turns `{role, content}`, and `model` is the default one if empty.
    """

    message: Annotated[str, Field(min_length=1, max_length=20_000)]
    agent: Annotated[str, Field(max_length=200)] = ""
    model: Annotated[str, Field(max_length=200)] = ""
    messages: Annotated[list[Tree], Field(max_length=100)] = []


class AcceptedChanges(BaseModel):
    """Which changes are accepted, all without `changes`.

    `in_draft` says that the draft has them already, and only notes it.
    """

    changes: Annotated[list[str], Field(max_length=10_000)] | None = None
    in_draft: bool = False


class PreviewedChanges(BaseModel):
    """Which changes would be accepted."""

    changes: Annotated[list[str], Field(max_length=10_000)]


@router.get("", dependencies=[needs("agent.read")])
async def list_proposals(
    house: TheHouse,
    owner: Owner,
    part: Part,
    agent_id: Annotated[str, Query(max_length=100)] = "",
) -> PageView[ProposalView]:
    """Newest first."""
    return paged(await house.proposals.list(owner, part, agent=agent_id), part, _view)


@router.post("", dependencies=[needs("run.start")], status_code=201)
async def create_proposal(house: TheHouse, owner: Owner, new: NewProposal) -> ProposalView:
    """Starts the run that will propose it; `state` tells when it has."""
    wish = Wish(new.message, new.agent, new.model, new.messages)
    return _view(await house.proposals.start(owner, wish))


@router.get("/{proposal_id}", dependencies=[needs("agent.read")])
async def get_proposal(house: TheHouse, owner: Owner, proposal_id: str) -> ProposalView:
    return _view(await house.proposals.get(owner, proposal_id))


@router.post("/{proposal_id}/open", dependencies=[needs("agent.create")])
async def open_proposal(house: TheHouse, owner: Owner, proposal_id: str) -> ProposalView:
    """Makes the empty agent that a proposal for a new one is for, to look at it there."""
    return _view(await house.proposals.open(owner, proposal_id))


@router.post("/{proposal_id}/preview", dependencies=[needs("agent.read")])
async def preview_proposal(
    house: TheHouse, owner: Owner, proposal_id: str, previewed: PreviewedChanges
) -> PreviewView:
    """The agent's draft as it would be; nothing is changed."""
    taken = await house.proposals.preview(owner, proposal_id, previewed.changes)
    detail = await house.proposals.get(owner, proposal_id)
    return PreviewView(
        document=taken.document,
        taken=taken.taken,
        pulled=taken.pulled,
        conflicts=_conflicts(detail, taken),
    )


@router.post("/{proposal_id}/accept", dependencies=[needs("agent.update")])
async def accept_proposal(
    house: TheHouse,
    caller: TheCaller,
    proposal_id: str,
    accepted: AcceptedChanges | None = None,
) -> AcceptedProposalView:
    """Takes changes over into the agent's draft, with those they need.

    What does not fit the draft any more is left out and named under `conflicts`.
    """
    accepted = accepted or AcceptedChanges()
    found = await house.proposals.get(caller.team, proposal_id)
    if not found.proposal.agent:
        require(caller, "agent.create")
    result = await house.proposals.accept(
        caller.team, proposal_id, accepted.changes, in_draft=accepted.in_draft
    )
    return _accepted(await house.proposals.get(caller.team, proposal_id), result)


@router.post("/{proposal_id}/refuse", dependencies=[needs("agent.update")])
async def refuse_proposal(house: TheHouse, owner: Owner, proposal_id: str) -> ProposalView:
    """Nothing is changed."""
    return _view(await house.proposals.refuse(owner, proposal_id))


def _view(detail: ProposalDetail) -> ProposalView:
    return ProposalView(**_fields(detail))


def _accepted(detail: ProposalDetail, result: Accepted) -> AcceptedProposalView:
    return AcceptedProposalView(
        **_fields(detail),
        pulled=result.taken.pulled,
        conflicts=_conflicts(detail, result.taken),
        agent_revision=result.agent.revision,
    )


def _conflicts(detail: ProposalDetail, taken: Taken) -> list[ConflictView]:
    texts = {each.id: change_text(each) for each in detail.proposal.changes}
    return [
        ConflictView(change=name, standing=standing, text=texts[name])
        for name, standing in taken.conflicts.items()
    ]


def _fields(detail: ProposalDetail) -> dict[str, Any]:
    proposal = detail.proposal
    return {
        "id": proposal.id,
        "state": detail.state,
        "agent_id": proposal.agent,
        "run_id": proposal.run,
        "revision": proposal.revision,
        "summary": proposal.summary,
        "changes": [
            ChangeView(
                **{**dict(each), "needs": list(each.needs)},
                text=change_text(each),
                standing=detail.standings[each.id],
            )
            for each in proposal.changes
        ],
        "warnings": list(proposal.warnings),
        "accepted": list(proposal.accepted),
        "document": proposal.document,
        "created_at": moment(proposal.created_at),
        "updated_at": moment(proposal.updated_at),
    }
