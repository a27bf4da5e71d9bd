"""What the manifest of a block permits it to ask of its context."""

from __future__ import annotations

from luban.model.errors import LubanError
from luban.sdk.code import BlockCode


class NotPermitted(LubanError):
    """A block asks for something its manifest does not permit."""

    code = "permission_not_declared"
    status = 403
    en = (
        "The block `{block}` asks for `{permission}`, which its manifest does not permit. If it is "
        "to have that, add `{permission}` to `permissions` in its luban-blocks.toml."
    )
    zh = (
        "模块“{block}”需要“{permission}”权限，但其清单没有允许。"
        "如果应当允许，请在它的 luban-blocks.toml 的 `permissions` 中加入“{permission}”。"
    )


def permit(code: BlockCode | None, permission: str) -> None:
    """Raises `NotPermitted`; a block without a manifest may ask for everything."""
    if code is None or code.spec.permissions is None or permission in code.spec.permissions:
        return
    raise NotPermitted(block=code.spec.id, permission=permission)
