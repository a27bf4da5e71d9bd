"""What the steps of this installation may reach: files and state of an owner, HTTP, models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

from luban.llm.limited_models import KeyedModels, LimitedModels
from luban.model.errors import NotFound
from luban.model.run import ParentStep
from luban.net.limits import LimitedHttp
from luban.ports.limits import ProviderLimits, Requester
from luban.ports.stores import FileStore, StateStore, StoredFile
from luban.ports.world import OpenedCredential, WantedCredential
from luban.sdk.browser import Browser
from luban.sdk.chat import Models
from luban.sdk.fields import FileRef
from luban.sdk.http import Http
from luban.sdk.mail import Mail
from luban.services.credentials.node_credentials import NodeCredentials
from luban.services.files import reference
from luban.services.sub_agents import SubAgents


class HomeWorld:
    """`World` of the engine over the adapters of one installation."""

    def __init__(
        self,
        http: Http,
        browser: Browser,
        mail: Mail,
        models: KeyedModels,
        limits: ProviderLimits,
        files: FileStore,
        state: StateStore,
        sub_agents: SubAgents,
        credentials: NodeCredentials,
    ) -> None:
        self._http = http
        self._browser = browser
        self._mail = mail
        self._models = models
        self._limits = limits
        self._files = files
        self._state = state
        self._sub_agents = sub_agents
        self._credentials = credentials

    def http(self, requester: Requester) -> Http:
        return LimitedHttp(self._http, self._limits, requester)

    def browser(self) -> Browser:
        return self._browser

    def mail(self) -> Mail:
        return self._mail

    def models(self, requester: Requester) -> Models:
        return LimitedModels(self._models, self._limits, requester)

    def files(self, owner: str) -> OwnerFiles:
        return OwnerFiles(self._files, owner)

    def state(self, owner: str, agent_id: str) -> AgentState:
        return AgentState(self._state, owner, agent_id)

    async def credential(self, owner: str, wanted: WantedCredential) -> OpenedCredential:
        return await self._credentials.open(owner, wanted)

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


class OwnerFiles:
    """`Files` of the block author's kit: the stored files of one owner."""

    def __init__(self, store: FileStore, owner: str) -> None:
        self._store = store
        self._owner = owner

    async def read(self, file: FileRef) -> bytes:
        return b"".join([piece async for piece in self.stream(file)])

    async def stream(self, file: FileRef) -> AsyncIterator[bytes]:
        stored = await self._find(file)
        async for piece in self._store.read(stored):
            yield piece

    async def write(self, name: str, content: bytes, type: str | None = None) -> FileRef:
        stored = await self._store.put(self._owner, name, type, _once(content))
        return FileRef.model_validate(reference(stored))

    async def _find(self, file: FileRef) -> StoredFile:
        stored = await self._store.find(self._owner, file.id)
        if stored is None:
            raise NotFound(
                what="file",
                what_zh="文件",
                name=file.name,
                way_out="It may have been deleted; upload it again.",
                way_out_zh="它可能已被删除，请重新上传。",
            )
        return stored


class AgentState:
    """`State` of the block author's kit: values of one agent, or of its owner."""

    def __init__(self, store: StateStore, owner: str, agent_id: str) -> None:
        self._store = store
        self._owner = owner
        self._agent_id = agent_id

    async def get(self, key: str, default: Any = None, *, scope: str = "agent") -> Any:
        value = await self._store.get(self._owner, self._scope(scope), key)
        return default if value is None else value

    async def set(self, key: str, value: Any, *, scope: str = "agent") -> None:
        await self._store.set(self._owner, self._scope(scope), key, value)

    def _scope(self, scope: str) -> str:
        return f"agent:{self._agent_id}" if scope == "agent" else scope


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
