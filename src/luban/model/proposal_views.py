"""How proposals travel."""

from __future__ import annotations

from typing import Any, Literal

from luban.model.finding import Finding
from luban.model.graph_changes import ChangeKind
from luban.model.taken_changes import Standing
from luban.model.views import Moment, Tree, View


class ChangeView(View):
    """One change, and whether it still fits the agent: `open`, `done`, or why it does not."""

    id: str
    kind: ChangeKind
    node: str = ""
    name: str = ""
    link: str = ""
    before: Any = None
    after: Any = None
    had: bool = False
    has: bool = False
    needs: list[str]
    place: int = 0
    text: str = ""
    standing: Standing


class ProposalView(View):
    """What a run proposed; `none` says that it ended without proposing anything.

    `agent_id` is empty for an agent that is not there yet, and `document` is what there would be
    if everything were accepted.
    """

    id: str
    state: Literal["drafting", "none", "open", "accepted", "refused"]
    agent_id: str
    run_id: str
    revision: int
    summary: str
    changes: list[ChangeView]
    warnings: list[Finding]
    accepted: list[str]
    document: Tree
    created_at: Moment
    updated_at: Moment


class ConflictView(View):
    """A change that was wanted and does not fit."""

    change: str
    standing: Standing
    text: str


class PreviewView(View):
    """The draft as it would be with some changes, and with those they need."""

    document: Tree
    taken: list[str]
    pulled: list[str]
    conflicts: list[ConflictView]


class AcceptedProposalView(ProposalView):
    """What came of accepting: `pulled` are changes that others needed."""

    pulled: list[str]
    conflicts: list[ConflictView]
    agent_revision: int
