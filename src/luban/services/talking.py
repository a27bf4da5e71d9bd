"""Saying something to an agent, or to a model itself: each time a run that answers."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from luban.model.ids import new_id
from luban.model.run import Run, RunDraft
from luban.model.values import canonical
from luban.ports.clock import Clock
from luban.ports.stores import Agent, AgentStore, Slice
from luban.sdk.code import BlockSource
from luban.services.agents import Agents
from luban.services.checking import AgentHasErrors, Checked, Checking
from luban.services.conversing import NotTalkable, Said, Talk, inputs_for, talk_of
from luban.services.model_talk import TALK, HiddenAgent
from luban.services.run_events import RunEvents
from luban.services.run_inputs import judged
from luban.services.runs import Runs, WhichVersion
from luban.services.versions import Versions

_AT_ONCE = 200


class Partner(NamedTuple):
    """Whom one talks with: an agent by id or name, else a model; both empty: the default model."""

    agent: str = ""
    model: str = ""
    version: int | None = None


class Begun(NamedTuple):
    """A run that answers, and how its answer is found."""

    run: Run
    talk: Talk


class Talking:
    """What an owner says, and to whom."""

    def __init__(
        self,
        agents: Agents,
        kept: AgentStore,
        versions: Versions,
        runs: Runs,
        events: RunEvents,
        checking: Checking,
        blocks: BlockSource,
        clock: Clock,
    ) -> None:
        self._agents = agents
        self._kept = kept
        self._versions = versions
        self._runs = runs
        self._events = events
        self._checking = checking
        self._blocks = blocks
        self._clock = clock
        self._making = asyncio.Lock()

    async def require(self, owner: str, partner: Partner) -> Agent | None:
        """The agent one would talk with; `None` for a model. Raises `NotFound`, `NotTalkable`."""
        if not partner.agent:
            return None
        agent = await self._agents.named(owner, partner.agent)
        await self._talk(agent, self._version(agent, partner))
        return agent

    def talk(self, agent: Agent) -> Talk | None:
        """How the draft of an agent is talked to, if it can be."""
        checked = self._checking.agent(agent)
        try:
            checked.require_runnable()
            return talk_of(agent.name, checked.graph, checked.inputs, self._blocks)
        except (NotTalkable, AgentHasErrors):
            return None

    async def talkable(self, owner: str) -> list[Agent]:
        """The agents that can be talked to, those changed last first; of the newest thousand."""
        found: list[Agent] = []
        for number in range(1, 6):
            page = await self._kept.list(owner, Slice(number, _AT_ONCE))
            found += [each for each in page.items if self.talk(each) is not None]
            if number * _AT_ONCE >= page.total:
                break
        return found

    async def start(
        self,
        owner: str,
        partner: Partner,
        said: Said,
        *,
        trigger: str,
        trigger_key: str | None = None,
    ) -> Begun:
        """A run that answers; who follows it first misses nothing of it.

        Raises `NotFound`, `NotTalkable`, `NoPlaceForFiles` and what starting a run raises.
        """
        run_id = new_id("r")
        await self._events.expect(run_id)
        try:
            begun = await self._started(owner, partner, said, trigger, trigger_key, run_id)
        except BaseException:
            await self._events.forget(run_id)
            raise
        if begun.run.id != run_id:  # it was started before
            await self._events.forget(run_id)
        return begun

    async def _started(
        self,
        owner: str,
        partner: Partner,
        said: Said,
        trigger: str,
        trigger_key: str | None,
        run_id: str,
    ) -> Begun:
        if not partner.agent:
            checked = self._checking.document(TALK.document)
            talk = talk_of("Chat", checked.graph, checked.inputs, self._blocks)
            inputs = {**inputs_for("Chat", talk, said), "model": partner.model}
            run = await self.hidden(
                owner, TALK, inputs, trigger=trigger, trigger_key=trigger_key, run_id=run_id
            )
            return Begun(run, talk)
        agent = await self._agents.named(owner, partner.agent)
        version = self._version(agent, partner)
        talk = await self._talk(agent, version)
        run = await self._runs.start(
            owner,
            agent.id,
            inputs_for(agent.name, talk, said),
            version=version,
            trigger=trigger,
            trigger_key=trigger_key,
            run_id=run_id,
        )
        return Begun(run, talk)

    async def hidden(
        self,
        owner: str,
        agent: HiddenAgent,
        inputs: Mapping[str, Any],
        *,
        trigger: str,
        trigger_key: str | None = None,
        run_id: str | None = None,
    ) -> Run:
        """A run of one of our own agents. Raises `InvalidInputs` and `TooManyQueued`."""
        checked = self._checking.document(agent.document)
        checked.require_runnable()
        draft = RunDraft(
            id=run_id or new_id("r"),
            owner=owner,
            agent_id=f"{agent.prefix}_{owner}",
            version=await self._hidden_version(owner, agent),
            inputs=await judged(checked.inputs, inputs),
            trigger=trigger,
            trigger_key=trigger_key,
            created_at=self._clock.now(),
        )
        return await self._runs.queue(draft)

    def _version(self, agent: Agent, partner: Partner) -> WhichVersion:
        if partner.version is not None:
            return partner.version
        return "draft" if agent.published_version is None else "published"

    async def _talk(self, agent: Agent, version: WhichVersion) -> Talk:
        checked = await self._checked(agent, version)
        return talk_of(agent.name, checked.graph, checked.inputs, self._blocks)

    async def _checked(self, agent: Agent, version: WhichVersion) -> Checked:
        number = agent.published_version if version == "published" else version
        if number is None or number == "draft":
            return self._checking.agent(agent)
        frozen = await self._versions.get(agent.owner, agent.id, number)
        return self._checking.document(frozen.document)

    async def _hidden_version(self, owner: str, agent: HiddenAgent) -> int:
        """The version with the document of today; made when it is first asked for."""
        agent_id = f"{agent.prefix}_{owner}"
        digest = hashlib.sha256(canonical(agent.document)).hexdigest()
        newest = await self._kept.list_versions(owner, agent_id, Slice(1, 1))
        if newest.items and newest.items[0].digest == digest:
            return newest.items[0].version
        async with self._making:
            await self._kept.restore(owner, agent_id)
            if await self._kept.find(owner, agent_id) is None:
                await self._kept.create(_hidden(owner, agent, self._clock.now()))
            try:
                frozen = await self._versions.freeze(owner, agent_id, agent.document)
            finally:
                await self._kept.delete(owner, agent_id)
            return frozen.version


def _hidden(owner: str, agent: HiddenAgent, now: float) -> Agent:
    return Agent(
        id=f"{agent.prefix}_{owner}",
        owner=owner,
        name=str(agent.document["name"]),
        document=agent.document,
        created_at=now,
        updated_at=now,
    )
