"""Addresses as people type them, and as errors may show them."""

from __future__ import annotations

import re

_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)+([:/?#]|$)")


def address(text: str) -> str:
    """The address as people type it: `example.com` becomes `https://example.com`."""
    text = text.strip()
    return f"https://{text}" if _BARE_HOST.match(text) else text


def shown(url: str) -> str:
    """The address without its parameters, where keys often stand."""
    return url.partition("?")[0].partition("#")[0]
