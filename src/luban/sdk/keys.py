"""How the things a step asks for by durable verbs are told apart: by a key, else by a number."""

from __future__ import annotations

import re

from luban.sdk.errors import VerbMisused

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class Keys:
    """Those of one attempt; `once` says that the step's block has the effect ONCE."""

    __slots__ = ("_asked", "_node", "_once", "_used")

    def __init__(self, node: str, *, once: bool) -> None:
        self._node = node
        self._once = once
        self._asked = 0
        self._used: set[str] = set()

    def take(self, verb: str, key: str | None) -> str:
        """The key given, or the next number. Raises `VerbMisused`."""
        if self._once:
            raise VerbMisused(
                verb=verb,
                node=self._node,
                cause="its block has the effect ONCE; put what must not happen twice into a "
                "`step` with that effect, and give the block the effect IDEMPOTENT",
                cause_zh="该模块的效果为 ONCE；请把不可重复的部分放进带此效果的 `step`，并将模块的"
                "效果改为 IDEMPOTENT",
            )
        if key is None:
            key, self._asked = str(self._asked), self._asked + 1
        elif not _KEY.fullmatch(key) or key in self._used:
            raise VerbMisused(
                verb=verb,
                node=self._node,
                cause=f"the key {key!r} was used before, or is no name of letters, digits, - and _",
                cause_zh=f"键 {key!r} 已被使用过，或不是由字母、数字、- 和 _ 组成的名称",
            )
        else:
            self._used.add(key)
        return key
