"""Runs: starting, looking at, cancelling, repeating, letting go on."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.model.events import Event
from luban.model.graph import GraphSettings, Limits, SpendLimits
from luban.model.ids import new_id
from luban.model.run import ENDED, ParentStep, Run, RunDraft, RunOptions, RunStatus, WaitKind
from luban.ports.bus import Bell, Bus, Live, end_of, news_of
from luban.ports.clock import Clock
from luban.ports.stores import EVERY_RUN, GraphVersion, Narrowed, Page, RunStore, Slice
from luban.services.agents import Agents
from luban.services.caps import OwnerCaps
from luban.services.checking import Checking
from luban.services.run_inputs import judged
from luban.services.versions import Versions


async def _nobody(draft: RunDraft) -> None:
    """Runs that nobody keeps a list of."""


_NODE_LIMIT = re.compile(rf"node:[^:]+:({'|'.join(SpendLimits.model_fields)})")

WhichVersion = Literal["draft", "published"] | int


class NotPublished(LubanError):
    """The published version of an agent that has none was asked for."""

    code = "not_published"
    status = 409
    en = "The agent `{name}` has no published version. Publish it first, or run its draft."
    zh = "智能体“{name}”还没有已发布的版本。请先发布，或运行草稿。"


class AgentInactive(LubanError):
    """The agent was set to begin no new runs."""

    code = "agent_inactive"
    status = 409
    en = "The agent `{name}` is inactive. Set `settings.active` to true to let it run."
    zh = "智能体“{name}”未激活。将 `settings.active` 设为 true 即可运行。"


class RunNotWaiting(LubanError):
    """Only a run that waits for its owner can be let go on."""

    code = "run_not_waiting"
    status = 409
    en = (
        "The run `{name}` is {state}; only one that is paused, at a limit or in quarantine can be "
        "resumed. To do one that has ended once more, retry it."
    )
    zh = (
        "运行“{name}”当前为 {state}；只有已暂停、达到上限或被隔离的运行可以继续。"
        "已结束的运行如需再来一次，请重试。"
    )


class RunIsOver(LubanError):
    """A run that has ended can neither be steered nor told anything."""

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
        caps: OwnerCaps,
        bell: Bell,
        bus: Bus,
        clock: Clock,
        on_queued: Callable[[RunDraft], Awaitable[None]] = _nobody,
        trace_parent: Callable[[], str] = str,
    ) -> None:
        self._store = store
        self._on_queued = on_queued
        self._trace_parent = trace_parent
        self._agents = agents
        self._versions = versions
        self._checking = checking
        self._caps = caps
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
        options: RunOptions | None = None,
        parent: ParentStep | None = None,
        depth: int = 0,
        run_id: str | None = None,
    ) -> Run:
        """A queued run of a version, the draft frozen first; one `trigger_key` gives one run.

        `parent` is the step that asks for it, `depth` the number of runs above. Who gives it its
        `run_id` can listen before it begins.

        Raises `NotFound`, `NotPublished`, `AgentHasErrors`, `AgentInactive`, `InvalidInputs` and,
        for what `options` name, `InvalidValue`.
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
        if not checked.graph.settings.active:
            raise AgentInactive(name=agent.name)
        taken = await judged(checked.inputs, inputs)
        if options is not None:
            self._checking.options(checked.graph, options)
            if options.recorded is not None:
                await self.get(owner, options.recorded)
        if number == "draft":
            number = await self._versions.snapshot(agent)
        draft = self._draft(owner, agent_id, number, taken, trigger, checked.graph.settings)
        return await self.queue(
            draft.model_copy(
                update={
                    "id": run_id or draft.id,
                    "trigger_key": trigger_key,
                    "options": options,
                    "parent": parent,
                    "depth": depth,
                }
            )
        )

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
        narrowed: Narrowed = EVERY_RUN,
    ) -> Page[Run]:
        """Newest first, unless it is narrowed otherwise."""
        return await self._store.list(
            owner, part, agent_id=agent_id, status=status, narrowed=narrowed
        )

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
        self._announce(owner, run_id)
        return await self.get(owner, run_id)

    async def retry(self, owner: str, run_id: str, *, trigger_key: str | None = None) -> Run:
        """A new run of the same version with the same inputs. Raises `NotFound`."""
        run = await self.get(owner, run_id)
        version = await self.version_of(run)
        checked = self._checking.document(version.document)
        checked.require_runnable()
        taken = await judged(checked.inputs, run.inputs)
        settings = checked.graph.settings
        draft = self._draft(owner, run.agent_id, run.version, taken, "retry", settings)
        return await self.queue(
            draft.model_copy(
                update={
                    "trigger_key": trigger_key,
                    "depth": run.depth,
                    "forked_from": run.id,
                    "options": run.options,
                }
            )
        )

    async def pause(self, owner: str, run_id: str) -> Run:
        """Lets steps in flight finish, then keeps the run waiting until it is resumed.

        Pausing a paused run changes nothing. Raises `NotFound` and `RunIsOver`.
        """
        await self.get(owner, run_id)
        wanted = await self._store.request_pause(owner, run_id, self._clock.now())
        run = await self.get(owner, run_id)
        if not wanted and is_over(run):
            raise RunIsOver(name=run_id, state=run.status.value)
        self._announce(owner, run_id)
        return run

    async def signal(
        self, owner: str, run_id: str, name: str, data: Any, *, once: str | None = None
    ) -> Run:
        """Sends a run a message; the second with the same `once` changes nothing.

        Raises `NotFound`, `RunIsOver` and `NotStorable`.
        """
        await self.get(owner, run_id)
        sent = await self._store.signal(
            owner, run_id, f"signal:{name}", data, self._clock.now(), once=once
        )
        run = await self.get(owner, run_id)
        if not sent:
            raise RunIsOver(name=run_id, state=run.status.value)
        self._announce(owner, run_id)
        return run

    async def resume(self, owner: str, run_id: str, limits: Mapping[str, float]) -> Run:
        """Lets a run go on that is paused, at a limit or in quarantine, with raised limits.

        Without limits, the one it waits at is doubled, and what it took if that is more; at a
        budget, which is changed apart from the run, it asks again. Raises `NotFound`,
        `RunNotWaiting` and `InvalidValue`.
        """
        run = await self.get(owner, run_id)
        raised = dict(limits)
        for wait in run.waiting_for:
            limit = str(wait.details.get("limit", ""))
            if not limits and wait.kind is WaitKind.LIMIT and not limit.startswith("budget:"):
                reached = max(wait.details["value"], wait.details.get("of", 0))
                raised[limit] = 2 * reached or 1
        for name, value in raised.items():
            _check_limit(name, value)
        if not await self._store.resume(owner, run_id, raised, self._clock.now()):
            run = await self.get(owner, run_id)
            raise RunNotWaiting(name=run_id, state=run.status.value)
        self._announce(owner, run_id)
        return await self.get(owner, run_id)

    async def queue(self, draft: RunDraft, events: Sequence[Event] = ()) -> Run:
        """Stores a run for the workers, with the events its journal begins with.

        Raises `TooManyQueued`.
        """
        await self._caps.settle(draft.owner)
        if parent := self._trace_parent():
            draft = _traced(draft, parent)
        run = await self._store.create(draft, events)
        if run.id == draft.id:  # else one with the same trigger key is there already
            await self._on_queued(draft)
        self._bell.ring()
        self._tell_readers(run.owner, run.id)
        return run

    def _draft(
        self,
        owner: str,
        agent_id: str,
        version: int,
        inputs: dict[str, Any],
        trigger: str,
        settings: GraphSettings,
    ) -> RunDraft:
        return RunDraft(
            id=new_id("r"),
            owner=owner,
            agent_id=agent_id,
            version=version,
            inputs=inputs,
            trigger=trigger,
            priority=settings.priority,
            at_once=settings.runs_at_once,
            created_at=self._clock.now(),
        )

    def _announce(self, owner: str, run_id: str) -> None:
        """Tells workers, and readers of the run, whose journal may have grown."""
        self._bell.ring()
        self._bus.journal_grew(run_id)
        self._tell_readers(owner, run_id)

    def _tell_readers(self, owner: str, run_id: str) -> None:
        for channel in (news_of(owner), end_of(run_id)):
            if self._bus.watched(channel):
                self._bus.publish(channel, Live("run_changed", {"run": run_id}))


def _traced(draft: RunDraft, parent: str) -> RunDraft:
    options = (draft.options or RunOptions()).model_copy(update={"trace": parent})
    return draft.model_copy(update={"options": options})


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
    if name not in known and not _NODE_LIMIT.fullmatch(name):
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
