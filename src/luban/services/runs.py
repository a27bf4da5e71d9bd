"""Runs: starting, looking at, cancelling, repeating, letting go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.graph import Limits
from luban.model.ids import new_id
from luban.model.run import ENDED, Run, RunDraft, RunStatus
from luban.ports.bus import Bell, Bus
from luban.ports.clock import Clock
from luban.ports.stores import GraphVersion, Page, RunStore, Slice
from luban.services.agents import Agents
from luban.services.checking import Checking
from luban.services.run_inputs import judged
from luban.services.versions import Versions

WhichVersion = Literal["draft", "published"] | int


class NotPublished(LubanError):
    """The published version of an agent that has none was asked for."""

    code = "not_published"
    status = 409
    en = "The agent `{name}` has no published version. Publish it first, or run its draft."
    zh = "智能体“{name}”还没有已发布的版本。请先发布，或运行草稿。"


class RunNotWaiting(LubanError):
    """Only a run that waits at a limit can be let go on."""

    code = "run_not_waiting"
    status = 409
    en = "The run `{name}` is {state} and waits for nothing. Start it again with retry."
    zh = "运行“{name}”当前为 {state}，没有在等待。如需再来一次，请重试。"


class RunIsOver(LubanError):
    """A run that has ended cannot be cancelled."""

    code = "run_is_over"
    status = 409
    en = "The run `{name}` is already {state}."
    zh = "运行“{name}”已经结束（{state}）。"


class Runs:
    """The runs of an owner."""

    def __init__(
        self,
        store: RunStore,
        agents: Agents,
        versions: Versions,
        checking: Checking,
        *,
        bell: Bell,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._store = store
        self._agents = agents
        self._versions = versions
        self._checking = checking
        self._bell = bell
        self._bus = bus
        self._clock = clock

    async def start(
        self,
        owner: str,
        agent_id: str,
        inputs: Mapping[str, Any],
        *,
        version: WhichVersion = "draft",
        trigger: str = "manual",
        trigger_key: str | None = None,
    ) -> Run:
        """A queued run of a version, the draft frozen first; one `trigger_key` gives one run.

        Raises `NotFound`, `NotPublished`, `AgentHasErrors` and `InvalidInputs`.
        """
        agent = await self._agents.get(owner, agent_id)
        number = agent.published_version if version == "published" else version
        if number is None:
            raise NotPublished(name=agent.name)
        if number == "draft":
            checked = self._checking.agent(agent)
        else:
            frozen = await self._versions.get(owner, agent_id, number)
            checked = self._checking.document(frozen.document)
        checked.require_runnable()
        taken = await judged(checked.inputs, inputs)
        if number == "draft":
            number = (await self._versions.snapshot(agent)).version
        return await self._queue(owner, agent_id, number, taken, trigger, trigger_key)

    async def get(self, owner: str, run_id: str) -> Run:
        """Raises `NotFound`."""
        run = await self._store.find(owner, run_id)
        if run is None:
            raise no_run(run_id)
        return run

    async def version_of(self, run: Run) -> GraphVersion:
        """The version a run is pinned to. Raises `NotFound`."""
        return await self._versions.get(run.owner, run.agent_id, run.version)

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        agent_id: str | None = None,
        status: RunStatus | None = None,
    ) -> Page[Run]:
        """Newest first."""
        return await self._store.list(owner, part, agent_id=agent_id, status=status)

    async def cancel(self, owner: str, run_id: str) -> Run:
        """Stores the wish, then announces it. Raises `NotFound`, and `RunIsOver`.

        A run a worker holds ends a moment later; cancelling a cancelled run changes nothing.
        """
        run = await self.get(owner, run_id)
        if run.status is RunStatus.CANCELLED:
            return run
        if not await self._store.request_cancel(owner, run_id, self._clock.now()):
            run = await self.get(owner, run_id)
            if run.status is not RunStatus.CANCELLED:
                raise RunIsOver(name=run_id, state=run.status.value)
        self._announce(run_id)
        return await self.get(owner, run_id)

    async def retry(self, owner: str, run_id: str, *, trigger_key: str | None = None) -> Run:
        """A new run of the same version with the same inputs. Raises `NotFound`."""
        run = await self.get(owner, run_id)
        version = await self.version_of(run)
        checked = self._checking.document(version.document)
        checked.require_runnable()
        taken = await judged(checked.inputs, run.inputs)
        return await self._queue(owner, run.agent_id, run.version, taken, "retry", trigger_key)

    async def resume(self, owner: str, run_id: str, limits: Mapping[str, float]) -> Run:
        """Lets a waiting run go on with raised limits.

        Without limits, the one it waits at is doubled. Raises `NotFound`, `RunNotWaiting` and
        `InvalidValue`.
        """
        run = await self.get(owner, run_id)
        waiting = run.waiting_for
        if run.status is not RunStatus.WAITING or waiting is None:
            raise RunNotWaiting(name=run_id, state=run.status.value)
        raised = dict(limits) or {waiting.limit: 2 * waiting.value}
        for name, value in raised.items():
            _check_limit(name, value)
        if not await self._store.resume(owner, run_id, raised, self._clock.now()):
            run = await self.get(owner, run_id)
            raise RunNotWaiting(name=run_id, state=run.status.value)
        self._announce(run_id)
        return await self.get(owner, run_id)

    async def _queue(
        self,
        owner: str,
        agent_id: str,
        version: int,
        inputs: dict[str, Any],
        trigger: str,
        trigger_key: str | None,
    ) -> Run:
        run = await self._store.create(
            RunDraft(
                id=new_id("r"),
                owner=owner,
                agent_id=agent_id,
                version=version,
                inputs=inputs,
                trigger=trigger,
                trigger_key=trigger_key,
                created_at=self._clock.now(),
            )
        )
        self._bell.ring()
        return run

    def _announce(self, run_id: str) -> None:
        """Tells workers, and readers of the run, whose journal may have grown."""
        self._bell.ring()
        self._bus.journal_grew(run_id)


def is_over(run: Run) -> bool:
    return run.status in ENDED


def no_run(run_id: str) -> NotFound:
    return NotFound(
        what="run",
        what_zh="运行",
        name=run_id,
        way_out="`luban runs` lists those there are.",
        way_out_zh="`luban runs` 会列出现有的运行。",
    )


def _check_limit(name: str, value: float) -> None:
    known = list(Limits.model_fields)
    if name not in known:
        raise InvalidValue(
            name="limits",
            value=name,
            expected=f"a limit is one of {', '.join(known)}",
            expected_zh=f"上限只能是 {'、'.join(known)} 之一",
        )
    if not value > 0:
        raise InvalidValue(
            name=f"limits.{name}",
            value=value,
            expected="it must be greater than 0",
            expected_zh="必须大于 0",
        )
