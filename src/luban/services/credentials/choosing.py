"""Which credential a node means: the one it names, or the only one of the provider."""

from __future__ import annotations

from collections.abc import Sequence

from luban.model.block import CredentialNeed
from luban.model.graph import Node
from luban.ports.stores import Slice
from luban.ports.vault import Credential, CredentialStore
from luban.sdk.code import BlockSource
from luban.sdk.credential import ANY
from luban.services.credentials.errors import CredentialMissing

_FEW = 3


def wanted_by(node: Node, blocks: BlockSource) -> Sequence[CredentialNeed]:
    """What the block of a node declares."""
    code = blocks.find(node.block) if node.block else None
    return code.spec.credentials if code is not None else ()


def named_by(node: Node) -> list[str]:
    """All credentials a node names."""
    written = node.credential
    if not written:
        return []
    return [written] if isinstance(written, str) else list(written.values())


def named_for(node: Node, provider: str) -> str | None:
    """The one a node names for a provider; one that is named alone is for whichever is wanted."""
    written = node.credential
    if isinstance(written, dict):
        return written.get(provider)
    return written or None


async def choose(
    store: CredentialStore, owner: str, node: str, provider: str, named: str | None
) -> Credential:
    """Raises `CredentialMissing`."""
    if named:
        found = await store.find(owner, named) or await store.find_named(owner, named)
        if found is None:
            cause, cause_zh = f"there is none called `{named}`", f"没有名为“{named}”的凭据"
            raise CredentialMissing(node, _title(provider), cause, cause_zh)
        if provider not in (ANY, found.provider):
            cause = f"`{named}` is one of {found.provider}"
            cause_zh = f"“{named}”属于 {found.provider}"
            raise CredentialMissing(node, provider, cause, cause_zh, is_of=found.provider)
        return found
    if provider == ANY:
        raise CredentialMissing(node, _title(provider), "none is chosen", "尚未选择")
    page = await store.list(owner, Slice(page_size=_FEW), provider=provider)
    if page.total == 1:
        return page.items[0]
    if page.total == 0:
        raise CredentialMissing(node, provider, "there is none", "还没有添加")
    names = ", ".join(f"`{each.name}`" for each in page.items)
    raise CredentialMissing(
        node,
        provider,
        f"there are {page.total} ({names}), and none is chosen",
        f"共有 {page.total} 个（{names}），尚未选择",
    )


def _title(provider: str) -> str:
    return "?" if provider == ANY else provider
