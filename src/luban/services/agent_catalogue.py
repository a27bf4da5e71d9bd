"""`Catalogue` of a step: the blocks there are, its owner's agents, and what its run proposes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from luban.model.block import BlockSpec
from luban.model.errors import LubanError, NotFound
from luban.model.finding import Finding
from luban.model.graph_changes import nodes_of
from luban.sdk.catalogue import Proposed
from luban.services.agents import Agents
from luban.services.block_search import best
from luban.services.blocks import Blocks
from luban.services.checking import Checking
from luban.services.proposals import Proposals, change_text

Tree = dict[str, Any]

_FENCE = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)
_NEAR = 5
_PLACES = ("at", "size", "color", "collapsed")


class AgentCatalogue:
    """What one run may know and propose."""

    def __init__(
        self,
        blocks: Blocks,
        checking: Checking,
        agents: Agents,
        proposals: Proposals,
        owner: str,
        run_id: str,
    ) -> None:
        self._blocks = blocks
        self._checking = checking
        self._agents = agents
        self._proposals = proposals
        self._owner = owner
        self._run_id = run_id

    async def search(self, query: str, limit: int = 10) -> list[BlockSpec]:
        return best(self._blocks.list(), query, limit)

    async def describe(self, blocks: Sequence[str]) -> list[BlockSpec]:
        return [self._block(each) for each in blocks]

    async def agent(self, agent: str) -> str:
        from luban.interop import agent_file  # only here: the YAML library is slow to import

        found = await self._agents.named(self._owner, agent)
        return agent_file.dump(_without_places(found.document))

    async def check(self, text: str) -> list[Finding]:
        from luban.interop import agent_file  # only here: the YAML library is slow to import

        try:
            document = self._checking.imported(agent_file.load(unfenced(text)))
        except LubanError as error:
            return [Finding(code=error.code, message=str(error), message_zh=error.message_zh)]
        return self._checking.document(document).findings

    async def propose(self, text: str, summary: str, agent: str = "") -> Proposed:
        made = await self._proposals.propose(
            self._owner, self._run_id, unfenced(text), summary, agent
        )
        return Proposed(made.id, [change_text(each) for each in made.changes], made.warnings)

    def _block(self, block_id: str) -> BlockSpec:
        try:
            return self._blocks.get(block_id)
        except NotFound as error:
            words = block_id.replace(".", " ").replace("_", " ")
            near = [each.id for each in best(self._blocks.list(), words, _NEAR)]
            raise NotFound(
                what="block",
                what_zh="模块",
                name=block_id,
                way_out=f"Near it are: {', '.join(near) or 'none'}.",
                way_out_zh=f"相近的有：{'、'.join(near) or '无'}。",
            ) from error

    async def proposed(self) -> Proposed | None:
        made = await self._proposals.find(self._owner, self._run_id)
        if made is None:
            return None
        return Proposed(made.id, [change_text(each) for each in made.changes], made.warnings)


def unfenced(text: str) -> str:
    """The text without the fence that models like to put around it."""
    fenced = _FENCE.fullmatch(text.strip())
    return fenced[1] if fenced else text


def _without_places(document: Tree) -> Tree:
    """Where nodes stand says nothing to a model, and stays as it is without being said."""
    nodes = {
        name: {key: value for key, value in node.items() if key not in _PLACES}
        if isinstance(node, dict)
        else node
        for name, node in nodes_of(document).items()
    }
    return {**{key: value for key, value in document.items() if key != "meta"}, "nodes": nodes}


class Catalogues:
    """Makes the catalogue of a run."""

    def __init__(
        self, blocks: Blocks, checking: Checking, agents: Agents, proposals: Proposals
    ) -> None:
        self._made_of = (blocks, checking, agents, proposals)

    def of_run(self, owner: str, run_id: str) -> AgentCatalogue:
        return AgentCatalogue(*self._made_of, owner, run_id)
