"""What a block may use of the outside world: one object, handed to every step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from luban.model.block import Effect
from luban.sdk.browser import Browser
from luban.sdk.catalogue import Catalogue
from luban.sdk.chat import Models
from luban.sdk.credential import OpenCredential
from luban.sdk.databases import Databases
from luban.sdk.files import Files
from luban.sdk.http import Http
from luban.sdk.mail import Mail
from luban.sdk.mcp import McpServers
from luban.sdk.sandbox import Sandbox
from luban.sdk.stored import Index, State, Tables
from luban.sdk.tools import UsableTool

T = TypeVar("T")


class Answer(NamedTuple):
    """What a person said; `choice` is one of those offered, `values` what else they filled in."""

    choice: str
    comment: str = ""
    values: Mapping[str, Any] = {}
    by: str = ""


class Context(Protocol):
    """One step's view of the world; `idempotency_key` is the same in every attempt of the step."""

    @property
    def run_id(self) -> str: ...
    @property
    def node_id(self) -> str: ...
    @property
    def iteration(self) -> int: ...
    @property
    def attempt(self) -> int: ...
    @property
    def idempotency_key(self) -> str: ...
    @property
    def deadline(self) -> float | None:
        """Unix time at which this attempt is ended, if it has a time limit."""
        ...

    @property
    def http(self) -> Http: ...
    @property
    def browser(self) -> Browser: ...
    @property
    def mail(self) -> Mail: ...
    @property
    def mcp(self) -> McpServers:
        """Servers of tools that the owner of the run added."""
        ...

    @property
    def llm(self) -> Models: ...
    @property
    def files(self) -> Files: ...
    @property
    def sandbox(self) -> Sandbox:
        """Runs code of users and models, away from the server."""
        ...

    @property
    def state(self) -> State: ...
    @property
    def tables(self) -> Tables: ...
    @property
    def index(self) -> Index: ...
    @property
    def databases(self) -> Databases: ...
    @property
    def catalogue(self) -> Catalogue:
        """Which blocks there are, and the owner's agents as texts."""
        ...

    async def address(self, host: str, port: int) -> str:
        """The one address to connect to, for a driver that opens connections itself.

        Connect to this and not to the name: it was checked, and the name might lead elsewhere the
        next time. Raises `address_forbidden`, `port_forbidden`, `host_unknown`.
        """
        ...

    def now(self) -> float:
        """Unix time. A block that asks here, and not the system, can be tested and replayed."""
        ...

    def log(self, message: str, **values: Any) -> None: ...

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        """Shown live on the node; not kept."""
        ...

    def delta(self, pin: str, text: str) -> None:
        """A piece of a text being written, shown live and not kept; emit the whole at the end."""
        ...

    async def emit(self, pin: str, value: Any) -> None:
        """Sends a value on at once, while the block goes on."""
        ...

    # -- durable verbs: recorded as child steps, and answered from the record when the code of the
    # block runs again, after a crash, a retry or a long wait. They are told apart by the order in
    # which they are asked for; where that may differ from one time to the next, give a `key`.

    async def call(
        self,
        block: str,
        inputs: Mapping[str, Any] | None = None,
        /,
        *,
        key: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Runs another block and gives its outputs by pin, a list for a pin that emits many."""
        ...

    async def tools(self, *wanted: str, pin: str = "tools") -> list[UsableTool]:
        """The tools linked to that pin of the node, and those wanted by name.

        `block:ID`, `family:PREFIX` (all blocks whose ids begin so), `agent:NAME` (by name or id),
        `mcp:SERVER` and `mcp:SERVER/TOOL`. Not durable: what is there may differ the next time.
        Raises `tool_unknown`.
        """
        ...

    async def use(
        self, tool: UsableTool, arguments: Mapping[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        """Runs a tool and gives its outputs by name."""
        ...

    async def step(
        self,
        name: str,
        work: Callable[[], Awaitable[T]],
        *,
        effect: Effect = Effect.IDEMPOTENT,
        key: str | None = None,
    ) -> T:
        """A named piece of the block's own code; its result must be plain data."""
        ...

    async def run_agent(
        self,
        agent: str,
        inputs: Mapping[str, Any] | None = None,
        /,
        *,
        version: Literal["published", "latest"] | int = "published",
        key: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Runs another agent to its end and gives its outputs. Raises `ChildRunFailed`."""
        ...

    async def sleep(self, seconds: float, *, key: str | None = None) -> None:
        """Waits; long waits hold neither worker nor memory."""
        ...

    async def wait_for(
        self, name: str, *, timeout: float | None = None, key: str | None = None
    ) -> Any:
        """The data of the next signal of this name that the run is sent. Raises `WaitTimedOut`."""
        ...

    async def ask(
        self,
        question: str,
        *,
        choices: Sequence[str] = (),
        details: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        key: str | None = None,
    ) -> Answer:
        """What a person answers. Raises `WaitTimedOut`."""
        ...

    async def credential(self, provider: str = "") -> OpenCredential:
        """The credential the node has for a provider that the block declares in `credentials`.

        Without a provider it is for the first one declared. Opened anew for every attempt; its
        values do not leave the block: what it emits, logs or raises has them replaced. Raises
        `credential_missing` when the node has none; `find_credential` gives `None` then.
        """
        ...

    async def find_credential(self, provider: str = "") -> OpenCredential | None:
        """As `credential`, for one that the block can do without."""
        ...
