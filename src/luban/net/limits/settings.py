"""The limits an administrator set, by the names of providers and hosts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from luban.model.errors import InvalidValue
from luban.ports.limits import LimitKey, ProviderLimit

_FIELDS = ProviderLimit._fields
_MOST = 1e12
_NONE = ProviderLimit()


class Named(NamedTuple):
    """A limit, and what the setting calls it."""

    name: str
    limit: ProviderLimit


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """`[limits."api.example.com"]` tables: a host, `host:port`, an origin, or a provider's name."""

    limits: Mapping[str, ProviderLimit] = field(default_factory=dict[str, ProviderLimit])
    default: ProviderLimit = _NONE

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> LimitSettings:
        """The tables as luban.toml or `LUBAN_LIMITS` give them. Raises `InvalidValue`."""
        return cls({str(name).lower(): _limit(str(name), row) for name, row in written.items()})

    def find(self, key: LimitKey) -> Named | None:
        """The setting of a key, if there is one; keys that share one are limited together."""
        for name in (key.name, *key.names):
            if name in self.limits:
                return Named(name, self.limits[name])
        return None

    def named(self, name: str) -> ProviderLimit:
        """The limit of a key as the store names it."""
        return self.limits.get(name) or self.limits.get(name.partition("#")[0]) or self.default


def _limit(name: str, row: object) -> ProviderLimit:
    if not isinstance(row, Mapping) or not row:
        raise InvalidValue(
            name=f"limits.{name}",
            value=row,
            expected=f"it must be a table with any of {', '.join(_FIELDS)}",
            expected_zh=f"必须是一个表，可包含：{'、'.join(_FIELDS)}",
        )
    row = cast("Mapping[str, object]", row)
    for field_name in row:
        if field_name not in _FIELDS:
            raise InvalidValue(
                name=f"limits.{name}.{field_name}",
                value=row[field_name],
                expected=f"there is no such limit; there are {', '.join(_FIELDS)}",
                expected_zh=f"没有这种上限；可用的有：{'、'.join(_FIELDS)}",
            )
    concurrent = _above_zero(name, "concurrent", row, whole=True)
    return ProviderLimit(
        _above_zero(name, "requests_per_minute", row),
        _above_zero(name, "tokens_per_minute", row),
        None if concurrent is None else int(concurrent),
    )


def _above_zero(
    name: str, field_name: str, row: Mapping[str, object], *, whole: bool = False
) -> float | None:
    value = row.get(field_name)
    if value is None:
        return None
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0
    if not 0 < number < _MOST or (whole and number != int(number)):
        kind, kind_zh = ("whole number", "整数") if whole else ("number", "数字")
        raise InvalidValue(
            name=f"limits.{name}.{field_name}",
            value=value,
            expected=f"it must be a {kind} above 0; leave it out for no limit",
            expected_zh=f"必须是大于 0 的{kind_zh}；不设上限请删除该项",
        )
    return float(number)
