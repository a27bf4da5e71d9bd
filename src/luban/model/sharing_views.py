"""How shared links travel, and what strangers are shown by them."""

from __future__ import annotations

from typing import Any, Literal

from luban.model.run import RunStatus
from luban.model.views import AgentInputView, Moment, Tree, View

Shareable = Literal["agent", "run", "result", "thread"]
Scope = Literal["see", "run", "copy", "steps"]


class LinkView(View):
    """A shared link; what stands in its address is not kept."""

    id: str
    resource: Shareable
    resource_id: str
    scopes: list[Scope]
    made_by: str
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class NewLinkView(LinkView):
    """A link that was just made: `token` and the `path` to it are told once."""

    token: str
    path: str


class SharedAgentView(View):
    """A shared agent; `document` only where it may be seen, and without secrets."""

    name: str
    description: str
    inputs: list[AgentInputView]
    document: Tree | None


class SharedStepView(View):
    """A step of a shared run."""

    node: str
    iteration: int
    block: str | None
    status: str
    inputs: Tree
    outputs: list[tuple[str, Any]]
    started_at: Moment | None
    duration: float | None
    error: Tree | None


class SharedRunView(View):
    """A shared run, or one that was started by a link; `steps` only where they may be seen."""

    id: str
    agent_name: str
    status: RunStatus
    inputs: Tree | None
    outputs: Tree
    error: Tree | None
    created_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    steps: list[SharedStepView] | None = None


class SharedMessageView(View):
    """A message of a shared thread; files by their names only."""

    role: Literal["user", "assistant"]
    text: str
    files: list[str]
    created_at: Moment


class SharedThreadView(View):
    """A shared thread: the branch that its owner looks at."""

    title: str
    messages: list[SharedMessageView]


class SharedView(View):
    """What an address leads to."""

    resource: Shareable
    scopes: list[Scope]
    expires_at: Moment | None
    agent: SharedAgentView | None = None
    run: SharedRunView | None = None
    thread: SharedThreadView | None = None


class CopiedAgentView(View):
    """An agent that was taken over from a link."""

    id: str
    name: str
