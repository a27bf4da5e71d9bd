"""Small values of agents and users in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from luban.model.values import decode, encode
from luban.ports.clock import Clock
from luban.ports.stores import Page, Slice, StoredValue
from luban.storage.memory.tables import Tables, page


class MemoryStateStore:
    """`StateStore` over `Tables`; values are kept as bytes, so nobody shares them."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._state = tables.state
        self._done = tables.state_changes
        self._clock = clock

    async def get(self, owner: str, scope: str, key: str) -> Any:
        kept = self._state.get((owner, scope, key))
        return None if kept is None else decode(kept[0])

    async def set(self, owner: str, scope: str, key: str, value: Any) -> None:
        self._state[owner, scope, key] = (encode(value), self._clock.now())

    async def update(
        self, owner: str, scope: str, key: str, change: Callable[[Any], Any], *, once: str = ""
    ) -> Any:
        place = (owner, scope, key, once)
        if once and place in self._done:
            return decode(self._done[place])
        made = encode(change(await self.get(owner, scope, key)))
        self._state[owner, scope, key] = (made, self._clock.now())
        if once:
            self._done[place] = made
        return decode(made)

    async def delete(self, owner: str, scope: str, key: str) -> bool:
        return self._state.pop((owner, scope, key), None) is not None

    async def list(
        self, owner: str, scope: str, part: Slice, *, prefix: str = ""
    ) -> Page[StoredValue]:
        return page(
            [
                StoredValue(key, decode(content), at)
                for (of, within, key), (content, at) in sorted(self._state.items())
                if (of, within) == (owner, scope) and key.startswith(prefix)
            ],
            part,
        )
