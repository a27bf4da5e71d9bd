"""Whether an argument is what a rule has in mind: globs, addresses, comparisons.

A rule that permits reads strictly: what is odd does not fit. A rule that forbids or asks reads
loosely: what is odd fits. So nothing is permitted by being written strangely.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from luban.forge.untrusted import clean
from luban.sdk.where import matches

_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_ODD = re.compile(r"[\s\\]")
_UP = re.compile(r"(^|/)(\.|%2e){2}(/|$)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}


def fits(value: Any, wanted: Any, *, strict: bool) -> bool:
    """Whether a value is one of those wanted: a pattern, a list of them, or `{"<": 5}`.

    Of a list all items have to fit where it is strict, else one of them.
    """
    if isinstance(wanted, list):
        return any(fits(value, each, strict=strict) for each in cast("list[Any]", wanted))
    if isinstance(value, list) and not isinstance(wanted, Mapping):
        items = [fits(each, wanted, strict=strict) for each in cast("list[Any]", value)]
        return bool(items) and (all(items) if strict else any(items))
    if isinstance(wanted, Mapping):
        return matches({"value": value}, {"value": wanted})
    if not isinstance(wanted, str):
        return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
    if not isinstance(value, str):
        return _as_text(value) == wanted or wanted == "*"
    if _ADDRESS.match(wanted):
        return _address_fits(value, wanted, strict=strict)
    return _glob(value, wanted, strict=strict)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _glob(value: str, pattern: str, *, strict: bool) -> bool:
    if not strict:
        return fnmatchcase(clean(value).casefold(), pattern.casefold())
    if "/" in pattern and (_UP.search(value) or "\\" in value):
        return False  # `reports/*` means what lies in there
    return fnmatchcase(value, pattern)


def _address_fits(value: str, pattern: str, *, strict: bool) -> bool:
    """By scheme, host and path: `*.example.org` is a host's end, not any text with it inside."""
    wanted = urlsplit(pattern)
    try:
        given = urlsplit(value.strip() if not strict else value)
        ports = (_port(given), _port(wanted))
    except ValueError:
        return not strict
    odd = bool(
        _ODD.search(value)
        or clean(value) != value
        or given.username is not None
        or given.password is not None
        or _UP.search(given.path)
        or not _HOST.fullmatch(given.hostname or "")
    )
    if odd and strict:
        return False
    same_port = ports[0] == ports[1] or not strict
    scheme = wanted.scheme in (given.scheme.lower(), "*") or not strict
    return (
        scheme
        and same_port
        and _host_fits(given.hostname or "", wanted.hostname or "")
        and ((odd and not strict) or fnmatchcase(given.path or "/", wanted.path or "/"))
    )


def _host_fits(host: str, pattern: str) -> bool:
    host = host.rstrip(".")
    if pattern == "*":
        return bool(host)
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern.rstrip(".")


def _port(address: SplitResult) -> int | None:
    return address.port or _PORTS.get(address.scheme.lower())
