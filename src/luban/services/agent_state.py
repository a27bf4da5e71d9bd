"""Small values that blocks keep: as steps reach them, and as people look at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from luban.model.errors import LubanError, NotFound
from luban.model.values import encode
from luban.ports.stores import Page, Slice, StateStore, StoredValue
from luban.services.agents import Agents

LARGEST = 1_000_000


class ValueTooLarge(LubanError):
    """State is read and written whole; what is larger belongs into a file, a table or an index."""

    code = "value_too_large"
    status = 422
    en = (
        "The value of `{key}` would have {bytes} bytes, and {most} are allowed. Keep large things "
        "in a file, and many things in a table."
    )
    zh = "“{key}”的值将达到 {bytes} 字节，上限为 {most}。较大的内容请存为文件，较多的条目请存入表。"


def scope_of(scope: str, agent_id: str) -> str:
    """What a scope is called where values are kept."""
    return f"agent:{agent_id}" if scope == "agent" else scope


class AgentState:
    """`State` of the block author's kit: values of one agent, or of its owner."""

    def __init__(self, store: StateStore, owner: str, agent_id: str) -> None:
        self._store = store
        self._owner = owner
        self._agent_id = agent_id

    async def get(self, key: str, default: Any = None, *, scope: str = "agent") -> Any:
        value = await self._store.get(self._owner, scope_of(scope, self._agent_id), key)
        return default if value is None else value

    async def set(self, key: str, value: Any, *, scope: str = "agent") -> None:
        _check(key, value)
        await self._store.set(self._owner, scope_of(scope, self._agent_id), key, value)

    async def update(
        self, key: str, change: Callable[[Any], Any], *, scope: str = "agent", once: str = ""
    ) -> Any:
        def checked(value: Any) -> Any:
            made = change(value)
            _check(key, made)
            return made

        place = scope_of(scope, self._agent_id)
        return await self._store.update(self._owner, place, key, checked, once=once)

    async def delete(self, key: str, *, scope: str = "agent") -> bool:
        return await self._store.delete(self._owner, scope_of(scope, self._agent_id), key)

    async def keys(self, prefix: str = "", *, limit: int = 1000, scope: str = "agent") -> list[str]:
        place = scope_of(scope, self._agent_id)
        found = await self._store.list(self._owner, place, Slice(page_size=limit), prefix=prefix)
        return [each.key for each in found.items]


class AgentStates:
    """What people see of it, agent by agent."""

    def __init__(self, store: StateStore, agents: Agents) -> None:
        self._store = store
        self._agents = agents

    async def list(
        self, owner: str, agent_id: str, part: Slice, *, scope: str = "agent", prefix: str = ""
    ) -> Page[StoredValue]:
        """Raises `NotFound`."""
        await self._agents.get(owner, agent_id)
        return await self._store.list(owner, scope_of(scope, agent_id), part, prefix=prefix)

    async def delete(self, owner: str, agent_id: str, key: str, *, scope: str = "agent") -> None:
        """Raises `NotFound`."""
        await self._agents.get(owner, agent_id)
        if not await self._store.delete(owner, scope_of(scope, agent_id), key):
            raise NotFound(
                what="value",
                what_zh="值",
                name=key,
                way_out="`luban agent state` lists the keys there are.",
                way_out_zh="可用 `luban agent state` 列出已有的键。",
            )


def _check(key: str, value: Any) -> None:
    if isinstance(value, (int, float, bool)) or value is None:
        return
    size = len(encode(value))
    if size > LARGEST:
        raise ValueTooLarge(key=key, bytes=size, most=LARGEST)
