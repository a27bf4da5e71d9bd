"""The tools of a context made of memory: as a test gives them, instead of a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

from luban.model.block import Effect, Role
from luban.sdk.code import BlockCode
from luban.sdk.errors import BlockError
from luban.sdk.tools import (
    ToolUnknown,
    UsableTool,
    fit_name,
    tool_of_block,
    with_own_names,
)

Given = UsableTool | str | BlockCode | Mapping[str, Any] | Any
"""A tool, a block or the id of one, or by name: `block`, `name`, `title`, `with` (constants);
or `agent`, `name`, `title`, `description`, `parameters`."""


class LinkedBlock(NamedTuple):
    """What a tool of kind `node` runs in a test."""

    block: str
    constants: Mapping[str, Any]


class MemoryTools:
    """`given` are linked to the step, or offered by an agent or a server; blocks are found."""

    def __init__(
        self,
        given: Sequence[Given],
        find: Callable[[str], BlockCode],
        names: Iterable[str],
        agents: Iterable[str],
    ) -> None:
        self._find = find
        self._names = sorted(names)
        self._agents = list(agents)
        self.linked: dict[str, LinkedBlock] = {}
        self._tools = with_own_names([self._tool(each) for each in given])

    def list(self, wanted: Sequence[str]) -> list[UsableTool]:
        """As `Context.tools`. Raises `ToolUnknown`."""
        found = [tool for tool in self._tools if not tool.source.startswith("mcp:")]
        for each in wanted:
            found += self.wanted(each)
        return with_own_names(found)

    def wanted(self, wanted: str) -> list[UsableTool]:
        """Those of one entry. Raises `ToolUnknown`."""
        kind, _, name = wanted.partition(":")
        if kind == "block":
            return [self._of_block(wanted, name)]
        if kind == "family":
            return [tool_of_block(self._find(each).spec) for each in self._family(name)]
        if kind == "agent" and name in self._agents:
            return [_agent({"agent": name})]
        server, _, tool = name.partition("/")
        found = [
            each
            for each in self._tools
            if each.source == f"mcp:{server}" and tool in ("", each.name, each.fixed.get("tool"))
        ]
        if kind == "mcp" and found:
            return found
        raise ToolUnknown(wanted, "the test has none of that name.", "测试中没有这个名称。")

    def _of_block(self, wanted: str, name: str) -> UsableTool:
        try:
            return tool_of_block(self._find(name).spec)
        except BlockError as error:
            raise ToolUnknown(wanted, str(error), error.message_zh) from error

    def _family(self, prefix: str) -> list[str]:
        return [
            name
            for name in self._names
            if name.startswith(prefix)
            and self._find(name).spec.id == name
            and self._find(name).spec.role is Role.STEP
        ]

    def _tool(self, given: Given) -> UsableTool:
        if isinstance(given, UsableTool):
            return given
        if isinstance(given, Mapping):
            told = cast("Mapping[str, Any]", given)
            return _agent(told) if "agent" in told else self._node(told)
        return self._node({"block": given})

    def _node(self, told: Mapping[str, Any]) -> UsableTool:
        block: Any = told["block"]
        code = block if isinstance(block, BlockCode) else self._find(_id_of(block))
        constants: Mapping[str, Any] = told.get("with") or {}
        tool = tool_of_block(
            code.spec,
            kind="node",
            name=str(told.get("name") or ""),
            title=str(told.get("title") or ""),
            fixed=constants,
        )
        tool = replace(tool, target=tool.name)
        self.linked[tool.target] = LinkedBlock(code.spec.id, constants)
        return tool


def _id_of(block: Any) -> str:
    if isinstance(block, str):
        return block
    declared: Any = getattr(block, "id", None) or block.__luban_block__["id"]
    return str(declared)


def _agent(told: Mapping[str, Any]) -> UsableTool:
    name = str(told["agent"])
    return UsableTool(
        name=fit_name(str(told.get("name") or ""), name),
        title=str(told.get("title") or name),
        description=str(told.get("description") or ""),
        parameters=told.get("parameters") or {"type": "object", "properties": {}},
        effect=Effect.IDEMPOTENT,
        kind="agent",
        target=name,
        source="agent",
    )
