"""What a run would take of models, before it starts: by what runs took, else by its prompts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from luban.engine.step_paths import node_of, top_step
from luban.model.events import KIND_OF, ModelUsed, from_row
from luban.model.graph import Graph, Node
from luban.model.run import RunStatus
from luban.model.spending import NOTHING, Taken, known_usd
from luban.ports.budgets import Gate
from luban.ports.journal import Journal
from luban.ports.stores import EVERY_RUN, Slice
from luban.sdk.code import BlockSource
from luban.services.agents import Agents
from luban.services.checking import Checking
from luban.services.runs import NotPublished, Runs, WhichVersion
from luban.services.versions import Versions

_RUNS, _ROWS = 20, 20_000
"""Runs, and events of them in all, that are looked at."""
_PAGE = 1000
_USED = KIND_OF[ModelUsed]
_LETTERS, _ANSWER = 4, 256
"""Letters to a model token; model tokens of an answer that nobody limited."""

Basis = Literal["history", "prompt"]


class Likely(NamedTuple):
    """What half of all runs, and nine out of ten, stay below; `usd` is `None` if unknown."""

    tokens: int
    tokens_90: int
    usd: float | None
    usd_90: float | None


class NodeEstimate(NamedTuple):
    """One node, in all its firings of a run; `model` is empty for the default one."""

    node: str
    basis: Basis
    model: str
    firings: float
    each: Likely
    """One firing."""
    all: Likely


class Estimate(NamedTuple):
    """A run as a whole; `runs` is how many earlier ones were looked at."""

    runs: int
    nodes: list[NodeEstimate]
    total: Likely


class Estimates:
    """Looks at the latest completed runs of an agent, of whatever version."""

    def __init__(
        self,
        agents: Agents,
        versions: Versions,
        checking: Checking,
        runs: Runs,
        journal: Journal,
        blocks: BlockSource,
        gate: Gate,
    ) -> None:
        self._agents = agents
        self._versions = versions
        self._checking = checking
        self._runs = runs
        self._journal = journal
        self._blocks = blocks
        self._gate = gate

    async def make(
        self,
        owner: str,
        agent_id: str,
        inputs: Mapping[str, Any],
        version: WhichVersion = "draft",
    ) -> Estimate:
        """Raises `NotFound` and `NotPublished`."""
        graph = await self._graph(owner, agent_id, version)
        history = await self._history(owner, agent_id)
        nodes: list[NodeEstimate] = []
        for path, node in _nodes_of(graph.nodes):
            firings = [run[path] for run in history if path in run]
            if firings:
                nodes.append(_by_history(path, node, firings, len(history)))
            elif self._asks_models(node):
                nodes.append(await self._by_prompt(owner, path, node, inputs))
        return Estimate(len(history), nodes, _sum(each.all for each in nodes))

    async def _graph(self, owner: str, agent_id: str, version: WhichVersion) -> Graph:
        agent = await self._agents.get(owner, agent_id)
        number = agent.published_version if version == "published" else version
        if number is None:
            raise NotPublished(name=agent.name)
        if number == "draft":
            return self._checking.agent(agent).graph
        frozen = await self._versions.get(owner, agent_id, number)
        return self._checking.document(frozen.document).graph

    async def _history(self, owner: str, agent_id: str) -> list[dict[str, list[Taken]]]:
        """For each run, what every firing of its nodes took."""
        narrowed = EVERY_RUN._replace(statuses=(RunStatus.COMPLETED,))
        page = await self._runs.list(owner, Slice(1, _RUNS), agent_id=agent_id, narrowed=narrowed)
        left, found = _ROWS, list[dict[str, list[Taken]]]()
        for run in page.items:
            taken, left = await self._taken(run.id, left)
            if left <= 0:
                break  # what was not read to its end says too little
            found.append(taken)
        return found

    async def _taken(self, run: str, left: int) -> tuple[dict[str, list[Taken]], int]:
        """What the firings of each node took, and how many events may still be read."""
        steps: dict[str, dict[tuple[str, int], Taken]] = defaultdict(dict)
        after = 0
        while left > 0 and (rows := await self._journal.read(run, after, _PAGE)):
            after, left = rows[-1].id, left - len(rows)
            for row in rows:
                if row.kind != _USED:
                    continue
                event = from_row(row.kind, row.node, row.iteration, row.data)
                assert isinstance(event, ModelUsed)
                of_node = steps[node_of(event.node)]
                step = top_step(event.node, event.iteration)
                tokens = event.input_tokens + event.output_tokens
                of_node[step] = of_node.get(step, NOTHING).plus(tokens, event.usd)
        return {node: list(firings.values()) for node, firings in steps.items()}, left

    def _asks_models(self, node: Node) -> bool:
        """Whether its block lets one choose a model."""
        code = None if node.block is None or node.disabled else self._blocks.find(node.block)
        return code is not None and "model" in code.spec.input_by_name

    async def _by_prompt(
        self, owner: str, path: str, node: Node, inputs: Mapping[str, Any]
    ) -> NodeEstimate:
        """One firing, of what the node itself says and what the run is given."""
        model = str(node.constants.get("model") or "")
        letters = _letters(node.constants.values()) + _letters(inputs.values())
        asked = letters // _LETTERS + 1
        longest = node.constants.get("max_tokens")
        answered = longest if isinstance(longest, int) and longest > 0 else _ANSWER
        usd = await self._gate.price(owner, model, asked, answered)
        likely = Likely(asked + answered, asked + answered, usd, usd)
        return NodeEstimate(path, "prompt", model, 1.0, likely, likely)


def _by_history(
    path: str, node: Node, runs: Sequence[Sequence[Taken]], looked_at: int
) -> NodeEstimate:
    firings = [one for run in runs for one in run]
    whole = [_total(run) for run in runs] + [NOTHING] * (looked_at - len(runs))
    model = str(node.constants.get("model") or "")
    counts = [len(run) for run in runs]
    return NodeEstimate(
        path, "history", model, _part(counts, 0.5), _likely(firings), _likely(whole)
    )


def _total(run: Sequence[Taken]) -> Taken:
    total = NOTHING
    for one in run:
        total = total.added(one)
    return total


def _likely(taken: Sequence[Taken]) -> Likely:
    tokens = [one.tokens for one in taken]
    known = all(not one.unpriced for one in taken)
    usd = [known_usd(one.usd, one.unpriced) or 0.0 for one in taken]
    return Likely(
        round(_part(tokens, 0.5)),
        round(_part(tokens, 0.9)),
        _part(usd, 0.5) if known else None,
        _part(usd, 0.9) if known else None,
    )


def _part(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[max(math.ceil(len(values) * share) - 1, 0)]


def _sum(each: Iterable[Likely]) -> Likely:
    parts = list(each)
    usd = [part.usd for part in parts if part.usd is not None]
    usd_90 = [part.usd_90 for part in parts if part.usd_90 is not None]
    known = len(usd) == len(parts)
    return Likely(
        sum(part.tokens for part in parts),
        sum(part.tokens_90 for part in parts),
        sum(usd) if known else None,
        sum(usd_90) if known else None,
    )


def _nodes_of(nodes: Iterable[Node], above: str = "") -> Iterable[tuple[str, Node]]:
    for node in nodes:
        yield above + node.id, node
        if node.body is not None:
            yield from _nodes_of(node.body.nodes, f"{above}{node.id}/")


def _letters(value: Any) -> int:
    """Of all texts in a value."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_letters(each) for each in value.values())  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, Iterable):
        return sum(_letters(each) for each in value)  # pyright: ignore[reportUnknownVariableType]
    return 0
