"""Small values of agents and users in memory."""

from __future__ import annotations

from typing import Any

from luban.model.values import decode, encode
from luban.storage.memory.tables import Tables


class MemoryStateStore:
    """`StateStore` over `Tables`; values are kept as bytes, so nobody shares them."""

    def __init__(self, tables: Tables) -> None:
        self._state = tables.state

    async def get(self, owner: str, scope: str, key: str) -> Any:
        content = self._state.get((owner, scope, key))
        return None if content is None else decode(content)

    async def set(self, owner: str, scope: str, key: str, value: Any) -> None:
        self._state[owner, scope, key] = encode(value)
