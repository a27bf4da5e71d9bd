"""Whether a team may run the blocks of a graph at all: findings of its owner's graph."""

from __future__ import annotations

from luban.model.finding import Finding, Remark, Severity
from luban.model.graph import Graph
from luban.sdk.code import BlockSource
from luban.services.credentials.uses import nodes_of
from luban.services.shell_permission import ShellPermission

NOT_HERE = Remark(
    "block_not_permitted",
    "The block `{block}` of the node `{node}` does not run in this team: not everybody in it who "
    "may change agents has the permission `{permission}`.",
    "节点“{node}”的模块“{block}”不能在此团队运行：可修改智能体的成员并非都有“{permission}”权限。",
    "Move the agent to a team of administrators, or use another block.",
    "请将智能体移到只有管理员的团队，或改用其他模块。",
    Severity.WARNING,
)


class PermissionCheck:
    """Asked when an agent is checked; a step asks again before it runs."""

    def __init__(self, shell: ShellPermission, blocks: BlockSource) -> None:
        self._shell = shell
        self._blocks = blocks

    async def findings(self, owner: str, graph: Graph) -> list[Finding]:
        asking = [
            (path, code.spec)
            for path, node in nodes_of(graph.nodes)
            if not node.disabled and node.block is not None
            if (code := self._blocks.find(node.block)) is not None and code.spec.permission
        ]
        if not asking or await self._shell.holds(owner):
            return []
        return [
            NOT_HERE.at(node=path, block=spec.id, permission=spec.permission)
            for path, spec in asking
        ]
