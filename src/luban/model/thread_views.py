"""How conversations travel: threads, and the messages in them."""

from __future__ import annotations

from typing import Literal

from luban.model.run import RunStatus, Wait
from luban.model.views import Moment, Tree, View


class ThreadView(View):
    """A conversation with an agent, or if `agent_id` is empty with a model itself."""

    id: str
    title: str
    agent_id: str
    model: str
    pinned: bool
    archived: bool
    created_at: Moment
    updated_at: Moment


class PinPlace(View):
    """An output pin of a node."""

    node: str
    pin: str


class ThreadMessageView(View):
    """A message. `status` is of its run; a question has none.

    While an answer is written, pieces of text on one of `streams` are its next ones. `beside` are
    the messages that stand in the same place of other branches, itself among them.
    """

    id: str
    parent: str | None
    role: Literal["user", "assistant"]
    text: str
    files: list[Tree]
    run_id: str | None
    agent_id: str
    model: str
    version: int | None
    status: RunStatus | Literal["gone"] | None
    error: Tree | None
    waiting_for: list[Wait]
    streams: list[PinPlace]
    tokens: int
    usd: float | None
    """`None` when no price is known."""
    proposal: str
    """The id of the proposal that the answer leads to; empty if there is none."""
    beside: list[str]
    created_at: Moment
    ended_at: Moment | None


class ThreadDetailView(ThreadView):
    """A thread with the messages of the branch that is looked at."""

    messages: list[ThreadMessageView]


class TurnView(View):
    """What was said, and the answer that is on its way."""

    message: ThreadMessageView
    answer: ThreadMessageView
