"""Agents and their drafts: making, changing, copying, deleting, exporting."""

from __future__ import annotations

import copy
from typing import Any, Literal, NamedTuple

from luban.model.errors import Conflict, InvalidValue, LubanError, NotFound
from luban.model.finding import Finding
from luban.model.ids import new_id
from luban.model.run import Run
from luban.ports.clock import Clock
from luban.ports.stores import Agent, AgentStore, Page, RunStore, Slice
from luban.services.checking import Checking
from luban.services.run_inputs import AskedInput
from luban.services.templates import Templates

Tree = dict[str, Any]
Format = Literal["yaml", "json"]

NAMELESS = "Untitled"
_TRIES = 5


_NAMESAKES = 200


class TooManyOrigins(LubanError):
    """A new agent was to be made from several things at once."""

    code = "too_many_origins"
    status = 422
    en = "A new agent is made from one of `document`, `template` and `text`; {given} were given."
    zh = "新智能体只能来自 `document`、`template`、`text` 之一；这里给了 {given}。"


class AgentDraft(NamedTuple):
    """What a new agent is to be: empty, a document, a template, or the text of an agent file."""

    name: str | None = None
    description: str | None = None
    document: Tree | None = None
    template: str | None = None
    text: str | None = None


class AgentChange(NamedTuple):
    """What is to be different; `None` stays as it is."""

    name: str | None = None
    description: str | None = None
    document: Tree | None = None


class AgentDetail(NamedTuple):
    """An agent with what people want to see beside it."""

    agent: Agent
    inputs: list[AskedInput]
    findings: list[Finding]
    last_run: Run | None


class Agents:
    """The agents of an owner."""

    def __init__(
        self,
        store: AgentStore,
        runs: RunStore,
        checking: Checking,
        templates: Templates,
        clock: Clock,
    ) -> None:
        self._store = store
        self._runs = runs
        self._checking = checking
        self._templates = templates
        self._clock = clock

    async def keep_file(self, owner: str, agent_id: str, draft: AgentDraft) -> Agent:
        """The agent that stands for a file: made the first time, brought up to date afterwards.

        Raises `BadDocument`.
        """
        document, source = self._origin(draft)
        kept = await self._store.find(owner, agent_id)
        if kept is None:
            await self._store.restore(owner, agent_id)
            kept = await self._store.find(owner, agent_id)
        if kept is None:
            return await self.create(owner, draft, agent_id=agent_id)
        name = _text(document, "name") or kept.name
        document = _titled(document, name, _text(document, "description"))
        document = self._checking.kept(document)
        if document == kept.document and source == kept.source:
            return kept
        changed = kept.model_copy(
            update={
                "name": name,
                "description": _text(document, "description"),
                "document": document,
                "source": source,
                "revision": kept.revision + 1,
                "updated_at": self._clock.now(),
            }
        )
        if await self._store.update(changed, expected_revision=kept.revision):
            return changed
        return await self.get(owner, agent_id)  # the same file, kept at the same moment

    async def create(self, owner: str, draft: AgentDraft, *, agent_id: str | None = None) -> Agent:
        """Raises `TooManyOrigins`, `NotFound` (template) and `BadDocument` (text)."""
        document, source = self._origin(draft)
        now = self._clock.now()
        name = draft.name or _text(document, "name") or NAMELESS
        description = _text(document, "description")
        if draft.description is not None:
            description = draft.description
        agent = Agent(
            id=agent_id or new_id("a"),
            owner=owner,
            name=name,
            description=description,
            document=_titled(document, name, description),
            source=source,
            created_at=now,
            updated_at=now,
        )
        await self._store.create(agent)
        return agent

    async def get(self, owner: str, agent_id: str) -> Agent:
        """Raises `NotFound`."""
        agent = await self._store.find(owner, agent_id)
        if agent is None:
            raise no_agent(agent_id)
        return agent

    async def named(self, owner: str, agent: str) -> Agent:
        """The agent with this id, else the one with this name.

        Raises `NotFound`, and `InvalidValue` when several have the name.
        """
        found = await self._store.find(owner, agent)
        if found is not None:
            return found
        listed = await self._store.list(owner, Slice(page_size=_NAMESAKES), search=agent)
        named = [each for each in listed.items if each.name == agent]
        if len(named) > 1:
            raise InvalidValue(
                name="agent",
                value=agent,
                expected=f"{len(named)} agents have that name; give the id of one of them",
                expected_zh=f"有 {len(named)} 个智能体使用该名称；请给出其中一个的 id",
            )
        if not named:
            raise no_agent(agent)
        return named[0]

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: str = "updated"
    ) -> Page[AgentDetail]:
        found = await self._store.list(owner, part, search=search, sort=sort)
        return Page([await self.detail(agent) for agent in found.items], found.total)

    async def detail(self, agent: Agent) -> AgentDetail:
        checked = self._checking.agent(agent)
        last = await self._runs.list(agent.owner, Slice(1, 1), agent_id=agent.id)
        return AgentDetail(
            agent, checked.inputs, checked.findings, last.items[0] if last.items else None
        )

    async def change(
        self, owner: str, agent_id: str, change: AgentChange, expected: int | None = None
    ) -> Agent:
        """The agent with a new draft. Raises `NotFound`, and `Conflict` unless at `expected`.

        Without an expected revision the change is made to whatever is there.
        """
        agent = await self.get(owner, agent_id)
        for _ in range(_TRIES):
            if expected is not None and agent.revision != expected:
                raise _conflict(agent, expected)
            changed = _changed(agent, change, self._clock.now())
            if changed is agent:
                return agent
            if await self._store.update(changed, expected_revision=agent.revision):
                return changed
            agent = await self.get(owner, agent_id)
        raise _conflict(agent, agent.revision - 1)

    async def duplicate(self, owner: str, agent_id: str) -> Agent:
        """A copy with its own draft, and without versions and runs. Raises `NotFound`."""
        agent = await self.get(owner, agent_id)
        now = self._clock.now()
        name = f"{agent.name} (2)"
        twin = agent.model_copy(
            update={
                "id": new_id("a"),
                "name": name,
                "document": _titled(copy.deepcopy(agent.document), name, agent.description),
                "revision": 1,
                "published_version": None,
                "latest_version": None,
                "created_at": now,
                "updated_at": now,
            }
        )
        await self._store.create(twin)
        return twin

    async def delete(self, owner: str, agent_id: str) -> None:
        """Hides the agent; its runs stay readable. Raises `NotFound`."""
        if not await self._store.delete(owner, agent_id):
            raise no_agent(agent_id)

    async def restore(self, owner: str, agent_id: str) -> Agent:
        """Brings a deleted agent back. Raises `NotFound`."""
        await self._store.restore(owner, agent_id)
        return await self.get(owner, agent_id)

    async def export(self, owner: str, agent_id: str, format: Format) -> tuple[Agent, str]:
        """The agent and its draft as an agent file, with the comments of the file it came from."""
        from luban.interop import agent_file  # only here: the YAML library is slow to import

        agent = await self.get(owner, agent_id)
        return agent, agent_file.dump(agent.document, source=agent.source, format=format)

    def _origin(self, draft: AgentDraft) -> tuple[Tree, str | None]:
        given = {
            "document": draft.document,
            "template": draft.template,
            "text": draft.text,
        }
        named = [name for name, value in given.items() if value is not None]
        if len(named) > 1:
            raise TooManyOrigins(given=", ".join(named))
        if draft.template is not None:
            template = self._templates.get(draft.template)
            return copy.deepcopy(template.document), template.source
        if draft.text is not None:
            from luban.interop import agent_file

            return self._checking.imported(agent_file.load(draft.text)), draft.text
        if draft.document is not None:
            return self._checking.imported(draft.document), None
        return _empty(), None


def no_agent(agent_id: str) -> NotFound:
    return NotFound(
        what="agent",
        what_zh="智能体",
        name=agent_id,
        way_out="It may have been deleted; `luban agent list` shows those there are.",
        way_out_zh="它可能已被删除；`luban agent list` 会列出现有的智能体。",
    )


def _conflict(agent: Agent, sent: int) -> Conflict:
    return Conflict(
        what="The agent", what_zh="智能体", name=agent.name, revision=agent.revision, sent=sent
    )


def _changed(agent: Agent, change: AgentChange, now: float) -> Agent:
    """The agent as it will be, or itself if nothing would differ.

    An explicit name wins; else a document that brings another name than before renames its agent.
    """
    document = agent.document if change.document is None else change.document
    name = change.name or _renamed(agent.name, _text(document, "name"), agent.document, "name")
    description = change.description
    if description is None:
        brought = _text(document, "description")
        description = _renamed(agent.description, brought, agent.document, "description")
    document = _titled(document, name, description)
    if (name, description, document) == (agent.name, agent.description, agent.document):
        return agent
    return agent.model_copy(
        update={
            "name": name,
            "description": description,
            "document": document,
            "revision": agent.revision + 1,
            "updated_at": now,
        }
    )


def _renamed(current: str, brought: str, before: Tree, key: str) -> str:
    return brought if brought and brought != _text(before, key) else current


def _titled(document: Tree, name: str, description: str) -> Tree:
    """The document under the agent's own name and description, its keys in their order."""
    names: Tree = {"luban": document.get("luban", 1), "name": name}
    if description or "description" in document:
        names["description"] = description
    if names.keys() <= document.keys():
        return {**document, **names}
    return {**names, **{key: value for key, value in document.items() if key not in names}}


def _text(tree: Tree, key: str) -> str:
    value = tree.get(key)
    return value.strip() if isinstance(value, str) else ""


def _empty() -> Tree:
    return {"luban": 1, "nodes": {}, "links": []}
