"""Web addresses that others wrote, taken apart without stumbling over what is none."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

_NONE = urlsplit("")


def parts_of(text: object) -> SplitResult:
    """The parts; all empty for what is no address, or names no host or an impossible port."""
    if not isinstance(text, str):
        return _NONE
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return _NONE
    return parts if usable else _NONE


def place_of(url: str) -> str:
    """`host:port`, as lists of allowed hosts have it."""
    parts = parts_of(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
