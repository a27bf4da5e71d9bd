# Generated from luban/client/proposals.py by ./run fix.

"""Proposals of agents, through the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luban.client.sync.transport import Transport
from luban.model.proposal_views import AcceptedProposalView, PreviewView, ProposalView
from luban.model.views import PageView


class Proposals:
    """The proposals of a team."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, agent_id: str = "", page: int = 1, page_size: int = 50
    ) -> PageView[ProposalView]:
        params = {"agent_id": agent_id, "page": page, "page_size": page_size}
        return self._transport.ask(PageView[ProposalView], "GET", "/proposals", params=params)

    def make(
        self,
        message: str,
        *,
        agent: str = "",
        model: str = "",
        messages: Sequence[Mapping[str, Any]] = (),
    ) -> ProposalView:
        """Starts the run that drafts an agent, or changes of the one with that id or name.

        Wait for the run, and then get the proposal.
        """
        given = {
            "message": message,
            "agent": agent,
            "model": model,
            "messages": [dict(each) for each in messages],
        }
        return self._transport.ask(ProposalView, "POST", "/proposals", json=given)

    def get(self, proposal_id: str) -> ProposalView:
        return self._transport.ask(ProposalView, "GET", f"/proposals/{proposal_id}")

    def open(self, proposal_id: str) -> ProposalView:
        """Makes the empty agent that a proposal for a new one is for."""
        return self._transport.ask(ProposalView, "POST", f"/proposals/{proposal_id}/open")

    def preview(self, proposal_id: str, changes: Sequence[str]) -> PreviewView:
        """The agent's draft as it would be with these changes."""
        given = {"changes": [*changes]}
        path = f"/proposals/{proposal_id}/preview"
        return self._transport.ask(PreviewView, "POST", path, json=given)

    def accept(
        self, proposal_id: str, changes: Sequence[str] | None = None
    ) -> AcceptedProposalView:
        """Takes these changes over into the agent, all without `changes`."""
        given = {"changes": None if changes is None else [*changes]}
        return self._transport.ask(
            AcceptedProposalView, "POST", f"/proposals/{proposal_id}/accept", json=given
        )

    def refuse(self, proposal_id: str) -> ProposalView:
        return self._transport.ask(ProposalView, "POST", f"/proposals/{proposal_id}/refuse")
