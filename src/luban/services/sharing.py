"""Sharing by link: one agent, one run or one result, for whoever holds the address."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from luban.model.access import Caller, NotPermitted
from luban.model.errors import InvalidValue, NotFound
from luban.model.ids import new_id
from luban.model.run import Run
from luban.ports.clock import Clock
from luban.ports.sharing import SCOPES, Link, LinkScope, LinkStore, SharedKind
from luban.ports.stores import Agent, Page, Slice
from luban.ports.threads import ThreadMessage
from luban.sdk.code import BlockSource
from luban.services.agents import AgentDraft, Agents
from luban.services.checking import Checking
from luban.services.redaction import Tree, scrubbed, secrets_in, secrets_taken, without_secrets
from luban.services.run_inputs import AskedInput
from luban.services.runs import Runs, WhichVersion, is_over
from luban.services.steps import Steps
from luban.services.threads import Threads

_NEEDS: Mapping[tuple[str, str], str] = {
    ("agent", "see"): "agent.read",
    ("agent", "run"): "run.start",
    ("agent", "copy"): "agent.read",
    ("run", "see"): "run.read",
    ("run", "steps"): "run.read",
    ("result", "see"): "run.read",
    ("thread", "see"): "run.read",
}
"""What whoever shares a thing must be permitted: a link gives nothing its maker does not have."""
_SELDOM = 60.0
"""Seconds within which a second use is not written down."""
_LONGEST = 10 * 365 * 86_400.0
"""Seconds that a link with an end may hold."""
_STEPS = 500
"""Of a run with more, the first are shown."""


class LinkDraft(NamedTuple):
    """What is to be shared, and how far; `expires_at` is Unix seconds."""

    resource: SharedKind
    resource_id: str
    scopes: Collection[LinkScope]
    expires_at: float | None = None


class SharedAgent(NamedTuple):
    """As much of an agent as a link shows; the document only where that is allowed."""

    name: str
    description: str
    inputs: list[AskedInput]
    document: Tree | None


class SharedRun(NamedTuple):
    """As much of a run as a link shows; a result comes without inputs."""

    run: Run
    inputs: Tree | None
    outputs: Tree
    error: Tree | None
    steps: list[Tree] | None


class SharedMessage(NamedTuple):
    """As much of a message as a link shows."""

    message: ThreadMessage
    text: str


class SharedThread(NamedTuple):
    """The branch of a thread that its owner looks at."""

    title: str
    messages: list[SharedMessage]


class Shared(NamedTuple):
    """What a link leads to."""

    link: Link
    agent: SharedAgent | None = None
    run: SharedRun | None = None
    thread: SharedThread | None = None


class Sharing:
    """The links of an owner, and what strangers do with them."""

    def __init__(
        self,
        links: LinkStore,
        agents: Agents,
        runs: Runs,
        steps: Steps,
        checking: Checking,
        blocks: BlockSource,
        threads: Threads,
        clock: Clock,
    ) -> None:
        self._links = links
        self._agents = agents
        self._runs = runs
        self._steps = steps
        self._checking = checking
        self._blocks = blocks
        self._threads = threads
        self._clock = clock

    async def share(self, caller: Caller, draft: LinkDraft) -> tuple[Link, str]:
        """A new link, and what stands in its address, which nobody can be told again.

        Raises `NotFound`, `InvalidValue`, and `NotPermitted` for what the caller may not do either.
        """
        scopes = self._scopes(draft)
        for scope in sorted(scopes):
            permission = _NEEDS[draft.resource, scope]
            if not caller.may(permission):
                raise NotPermitted(permission=permission)
        now = self._clock.now()
        if draft.expires_at is not None and not 0 < draft.expires_at - now <= _LONGEST:
            raise InvalidValue(
                name="expires_at",
                value=draft.expires_at,
                expected="it must be a moment still to come, within ten years",
                expected_zh="必须是将来十年之内的时间",
            )
        if draft.resource == "agent":
            await self._agents.get(caller.team, draft.resource_id)
        elif draft.resource == "thread":
            await self._threads.get(caller.team, draft.resource_id)
        else:
            await self._runs.get(caller.team, draft.resource_id)
        token = secrets.token_urlsafe(32)
        link = Link(
            id=new_id("l"),
            owner=caller.team,
            digest=_digest(token),
            resource=draft.resource,
            resource_id=draft.resource_id,
            scopes=tuple(sorted(scopes)),
            made_by=caller.user,
            created_at=now,
            expires_at=draft.expires_at,
        )
        await self._links.add(link)
        return link, token

    async def list(
        self, owner: str, part: Slice, *, resource: str | None = None, resource_id: str = ""
    ) -> Page[Link]:
        return await self._links.list(owner, part, resource=resource, resource_id=resource_id)

    async def end(self, owner: str, link_id: str) -> None:
        """From now on the address leads nowhere. Raises `NotFound`."""
        if not await self._links.remove(owner, link_id):
            raise NotFound(
                what="link",
                what_zh="链接",
                name=link_id,
                way_out="`luban share list` shows those there are.",
                way_out_zh="`luban share list` 会列出现有的链接。",
            )

    async def open(self, token: str, scope: LinkScope | None = None) -> Link:
        """The link of an address, if it allows this. Raises `NotFound`, whyever it does not."""
        now = self._clock.now()
        link = await self._links.find(_digest(token), now)
        if link is None or (scope is not None and scope not in link.scopes):
            raise no_link()
        if link.last_used_at is None or now - link.last_used_at > _SELDOM:
            await self._links.used(link.owner, link.id, now)
        return link

    async def look(self, link: Link) -> Shared:
        """As much as the link allows. Raises `NotFound`, also when the thing is gone."""
        if link.resource == "agent":
            return Shared(link, agent=self._agent(link, await self._agent_of(link)))
        if link.resource == "thread":
            return Shared(link, thread=await self._thread(link))
        return Shared(link, run=await self._run(link, await self._run_of(link, link.resource_id)))

    async def start(
        self, link: Link, inputs: Mapping[str, Any], trigger_key: str | None = None
    ) -> SharedRun:
        """A run of the shared agent: the team's, and known to come from this link.

        The published version runs, or the draft of an agent that has none.
        """
        agent = await self._agent_of(link)
        version: WhichVersion = "draft" if agent.published_version is None else "published"
        run = await self._runs.start(
            link.owner,
            agent.id,
            inputs,
            version=version,
            trigger=trigger_of(link),
            trigger_key=trigger_key,
        )
        return await self._outcome(run)

    async def started(self, link: Link, run_id: str) -> SharedRun:
        """A run that was started by this link. Raises `NotFound`."""
        run = await self._run_of(link, run_id)
        if run.trigger != trigger_of(link):
            raise no_link()
        return await self._outcome(run)

    async def copy(self, link: Link, caller: Caller) -> Agent:
        """The shared agent as one of the caller's team, without secrets."""
        agent = await self._agent_of(link)
        document = without_secrets(agent.document, self._blocks)
        return await self._agents.create(caller.team, AgentDraft(document=document))

    def _scopes(self, draft: LinkDraft) -> set[LinkScope]:
        allowed = SCOPES[draft.resource]
        unknown = [scope for scope in draft.scopes if scope not in allowed]
        if unknown or not draft.scopes:
            names = ", ".join(f"`{scope}`" for scope in sorted(allowed))
            raise InvalidValue(
                name="scopes",
                value=unknown[0] if unknown else "[]",
                expected=f"a link to a thing of the kind `{draft.resource}` allows some of {names}",
                expected_zh=f"“{draft.resource}”的链接只能允许其中若干项：{names}",
            )
        more: set[LinkScope] = {"see"} if draft.resource != "agent" else set()
        return {*draft.scopes, *more}

    async def _agent_of(self, link: Link) -> Agent:
        try:
            return await self._agents.get(link.owner, link.resource_id)
        except NotFound as error:
            raise no_link() from error

    async def _run_of(self, link: Link, run_id: str) -> Run:
        try:
            return await self._runs.get(link.owner, run_id)
        except NotFound as error:
            raise no_link() from error

    def _agent(self, link: Link, agent: Agent) -> SharedAgent:
        checked = self._checking.agent(agent)
        secret = {each.name for each in checked.inputs if _is_secret(each)}
        inputs = [
            each._replace(default=None) if each.name in secret else each for each in checked.inputs
        ]
        shown = "see" in link.scopes or "copy" in link.scopes
        document = without_secrets(agent.document, self._blocks) if shown else None
        return SharedAgent(agent.name, agent.description, inputs, document)

    async def _run(self, link: Link, run: Run) -> SharedRun:
        known, secret = await self._secrets_of(run)
        if link.resource == "result":
            inputs = None
        else:
            given = {name: value for name, value in run.inputs.items() if name not in secret}
            inputs = scrubbed(given, known)
        steps = None
        if "steps" in link.scopes:
            found = await self._steps.list(link.owner, run.id, Slice(page_size=_STEPS))
            known |= secrets_taken(found.items, self._blocks)
            steps = [
                scrubbed(
                    {
                        "node": step.node,
                        "iteration": step.iteration,
                        "block": step.block,
                        "status": step.status,
                        "inputs": step.inputs,
                        "outputs": step.outputs,
                        "started_at": step.started_at,
                        "duration": step.duration,
                        "error": step.error,
                    },
                    known,
                )
                for step in found.items
            ]
        return SharedRun(run, inputs, *self._ends(run, known), steps)

    async def _thread(self, link: Link) -> SharedThread:
        try:
            shown = await self._threads.show(link.owner, link.resource_id)
        except NotFound as error:
            raise no_link() from error
        known: set[str] = set()
        for each in shown.messages:
            if each.message.run is not None:
                with suppress(NotFound):  # its secrets went with the run
                    run = await self._runs.get(link.owner, each.message.run)
                    known |= (await self._secrets_of(run))[0]
        messages = [
            SharedMessage(each.message, scrubbed(each.message.text, known))
            for each in shown.messages
        ]
        return SharedThread(shown.thread.title, messages)

    async def _outcome(self, run: Run) -> SharedRun:
        known, _ = await self._secrets_of(run)
        return SharedRun(run, None, *self._ends(run, known), None)

    def _ends(self, run: Run, known: set[str]) -> tuple[Tree, Tree | None]:
        outputs = run.outputs if is_over(run) else {}
        return scrubbed(outputs, known), scrubbed(run.error, known)

    async def _secrets_of(self, run: Run) -> tuple[set[str], set[str]]:
        """The texts that must not be shown of a run, and the inputs that are secret."""
        document = (await self._runs.version_of(run)).document
        asked = self._checking.document(document).inputs
        secret = {each.name for each in asked if _is_secret(each)}
        known = secrets_in(document, self._blocks)
        known |= {str(run.inputs[name]) for name in secret if name in run.inputs}
        return known, secret


def trigger_of(link: Link) -> str:
    """What runs that a link started say of where they come from."""
    return f"link:{link.id}"


def no_link() -> NotFound:
    """The same for every address that leads nowhere, whyever."""
    return NotFound(
        what="shared link",
        what_zh="分享链接",
        name="…",
        way_out="It may have expired or been ended; ask whoever sent it for a new one.",
        way_out_zh="它可能已过期或已停止；请向发送者索取新的链接。",
    )


def _is_secret(asked: AskedInput) -> bool:
    return any(pin.secret and pin.name == "value" for pin in asked.block.spec.inputs)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
