"""Proposals: drafted by a run, looked at change by change, accepted in part or refused."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from luban.model.errors import Conflict, InvalidValue, LubanError, NotFound
from luban.model.finding import Finding, Severity
from luban.model.graph import Graph
from luban.model.graph_changes import Change, changes_between, nodes_of
from luban.model.run import Run
from luban.model.taken_changes import Standing, Taken, standings, take
from luban.ports.clock import Clock
from luban.ports.proposals import Proposal, ProposalStore
from luban.ports.stores import Agent, Page, Slice
from luban.services.agents import AgentChange, AgentDraft, Agents
from luban.services.builder import Builder
from luban.services.checking import Checking
from luban.services.runs import Runs, is_over

Tree = dict[str, Any]
T = TypeVar("T")

NOTHING: Tree = {"luban": 1, "nodes": {}, "links": []}
"""What a new agent is made of."""
_KEPT = ("name", "description", "settings", "meta")
"""Parts of a document that stay as they are where a proposal has none."""
_NAMES = ("name", "description")
_TRIES = 5


class NothingToChange(LubanError):
    """What was proposed is what there is already."""

    code = "nothing_to_change"
    status = 409
    en = "The proposal changes nothing: the agent is like that already."
    zh = "该提议没有任何改动：智能体已经如此。"


class ProposalDecided(LubanError):
    """A proposal that was accepted or refused cannot be decided again."""

    code = "proposal_decided"
    status = 409
    en = "The proposal {name} was {state} already. Make a new one."
    zh = "提议 {name} 已经处理过（{state}）。请重新提出。"


class NotProposed(LubanError):
    """The run has not proposed anything, or not yet."""

    code = "not_proposed"
    status = 409
    en = "The proposal {name} is not there yet: its run {run} has proposed nothing so far."
    zh = "提议 {name} 还不存在：其运行 {run} 尚未提出任何内容。"


class ProposalConflicts(LubanError):
    """Nothing of what was to be accepted fits the agent as it is now."""

    code = "proposal_conflicts"
    status = 409
    en = (
        "None of these changes fits the agent any more, because it was changed meanwhile: "
        "{conflicts}. Ask for a new proposal."
    )
    zh = "智能体在此期间被修改，这些改动都不再适用：{conflicts}。请重新提出。"


class Wish(NamedTuple):
    """What is asked of the builder; `agent` is the one to change, `messages` earlier turns."""

    message: str
    agent: str = ""
    model: str = ""
    messages: Sequence[Mapping[str, Any]] = ()


class ProposalDetail(NamedTuple):
    """A proposal as it stands now: whether each change still fits, and its run."""

    proposal: Proposal
    standings: Mapping[str, Standing]
    run: Run | None

    @property
    def state(self) -> str:
        """As stored; `none` where the run ended without proposing anything."""
        ended = self.run is None or is_over(self.run)
        return "none" if self.proposal.state == "drafting" and ended else self.proposal.state


class Accepted(NamedTuple):
    """What came of accepting: the agent as it is now, what was taken, what did not fit."""

    agent: Agent
    proposal: Proposal
    taken: Taken


class OwnersCheck(Protocol):
    """Looks for what a graph lacks that another owner might have, such as credentials."""

    async def findings(self, owner: str, graph: Graph) -> list[Finding]: ...


class Proposals:
    """The proposals of an owner."""

    def __init__(
        self,
        store: ProposalStore,
        agents: Agents,
        runs: Runs,
        checking: Checking,
        builder: Builder,
        clock: Clock,
        checks: Sequence[OwnersCheck] = (),
    ) -> None:
        self._checks = checks
        self._store = store
        self._agents = agents
        self._runs = runs
        self._checking = checking
        self._builder = builder
        self._clock = clock

    async def start(self, owner: str, wish: Wish) -> ProposalDetail:
        """Starts a run of the builder, and keeps a proposal for what it will propose.

        Raises `NotFound` for the agent, and what starting a run raises.
        """
        agent = (await self._agents.named(owner, wish.agent)).id if wish.agent else ""
        run = await self._builder.start(
            owner,
            {
                "message": wish.message,
                "messages": [dict(each) for each in wish.messages],
                "agent": agent,
                "model": wish.model,
            },
        )
        now = self._clock.now()
        drafting = Proposal(
            id=proposal_id(run.id),
            owner=owner,
            agent=agent,
            run=run.id,
            created_at=now,
            updated_at=now,
        )
        await self._store.add(drafting)  # unless the run was quicker
        return await self.get(owner, drafting.id)

    async def propose(
        self, owner: str, run_id: str, text: str, summary: str, agent: str = ""
    ) -> Proposal:
        """Keeps what a run proposes, in place of what it proposed before.

        Where its owner named the agent to change, that one is meant whatever `agent` says.

        Raises `BadDocument`, `AgentHasErrors`, `NothingToChange`, `NotFound`, `ProposalDecided`.
        """
        from luban.interop import agent_file  # only here: the YAML library is slow to import

        wanted = self._checking.imported(agent_file.load(text))
        checked = self._checking.document(wanted)
        checked.require_runnable()
        kept = await self._store.find(owner, proposal_id(run_id))
        named = await self._builder.asked_for(owner, run_id) or agent
        draft = await self._agents.named(owner, named) if named else None
        before = draft.document if draft else NOTHING
        left = {key: before[key] for key in _KEPT if key in before and key not in wanted}
        document = self._checking.kept({**_spelled_as(before, wanted, self._checking), **left})
        changes = changes_between(before, document)
        if not changes:
            raise NothingToChange
        found = [*checked.findings]
        for each in self._checks:
            found += await each.findings(owner, checked.graph)
        now = self._clock.now()
        return await self._put(
            Proposal(
                id=proposal_id(run_id),
                owner=owner,
                agent=draft.id if draft else "",
                run=run_id,
                state="open",
                revision=draft.revision if draft else 0,
                document=document,
                summary=summary.strip(),
                changes=tuple(changes),
                warnings=tuple(each for each in found if each.severity is Severity.WARNING),
                created_at=kept.created_at if kept else now,
                updated_at=now,
            )
        )

    async def find(self, owner: str, run_id: str) -> Proposal | None:
        """What a run has proposed, if it has."""
        found = await self._store.find(owner, proposal_id(run_id))
        return found if found is not None and found.state != "drafting" else None

    async def get(self, owner: str, proposal_id: str) -> ProposalDetail:
        """Raises `NotFound`."""
        return await self._detail(await self._kept(owner, proposal_id))

    async def list(self, owner: str, part: Slice, *, agent: str = "") -> Page[ProposalDetail]:
        """Newest first."""
        found = await self._store.list(owner, part, agent=agent)
        return Page([await self._detail(each) for each in found.items], found.total)

    async def open(self, owner: str, proposal_id: str) -> ProposalDetail:
        """Makes the agent that a proposal for a new one is for, with nothing in it but its name.

        What there is to be accepted can then be seen in it. Raises `NotFound`, `NotProposed`,
        `ProposalDecided`.
        """
        proposal = await self._open(owner, proposal_id)
        if proposal.agent:
            return await self._detail(proposal)
        named = {key: proposal.document[key] for key in _NAMES if key in proposal.document}
        agent = await self._agents.create(owner, AgentDraft(document={**NOTHING, **named}))
        opened = proposal.model_copy(
            update={
                "agent": agent.id,
                "revision": agent.revision,
                "updated_at": self._clock.now(),
            }
        )
        if not await self._store.change(opened, seen=proposal.updated_at):
            await self._agents.delete(owner, agent.id)  # somebody else was quicker
        return await self.get(owner, proposal_id)

    async def preview(self, owner: str, proposal_id: str, wanted: Collection[str]) -> Taken:
        """The agent's draft as it would be with these changes. Raises as `accept` does."""
        proposal = await self._open(owner, proposal_id)
        self._check(proposal, wanted)
        document = NOTHING
        if proposal.agent:
            document = (await self._agents.get(owner, proposal.agent)).document
        return take(document, proposal.changes, set(wanted))

    async def accept(
        self,
        owner: str,
        proposal_id: str,
        wanted: Collection[str] | None = None,
        *,
        in_draft: bool = False,
    ) -> Accepted:
        """Takes changes over into the agent's draft, all without `wanted`, and what they need.

        What does not fit the draft as it is now is left out and named. With `in_draft` the draft
        has them already, as after editing by hand, and this is only noted.

        Raises `NotFound`, `NotProposed`, `ProposalDecided`, `InvalidValue` for a change there is
        not, `ProposalConflicts` if nothing fits, and `Conflict` while others keep changing it.
        """
        proposal = await self._open(owner, proposal_id)
        chosen = {each.id for each in proposal.changes} if wanted is None else set(wanted)
        self._check(proposal, chosen)
        agent, taken = await self._take(proposal, chosen, in_draft=in_draft)
        decided = proposal.model_copy(
            update={
                "state": "accepted",
                "agent": agent.id,
                "accepted": tuple(taken.taken),
                "updated_at": self._clock.now(),
            }
        )
        if not await self._store.change(decided, seen=proposal.updated_at):
            if not proposal.agent:
                await self._agents.delete(owner, agent.id)  # somebody else's is the one
            raise ProposalDecided(name=proposal.id, state="accepted")
        return Accepted(agent, decided, taken)

    async def refuse(self, owner: str, proposal_id: str) -> ProposalDetail:
        """Refuses all of it. Raises `NotFound`, `NotProposed`, `ProposalDecided`."""
        proposal = await self._open(owner, proposal_id)
        decided = proposal.model_copy(update={"state": "refused", "updated_at": self._clock.now()})
        if not await self._store.change(decided, seen=proposal.updated_at):
            raise ProposalDecided(name=proposal.id, state="refused")
        return await self._detail(decided)

    def _check(self, proposal: Proposal, wanted: Collection[str]) -> None:
        known = [each.id for each in proposal.changes]
        for name in wanted:
            if name not in known:
                raise _no_change(name, known)

    async def _take(
        self, proposal: Proposal, wanted: set[str], *, in_draft: bool
    ) -> tuple[Agent, Taken]:
        if not proposal.agent:
            taken = take(NOTHING, proposal.changes, wanted)
            draft = AgentDraft(document=taken.document)
            return await self._agents.create(proposal.owner, draft), taken
        tries = _TRIES
        while True:
            agent = await self._agents.get(proposal.owner, proposal.agent)
            if in_draft:
                ids = [each.id for each in proposal.changes if each.id in wanted]
                return agent, Taken(agent.document, ids, [], {})
            taken = take(agent.document, proposal.changes, wanted)
            if wanted and not taken.taken:
                raise ProposalConflicts(conflicts=conflict_text(proposal.changes, taken))
            change = AgentChange(document=taken.document)
            try:
                changed = await self._agents.change(
                    proposal.owner, agent.id, change, agent.revision
                )
            except Conflict:
                tries -= 1  # look again at what fits
                if not tries:
                    raise
            else:
                return changed, taken

    async def _put(self, proposal: Proposal) -> Proposal:
        for _ in range(_TRIES):
            if await self._store.add(proposal):
                return proposal
            kept = await self._kept(proposal.owner, proposal.id)
            if kept.state in ("accepted", "refused"):
                raise ProposalDecided(name=kept.id, state=kept.state)
            if await self._store.change(proposal, seen=kept.updated_at):
                return proposal
        raise ProposalDecided(name=proposal.id, state="changed")

    async def _open(self, owner: str, proposal_id: str) -> Proposal:
        proposal = await self._kept(owner, proposal_id)
        if proposal.state == "drafting":
            raise NotProposed(name=proposal.id, run=proposal.run)
        if proposal.state != "open":
            raise ProposalDecided(name=proposal.id, state=proposal.state)
        return proposal

    async def _kept(self, owner: str, proposal_id: str) -> Proposal:
        found = await self._store.find(owner, proposal_id)
        if found is None:
            raise NotFound(
                what="proposal",
                what_zh="提议",
                name=proposal_id,
                way_out="Proposals are listed under `/proposals`.",
                way_out_zh="可在 `/proposals` 中查看所有提议。",
            )
        return found

    async def _detail(self, proposal: Proposal) -> ProposalDetail:
        owner = proposal.owner
        run = await _if_there(self._runs.get(owner, proposal.run))
        agent = await _if_there(self._agents.get(owner, proposal.agent)) if proposal.agent else None
        document = agent.document if agent else NOTHING
        return ProposalDetail(proposal, standings(proposal.changes, document), run)


async def _if_there(asked: Awaitable[T]) -> T | None:
    """Runs and agents may have been deleted since."""
    try:
        return await asked
    except NotFound:
        return None


def _spelled_as(before: Tree, document: Tree, checking: Checking) -> Tree:
    """The document with its blocks called as before, where another name means the same one."""
    known, nodes = nodes_of(before), dict(nodes_of(document))
    for name, node in nodes.items():
        old = known.get(name)
        if isinstance(node, dict) and isinstance(old, dict):
            one, other = old.get("block"), node.get("block")
            if one != other and checking.is_same_block(one, other):
                nodes[name] = {**node, "block": one}
    return {**document, "nodes": nodes}


def proposal_id(run_id: str) -> str:
    """A run has one proposal, so its id follows from the run's."""
    return f"p_{run_id.partition('_')[2]}"


def change_text(change: Change) -> str:
    """A change in one line, for lists and models."""
    place = f"`{change.node}`" if change.node else ""
    match change.kind:
        case "node_added":
            return f"+ node {place}"
        case "node_removed":
            return f"- node {place}"
        case "node_replaced":
            return f"~ node {place} is another block"
        case "node_renamed":
            return f"~ node `{change.name}` is called {place}"
        case "input_changed" | "node_changed":
            return f"~ {place}: `{change.name}`"
        case "link_added":
            return f"+ link `{change.link}`"
        case "link_removed":
            return f"- link `{change.link}`"
        case "setting_changed":
            return f"~ setting `{change.name}`"
        case "document_changed":
            return f"~ `{change.name}`"


def conflict_text(changes: Sequence[Change], taken: Taken) -> str:
    return "; ".join(change_text(each) for each in changes if each.id in taken.conflicts)


def _no_change(name: str, known: Sequence[str]) -> InvalidValue:
    some = ", ".join(known[:20])
    return InvalidValue(
        name="changes",
        value=name,
        expected=f"the proposal has these changes: {some}",
        expected_zh=f"该提议包含以下改动：{some}",
    )
