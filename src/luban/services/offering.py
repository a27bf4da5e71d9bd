"""What an owner offers to programs of others as tools: agents, and the blocks that are allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from luban.model.block import Role
from luban.model.errors import LubanError
from luban.model.run import Run
from luban.ports.stores import Slice
from luban.sdk.code import BlockSource
from luban.sdk.tools import ToolUnknown, UsableTool, inputs_for, tool_of_block, with_own_names
from luban.services.agents import Agents
from luban.services.blocks import Blocks
from luban.services.model_talk import HiddenAgent
from luban.services.offered_tools import OfferedTools
from luban.services.runs import Runs
from luban.services.talking import Talking

TRIGGER = "mcp"
MOST = 200
"""Agents that are offered: those changed last."""


class Offered(NamedTuple):
    """A tool, and the names of the outputs it has if they are known."""

    tool: UsableTool
    outputs: tuple[str, ...] = ()


class Offering:
    """Tools by name, and runs of them; `allowed` are ids of blocks, or how they begin and `*`."""

    def __init__(
        self,
        agents: Agents,
        offered: OfferedTools,
        runs: Runs,
        talking: Talking,
        palette: Blocks,
        blocks: BlockSource,
        allowed: Sequence[str] = (),
    ) -> None:
        self._agents = agents
        self._offered = offered
        self._runs = runs
        self._talking = talking
        self._palette = palette
        self._blocks = blocks
        self._allowed = tuple(allowed)

    async def tools(self, owner: str) -> list[Offered]:
        """Agents that can run, then blocks; each under a name of its own."""
        page = await self._agents.list(owner, Slice(page_size=MOST))
        found: list[UsableTool] = []
        for detail in page.items:
            if any(each.severity == "error" for each in detail.findings):
                continue
            try:
                found += await self._offered.list(owner, [f"agent:{detail.agent.id}"])
            except LubanError:  # deleted meanwhile, or its published version cannot be read
                continue
        found += self._of_blocks()
        return [Offered(tool) for tool in with_own_names(found)]

    async def start(
        self, owner: str, name: str, arguments: Mapping[str, Any], *, once: str | None = None
    ) -> Run:
        """Raises `ToolUnknown`, `UnknownArgument`, and what starting a run raises."""
        tools = [each.tool for each in await self.tools(owner)]
        tool = next((each for each in tools if name in (each.name, each.target)), None)
        if tool is None:
            raise ToolUnknown(name, "ask for the list of tools again.", "请重新获取工具列表。")
        inputs = inputs_for(tool, arguments)
        if tool.kind == "block":
            return await self._talking.hidden(
                owner, self._around(tool.target, inputs), inputs, trigger=TRIGGER, trigger_key=once
            )
        agent = await self._agents.get(owner, tool.target)
        version = "draft" if agent.published_version is None else "published"
        return await self._runs.start(
            owner, agent.id, inputs, version=version, trigger=TRIGGER, trigger_key=once
        )

    def _of_blocks(self) -> list[UsableTool]:
        specs = self._palette.list() if self._allowed else []
        return [
            tool_of_block(spec)
            for spec in specs
            if spec.role is Role.STEP and not spec.unmet and self._is_allowed(spec.id)
        ]

    def _is_allowed(self, block: str) -> bool:
        return any(
            block.startswith(each[:-1]) if each.endswith("*") else block == each
            for each in self._allowed
        )

    def _around(self, block: str, inputs: Mapping[str, Any]) -> HiddenAgent:
        """A graph of one block; only the inputs that are given are nodes of it."""
        code = self._blocks.find(block)
        if code is None:
            raise ToolUnknown(block, "it is gone.", "该模块已不存在。")
        nodes: dict[str, Any] = {"use": {"block": block}}
        links: list[str] = []
        for name in sorted(inputs):
            nodes[f"in_{name}"] = {"block": "io.input", "with": {"name": name}}
            links.append(f"in_{name}.value -> use.{name}")
        for pin in code.spec.outputs:
            nodes[f"out_{pin.name}"] = {"block": "io.output", "with": {"name": pin.name}}
            links.append(f"use.{pin.name} -> out_{pin.name}.value")
        document = {"luban": 1, "name": code.spec.title, "nodes": nodes, "links": links}
        return HiddenAgent(f"block_{block.replace('.', '_')}", document)
