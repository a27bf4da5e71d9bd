"""How requests prove who asks, and keep another try from being a second order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.sdk import Context

MAKES_NEW = frozenset({"POST", "PATCH"})
USUAL = "Idempotency-Key"
NONE = "none"


async def proven(
    ctx: Context, url: str, headers: Mapping[str, str], query: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and parameters with those of the node's credential, which goes to its hosts alone.

    What the credential says replaces headers of the same name.
    """
    opened = await ctx.find_credential()
    if opened is None:
        return dict(headers), dict(query)
    proof = opened.headers(url)
    names = {name.lower() for name in proof}
    kept = {name: value for name, value in headers.items() if name.lower() not in names}
    return {**kept, **proof}, {**query, **opened.query(url)}


def with_key(headers: Mapping[str, Any], method: str, name: str, ctx: Context) -> dict[str, str]:
    """The headers with the step's key, under the name the service knows it by.

    Under the usual name it goes with what makes something new, under another with every method.
    """
    given = {each: str(value) for each, value in headers.items()}
    wanted = name.lower() != NONE and (name.lower() != USUAL.lower() or method in MAKES_NEW)
    if wanted and name.lower() not in {each.lower() for each in given}:
        given[name] = ctx.idempotency_key
    return given
