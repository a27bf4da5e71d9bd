"""Secrets that are kept elsewhere: `env:NAME`, `file:name`, and vaults of others by their name."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from luban.model.errors import InvalidValue
from luban.sdk.http import Http
from luban.vault.external.addresses import Address, check_path, parse_address
from luban.vault.external.built_in import EnvironmentSecrets, FileSecrets
from luban.vault.external.settings import SourceSettings, open_source, read_rows

__all__ = ["ExternalSecrets", "SourceSettings", "read_rows"]

KEPT = 60.0
"""Seconds for which a secret is not asked for again."""
_MOST = 500


class Source(Protocol):
    """One place. Raises `SecretNotFound`, `SecretRefused`, `SecretUnreachable`."""

    prefix: str
    """What paths begin with; `{team}` in it keeps those of teams apart."""

    async def read(self, path: str) -> Mapping[str, str]: ...


class ExternalSecrets:
    """`Secrets` over several places, each read at most once a minute for the same path."""

    def __init__(
        self, sources: Mapping[str, Source], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._sources = dict(sources)
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Mapping[str, str]]] = {}

    @classmethod
    def of_settings(
        cls,
        rows: Sequence[SourceSettings],
        *,
        environment: Mapping[str, str],
        home: Path,
        http: Http,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> ExternalSecrets:
        built_in: dict[str, Source] = {
            "env": EnvironmentSecrets(environment),
            "file": FileSecrets(home / "secrets"),
        }
        return cls(built_in | {row.name: open_source(row, http) for row in rows}, monotonic)

    def check(self, owner: str, address: str, *, manager: bool) -> None:
        """As `luban.ports.vault.Secrets.check` says."""
        parsed = self._parsed(address)
        prefix = self._sources[parsed.source].prefix
        if manager:
            return
        if "{team}" not in prefix or not parsed.path.startswith(prefix.format(team=owner)):
            own = prefix.format(team=owner) if "{team}" in prefix else ""
            raise InvalidValue(
                name="external",
                value=address,
                expected=f"it must begin with `{parsed.source}:{own}`"
                if own
                else "only administrators may name secrets of the server",
                expected_zh=f"必须以 `{parsed.source}:{own}` 开头"
                if own
                else "只有管理员可以引用服务器的机密",
            )

    async def read(self, owner: str, address: str) -> Mapping[str, str]:
        """As `luban.ports.vault.Secrets.read` says."""
        parsed = self._parsed(address)
        whole = await self._whole(parsed)
        if not parsed.field:
            return whole
        return {"": whole[parsed.field]} if parsed.field in whole else {}

    async def _whole(self, parsed: Address) -> Mapping[str, str]:
        key, now = f"{parsed.source}:{parsed.path}", self._monotonic()
        known = self._known.get(key)
        if known is not None and now - known[0] < KEPT:
            return known[1]
        found = await self._sources[parsed.source].read(parsed.path)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (now, found)
        return found

    def _parsed(self, address: str) -> Address:
        parsed = parse_address(address)
        if parsed.source not in self._sources:
            names = ", ".join(f"`{name}:`" for name in self._sources)
            raise InvalidValue(
                name="external",
                value=address,
                expected=f"it must begin with one of {names}",
                expected_zh=f"必须以其中之一开头：{names}",
            )
        check_path(parsed, address)
        return parsed
