"""Graphs of documents: read, checked, and asked which inputs they need."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from luban.engine.fitting import fitted, named
from luban.engine.validation import check
from luban.model.document import read_document
from luban.model.errors import LubanError
from luban.model.finding import Finding, Severity
from luban.model.graph import Graph
from luban.model.run import RunOptions
from luban.ports.stores import Agent
from luban.sdk.code import BlockSource
from luban.services.graph_nodes import check_options
from luban.services.run_inputs import AskedInput, inputs_of

_REMEMBERED = 512

Tree = dict[str, Any]


class AgentHasErrors(LubanError):
    """A graph cannot run as it stands."""

    code = "agent_has_errors"
    status = 422
    en = "This agent cannot run yet: {count} to repair. First: {first} {repair}"
    zh = "此智能体还不能运行：有 {count} 处需要修正。第一处：{first_zh}{repair_zh}"

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(
            count=len(findings),
            first=first.message,
            first_zh=first.message_zh,
            repair=first.repair,
            repair_zh=first.repair_zh,
        )
        self.findings = list(findings)

    def as_json(self) -> dict[str, Any]:
        """The error, with every finding among its values."""
        told = super().as_json()
        told["params"]["findings"] = [each.model_dump(mode="json") for each in self.findings]
        return told


class Checked(NamedTuple):
    """A document understood as far as it can be."""

    graph: Graph
    findings: list[Finding]
    inputs: list[AskedInput]

    def require_runnable(self) -> None:
        """Raises `AgentHasErrors` if any finding is an error."""
        errors = [each for each in self.findings if each.severity is Severity.ERROR]
        if errors:
            raise AgentHasErrors(errors)


class Checking:
    """Checks documents; what it said of an agent's revision is remembered."""

    def __init__(self, blocks: BlockSource) -> None:
        self._blocks = blocks
        self._known: OrderedDict[tuple[str, int], Checked] = OrderedDict()

    def imported(self, tree: Tree) -> Tree:
        """A document of ours, where the tree is a short workflow or has links without pins."""
        from luban.interop import short_workflow  # rarely needed, and not cheap to import

        return short_workflow.imported(tree, self._blocks).tree

    def document(self, tree: object) -> Checked:
        """What is wrong with a document, once its nodes are brought up to the blocks there are."""
        if isinstance(tree, dict):
            tree = fitted(cast("Tree", tree), self._blocks)
        graph, findings = read_document(tree)
        found = [*findings, *check(graph, self._blocks, findings)]
        return Checked(graph, found, inputs_of(graph, self._blocks))

    def kept(self, document: Tree) -> Tree:
        """A document as the store will have it."""
        return named(document, self._blocks)

    def is_same_block(self, one: object, other: object) -> bool:
        """Whether two names are of one block, which may have older names."""
        if not (isinstance(one, str) and isinstance(other, str)):
            return False
        found = self._blocks.find(one)
        return found is not None and found is self._blocks.find(other)

    def options(self, graph: Graph, options: RunOptions) -> None:
        """Raises `NotFound` and `InvalidValue` for what the graph of a run does not have."""
        check_options(graph, self._blocks, options)

    def agent(self, agent: Agent) -> Checked:
        """The check of an agent's draft."""
        key = (agent.id, agent.revision)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self.document(agent.document)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return known

    def forget(self) -> None:
        """Blocks were loaded again: what was said before may be wrong now."""
        self._known.clear()
