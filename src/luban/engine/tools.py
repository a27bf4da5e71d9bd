"""The tools a step may use: nodes linked to its own, blocks, and what the world offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from luban.model.block import BlockSpec, Role
from luban.sdk.tools import ToolUnknown, UsableTool, tool_of_block, with_own_names

if TYPE_CHECKING:
    from luban.engine.context import RunScope
    from luban.engine.plan import CalledBlocks, NodePlan

_BLOCK, _FAMILY = "block:", "family:"
_ELSEWHERE = ("agent:", "mcp:")


async def tools_of(
    node: NodePlan, scope: RunScope, wanted: tuple[str, ...], pin: str
) -> list[UsableTool]:
    """Those linked to a pin of the node, then those wanted, each once. Raises `ToolUnknown`."""
    found = [tool_of_node(tool) for tool in node.tools.get(pin, ())]
    for each in wanted:
        if each.startswith(_BLOCK):
            found.append(_of_block(each, scope.called))
        elif each.startswith(_FAMILY):
            found += _of_family(each, scope.called, node)
        elif each.startswith(_ELSEWHERE):
            found += await scope.world.tools(scope.owner, [each])
        else:
            raise ToolUnknown(
                each,
                "tools are wanted as `block:ID`, `family:PREFIX`, `agent:NAME`, `mcp:SERVER` or "
                "`mcp:SERVER/TOOL`.",
                "请写成 `block:ID`、`family:前缀`、`agent:名称`、`mcp:服务器` 或 "
                "`mcp:服务器/工具`。",
            )
    return with_own_names(found)


def linked_tool(node: NodePlan, tool: UsableTool) -> NodePlan:
    """The node that a tool of kind `node` runs.

    Raises `ToolUnknown` if it is not linked to this one, whatever a record or a model says.
    """
    linked = {each.id: each for tools in node.tools.values() for each in tools}
    found = linked.get(tool.target)
    if found is None:
        known = ", ".join(f"`{each}`" for each in linked)
        raise ToolUnknown(
            tool.target,
            f"no node of that name is linked to the tools of `{node.id}`; "
            + (f"there are {known}." if linked else "there is none."),
            f"没有以此为名的节点连接到“{node.id}”的工具端口；"
            + (f"现有：{'、'.join(linked)}。" if linked else "尚未连接任何节点。"),
        )
    return found


def tool_of_node(node: NodePlan) -> UsableTool:
    """A node as a tool; its constants are no arguments, and win over them."""
    assert node.code is not None  # nodes with a body are no tools
    return tool_of_block(
        node.code.spec,
        kind="node",
        target=node.id,
        name=node.id,
        title=node.node.title,
        fixed=node.constants,
    )


def _of_block(wanted: str, called: CalledBlocks) -> UsableTool:
    name = wanted.removeprefix(_BLOCK)
    node = called.find(name)
    if node is None or node.code is None:
        raise ToolUnknown(
            wanted,
            f"the block `{name}` is not installed; `luban blocks` lists those that are.",
            f"模块“{name}”未安装；`luban blocks` 会列出已安装的模块。",
        )
    spec = node.code.spec
    if spec.role is not Role.STEP:
        raise ToolUnknown(
            wanted,
            f"the block `{name}` is for the edge of a graph, and no step of its own.",
            f"模块“{name}”用于流程的边界，本身不是步骤。",
        )
    for unmet in spec.unmet:
        raise ToolUnknown(wanted, unmet.message, unmet.message_zh)
    return tool_of_block(spec)


def _of_family(wanted: str, called: CalledBlocks, node: NodePlan) -> Iterator[UsableTool]:
    """What can be used here of a family, without the block that asks."""
    own = node.code.spec.id if node.code is not None else ""
    prefix = wanted.removeprefix(_FAMILY)
    family = called.family(prefix) if prefix else []
    if not family:
        raise ToolUnknown(
            wanted,
            f"no block has an id that begins with `{prefix}`; `luban blocks` lists them.",
            f"没有 id 以“{prefix}”开头的模块；`luban blocks` 会列出所有模块。",
        )
    return (tool_of_block(spec) for spec in family if spec.id != own and _is_usable(spec))


def _is_usable(spec: BlockSpec) -> bool:
    return spec.role is Role.STEP and not spec.unmet
