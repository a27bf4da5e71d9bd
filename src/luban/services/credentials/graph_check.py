"""Whether the credentials that a graph's nodes want are there: findings of its owner's graph."""

from __future__ import annotations

from luban.model.finding import Finding, Remark, Severity
from luban.model.graph import Graph
from luban.ports.vault import CredentialStore
from luban.sdk.code import BlockSource
from luban.sdk.credential import ANY
from luban.services.credentials.choosing import choose, named_by, named_for, wanted_by
from luban.services.credentials.errors import CredentialMissing
from luban.services.credentials.uses import nodes_of

MISSING = Remark(
    "missing_credential",
    "The node `{node}` needs a credential of {provider}: {cause}.",
    "节点“{node}”需要 {provider} 的凭据：{cause_zh}。",
    "Add it on the page Credentials, or choose one on the node.",
    "请在“凭据”页面添加，或在节点上选择一个。",
    Severity.WARNING,
)
UNUSED = Remark(
    "unused_credential",
    "The node `{node}` names the credential `{credential}`, and its block uses none.",
    "节点“{node}”指定了凭据“{credential}”，但其模块不使用凭据。",
    "Remove `credential` from the node.",
    "请从节点上删去 `credential`。",
    Severity.WARNING,
)


class CredentialCheck:
    """Checks graphs against what their owner has. A run that lacks one fails only where it asks."""

    def __init__(self, store: CredentialStore, blocks: BlockSource) -> None:
        self._store = store
        self._blocks = blocks

    async def findings(self, owner: str, graph: Graph) -> list[Finding]:
        found: list[Finding] = []
        for path, node in nodes_of(graph.nodes):
            if node.disabled or node.block is None:
                continue
            needs = wanted_by(node, self._blocks)
            if not needs and named_by(node) and self._blocks.find(node.block) is not None:
                found.append(UNUSED.at(node=path, credential=named_by(node)[0]))
            for need in needs:
                named = named_for(node, need.provider)
                if named is None and (need.optional or need.provider == ANY):
                    continue
                try:
                    await choose(self._store, owner, path, need.provider, named)
                except CredentialMissing as error:
                    told = {name: error.params[name] for name in ("provider", "cause", "cause_zh")}
                    found.append(MISSING.at(node=path, **told))
        return found
