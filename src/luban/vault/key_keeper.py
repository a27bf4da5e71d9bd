"""The key ring as those see it who look after it: which keys there are, and a new one."""

from __future__ import annotations

from luban.ports.vault import KeysAreGiven
from luban.vault.key_ring import KeyRing, new_key
from luban.vault.key_sources import KeySources


class KeyKeeper:
    """`Keys` over a ring and where it comes from; without sources, keys live in memory alone."""

    def __init__(self, ring: KeyRing, sources: KeySources | None = None) -> None:
        self._ring = ring
        self._sources = sources

    @property
    def current(self) -> str:
        return self._ring.current.id

    @property
    def ids(self) -> list[str]:
        return self._ring.ids

    @property
    def given(self) -> bool:
        return self._sources is None or self._sources.from_outside

    def add(self) -> str:
        if self._sources is None or self._sources.from_outside:
            raise KeysAreGiven
        key = self._sources.add()
        self.read_again()
        return key.id

    def read_again(self) -> None:
        self._ring.read_again()


def open_keys(sources: KeySources | None) -> tuple[KeyRing, KeyKeeper]:
    """The ring of an installation; one of its own, gone with the process, without sources.

    Raises `BadKey`, `KeyFileOpen`, `KeyFileUnusable`, `KeyCommandFailed`.
    """
    ring = KeyRing.of(new_key()) if sources is None else sources.ring()
    return ring, KeyKeeper(ring, sources)
