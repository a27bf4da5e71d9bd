"""What the steps of this installation may reach: files and state of an owner, HTTP, models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from luban.model.run import ParentStep
from luban.net.driver_gate import DriverGate
from luban.net.limits import LimitedHttp
from luban.ports.clock import Clock
from luban.ports.files import FileStore
from luban.ports.limits import ProviderLimits, Requester
from luban.ports.search_index import SearchIndex
from luban.ports.stores import StateStore
from luban.ports.tables import TableStore
from luban.ports.world import OpenedCredential, StepPlace, WantedCredential
from luban.sdk.browser import Browser
from luban.sdk.catalogue import Catalogue
from luban.sdk.chat import Models
from luban.sdk.databases import Databases
from luban.sdk.files import Files
from luban.sdk.http import Http
from luban.sdk.mail import Mail
from luban.sdk.mcp import McpServers
from luban.sdk.sandbox import Sandbox
from luban.sdk.tools import UsableTool
from luban.server.code import CodeOfSteps
from luban.server.step_models import StepModels
from luban.services.agent_catalogue import Catalogues
from luban.services.agent_state import AgentState
from luban.services.credentials.node_credentials import NodeCredentials
from luban.services.file_links import FileLinks
from luban.services.offered_tools import OfferedTools
from luban.services.search import StepIndex
from luban.services.step_files import StepFiles, StepOwner
from luban.services.sub_agents import SubAgents
from luban.services.tables import StepTables
from luban.services.tool_servers import ToolServerService


@dataclass(frozen=True)
class Kept:
    """What steps keep between runs, and how they reach databases of others."""

    state: StateStore
    tables: TableStore
    index: SearchIndex
    databases: Databases
    gate: DriverGate
    clock: Clock


class HomeWorld:
    """`World` of the engine over the adapters of one installation."""

    def __init__(
        self,
        http: Http,
        browser: Browser,
        mail: Mail,
        models: StepModels,
        limits: ProviderLimits,
        files: FileStore,
        links: FileLinks,
        kept: Kept,
        code: CodeOfSteps,
        sub_agents: SubAgents,
        credentials: NodeCredentials,
        servers: ToolServerService,
        catalogues: Catalogues,
        tools: OfferedTools,
    ) -> None:
        self._http = http
        self._browser = browser
        self._mail = mail
        self._models = models
        self._limits = limits
        self._files = files
        self._links = links
        self._kept = kept
        self._code = code
        self._sub_agents = sub_agents
        self._credentials = credentials
        self._servers = servers
        self._catalogues = catalogues
        self._tools = tools

    def http(self, requester: Requester) -> Http:
        return LimitedHttp(self._http, self._limits, requester)

    def browser(self) -> Browser:
        return self._browser

    def mail(self) -> Mail:
        return self._mail

    def mcp(self, owner: str) -> McpServers:
        return self._servers.of(owner)

    def models(self, requester: Requester) -> Models:
        return self._models.of(requester)

    def files(self, owner: str, agent_id: str, run_id: str) -> StepFiles:
        return StepFiles(self._files, self._links, StepOwner(owner, agent_id, run_id))

    def sandbox(self, owner: str, run_id: str, files: Files) -> Sandbox:
        return self._code.of_step(owner, run_id, files)

    def state(self, owner: str, agent_id: str) -> AgentState:
        return AgentState(self._kept.state, owner, agent_id)

    def tables(self, owner: str, place: StepPlace) -> StepTables:
        return StepTables(self._kept.tables, owner, place, self._kept.clock)

    def index(self, owner: str, agent_id: str, place: StepPlace) -> StepIndex:
        return StepIndex(self._kept.index, owner, agent_id, place, self._kept.clock)

    def databases(self) -> Databases:
        return self._kept.databases

    def catalogue(self, owner: str, run_id: str) -> Catalogue:
        return self._catalogues.of_run(owner, run_id)

    async def address(self, host: str, port: int) -> str:
        return await self._kept.gate.address(host, port)

    async def credential(self, owner: str, wanted: WantedCredential) -> OpenedCredential:
        return await self._credentials.open(owner, wanted)

    async def tools(self, owner: str, wanted: Sequence[str]) -> list[UsableTool]:
        return await self._tools.list(owner, wanted)

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
        run = await self._sub_agents.start(
            owner, agent, inputs, version, parent, depth, simulate=simulate
        )
        return run.id

    async def cancel_run(self, owner: str, run: str) -> None:
        await self._sub_agents.cancel(owner, run)
