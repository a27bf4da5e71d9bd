"""Caps: how much of the workers an owner may have, by default or as set."""

from __future__ import annotations

from luban.model.errors import InvalidValue
from luban.ports.stores import Caps, RunStore, StateStore

_SCOPE, _KEY = "luban", "caps"
_OWN = "own"
_MOST = 1e6


class OwnerCaps:
    """The caps of an owner; who has none of their own has those of the installation.

    The store only knows caps of owners, so the default is written there before an owner's first
    run, and again when it is another than the one that was written.
    """

    def __init__(self, runs: RunStore, state: StateStore, default: Caps) -> None:
        self._runs = runs
        self._state = state
        self._default = default
        self._settled: set[str] = set()

    async def get(self, owner: str) -> Caps:
        await self.settle(owner)
        return await self._runs.caps(owner)

    async def set(self, owner: str, caps: Caps) -> Caps:
        """Gives an owner caps of their own, also none at all. Raises `InvalidValue`."""
        if not 0 < caps.weight <= _MOST:
            raise _wrong("weight", caps.weight, "a number above 0", "大于 0 的数字")
        if caps.running is not None and caps.running < 1:
            raise _wrong("running", caps.running, "at least 1, or null", "不小于 1 的整数或 null")
        if caps.queued is not None and caps.queued < 0:
            raise _wrong("queued", caps.queued, "at least 0, or null", "不小于 0 的整数或 null")
        await self._runs.set_caps(owner, caps)
        await self._state.set(owner, _SCOPE, _KEY, _OWN)
        return caps

    async def reset(self, owner: str) -> Caps:
        """Gives an owner the caps of the installation again."""
        await self._write_default(owner)
        return self._default

    async def settle(self, owner: str) -> None:
        """Sees to it that the store has the caps that hold for an owner."""
        if owner in self._settled:
            return
        written = await self._state.get(owner, _SCOPE, _KEY)
        stored = await self._runs.caps(owner)
        if written != _OWN and stored != self._default:
            ours = Caps() if written is None else Caps.model_validate(written)
            if stored == ours:  # anything else was set past us, and stays
                await self._write_default(owner)
        self._settled.add(owner)

    async def _write_default(self, owner: str) -> None:
        await self._runs.set_caps(owner, self._default)
        await self._state.set(owner, _SCOPE, _KEY, self._default.model_dump())


def _wrong(name: str, value: object, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(
        name=name,
        value=value,
        expected=f"it must be {expected}",
        expected_zh=f"必须是{expected_zh}",
    )
