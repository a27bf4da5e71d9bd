"""The shapes that travel over HTTP: what the API answers and its clients read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from luban.model.block import BlockSpec
from luban.model.finding import Finding, Severity
from luban.model.run import ParentStep, RunOptions, RunStatus, Starved, Wait, WaitKind

T = TypeVar("T")

Tree = dict[str, Any]
"""An agent document, or another JSON object."""


def moment(at: float) -> str:
    """Unix seconds as they travel: `2026-11-20T12:00:00.123Z`."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


Moment = Annotated[str, Field(examples=["2026-11-20T12:00:00.123Z"])]


class View(BaseModel):
    """An answer; a newer server may send fields this program does not know yet."""

    model_config = ConfigDict(extra="ignore", serialize_by_alias=True, populate_by_name=True)


class PageView(View, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int
    page: int
    page_size: int
    total_pages: int


class ItemsView(View, Generic[T]):
    """A whole list that needs no pages."""

    items: list[T]


class ErrorView(View):
    """The one shape of every error."""

    code: str
    message: str
    message_zh: str
    details: Tree = Field(default_factory=dict)
    request_id: str = ""


class AgentInputView(View):
    """A value a run of an agent is given: how a form asks for it."""

    name: str
    title: str = ""
    title_zh: str = ""
    description: str = ""
    description_zh: str = ""
    kind: str = "any"
    required: bool = False
    default: Any = None
    schema_: Tree = Field(default_factory=dict, alias="schema")


class RunView(View):
    """A run."""

    id: str
    agent_id: str
    agent_name: str
    version: int
    status: RunStatus
    trigger: str
    inputs: Tree
    outputs: Tree
    error: Tree | None
    starved: list[Starved]
    created_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    steps: int
    waiting_for: list[Wait]
    tokens: int = 0
    usd: float | None = 0.0
    """`null` while no price is known of what was asked."""
    unpriced: int = 0
    """Calls of models whose price is unknown."""
    parent: ParentStep | None = None
    forked_from: str | None = None
    options: RunOptions | None = None
    document: Tree | None = None


class AgentView(View):
    """An agent with its draft."""

    id: str
    name: str
    description: str
    revision: int
    document: Tree
    published_version: int | None
    latest_version: int | None
    created_at: Moment
    updated_at: Moment
    inputs: list[AgentInputView]
    last_run: RunView | None
    findings_count: int


class VersionView(View):
    """A version of an agent; `document` only when one version is asked for."""

    version: int
    label: str
    created_at: Moment
    published: bool
    nodes: int
    document: Tree | None = None


class AttemptView(View):
    """One attempt at a step."""

    number: int
    status: str
    started_at: Moment | None
    duration: float | None
    error: Tree | None


class StepPlace(View):
    """Which step of a run."""

    node: str
    iteration: int


class StepView(View):
    """One step of a run; one that another step asked for tells by which `verb`, and of what."""

    node: str
    iteration: int
    block: str | None
    status: str
    attempts: list[AttemptView]
    inputs: Tree
    outputs: list[tuple[str, Any]]
    started_at: Moment | None
    duration: float | None
    error: Tree | None
    parent: StepPlace | None = None
    verb: str | None = None
    name: str = ""
    usage: Tree | None = None
    waiting_for: list[Wait] = Field(default_factory=list[Wait])


class ApprovalView(View):
    """A question that waits for a person; `details` is what else its step shows."""

    id: str
    kind: WaitKind
    run_id: str
    agent_id: str
    agent_name: str
    node: str
    iteration: int
    question: str
    choices: list[str]
    since: Moment
    until: Moment | None
    details: Tree


class FileView(View):
    """A stored file, and the reference by which it travels between blocks.

    `workspace` is `user`, `agent:` and an id, or empty for a file that lies nowhere; in one, `path`
    is where it lies and `version` which of those there it is. `run_id` made it.
    """

    id: str
    name: str
    type: str
    size: int
    created_at: Moment
    ref: Tree
    workspace: str
    path: str
    version: int
    newest: bool
    run_id: str | None


class UsageView(View):
    """How much is kept: bytes and files, of at most `quota` bytes; `null` is any number.

    `own_quota` tells one that was set for the team from the server's.
    """

    bytes: int
    files: int
    quota: int | None
    own_quota: bool


class FileLinkView(View):
    """An address at which anybody reads a file until it is over."""

    url: str
    expires_at: Moment


class FindingsView(View):
    """What the check of a document found."""

    findings: list[Finding]


class BrokenBlockView(View):
    """A file of blocks that cannot be used; `blocks` are the ids that are missing for it."""

    path: str
    line: int | None
    message: str
    message_zh: str = ""
    blocks: list[str] = []


class TemplateView(View):
    """An agent to start from."""

    id: str
    name: str
    name_zh: str
    description: str
    description_zh: str
    document: Tree
    inputs: list[AgentInputView]


class SightingView(View):
    """What a watchdog saw: what is wrong, where, since when, and the way out.

    `over` things have ended. `times` counts how often the same was seen.
    """

    code: str
    severity: Severity
    message: str
    message_zh: str
    repair: str = ""
    repair_zh: str = ""
    run_id: str | None = None
    node: str | None = None
    block: str | None = None
    since: Moment
    seen: Moment
    times: int = 1
    over: bool = False


class CapsView(View):
    """How much of the workers an owner may have; `null` is no cap."""

    weight: float = 1.0
    running: int | None = None
    queued: int | None = None


class LimitView(View):
    """How things stand in this process with a provider or host that is asked."""

    key: str
    waiting: int
    in_flight: int
    blocked_seconds: float


class SettingsView(View):
    """What the interface shows of the server's settings."""

    data_dir: str
    version: str
    database: str
    file_limit: int
    upload_limit: int
    blocks_path: list[str]


BlockView = BlockSpec
