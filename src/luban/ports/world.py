"""What steps may reach beyond their inputs, and where the graph of a run comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from luban.model.graph import Graph
from luban.model.run import ParentStep
from luban.ports.limits import Requester
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


def _nothing() -> None:
    """There is nothing to tidy up."""


class WantedCredential(NamedTuple):
    """What a step asks for: a provider, or `*`; the name the node gives, if it gives one."""

    node: str
    provider: str
    named: str | None = None


class OpenedCredential(NamedTuple):
    """A credential for the length of a run in one process.

    `hidden` are the values that must not be seen; `done` is called when the run has left.
    """

    credential: OpenCredential
    hidden: Sequence[str] = ()
    done: Callable[[], None] = _nothing


class StepPlace(NamedTuple):
    """Which step does something; `key` is its idempotency key."""

    run: str
    node: str
    key: str


class World(Protocol):
    """Makes what a context hands to a block; everything personal is made for one owner.

    What asks providers is made for one requester, so that all share the providers' limits.
    """

    def http(self, requester: Requester) -> Http: ...

    def browser(self) -> Browser: ...

    def mail(self) -> Mail: ...

    def mcp(self, owner: str) -> McpServers: ...

    def models(self, requester: Requester) -> Models: ...

    def files(self, owner: str, agent_id: str, run_id: str) -> Files:
        """The files of an owner, the workspace of an agent; what a run writes is known as its."""
        ...

    def sandbox(self, owner: str, run_id: str, files: Files) -> Sandbox:
        """Where code of a step runs; what it makes is stored among `files`."""
        ...

    def state(self, owner: str, agent_id: str) -> State: ...

    def tables(self, owner: str, place: StepPlace) -> Tables: ...

    def index(self, owner: str, agent_id: str, place: StepPlace) -> Index: ...

    def databases(self) -> Databases: ...

    def catalogue(self, owner: str, run_id: str) -> Catalogue: ...

    async def address(self, host: str, port: int) -> str:
        """Where a driver may connect to. Raises what the guard of outgoing requests does."""
        ...

    async def tools(self, owner: str, wanted: Sequence[str]) -> list[UsableTool]:
        """Those of `agent:` and `mcp:`, as `Context.tools` says. Raises `tool_unknown`."""
        ...

    async def start_agent(
        self,
        owner: str,
        agent: str,
        inputs: Mapping[str, Any],
        version: Literal["published", "latest"] | int,
        parent: ParentStep,
        depth: int,
        *,
        simulate: bool = False,
    ) -> str:
        """Starts a run of an agent, by id or name, for a step; asked twice, it is the same run.

        Returns its id. Raises what refuses the agent or its inputs.
        """
        ...

    async def cancel_run(self, owner: str, run: str) -> None:
        """Cancels a run that a step had started and no longer wants."""
        ...

    async def credential(self, owner: str, wanted: WantedCredential) -> OpenedCredential:
        """Raises `credential_missing`, and what opening it raises."""
        ...


class GraphSource(Protocol):
    """Where the frozen graph of a run is found."""

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        """Raises `NotFound` when the version was deleted."""
        ...
