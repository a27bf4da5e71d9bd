"""What models cost, as people read it: what is unknown is never nothing."""

from __future__ import annotations

from luban.cli.speech import say


def money(usd: float | None, unpriced: int = 0) -> str:
    """`$0.12`, `$0.12 + unknown`, or `unknown`."""
    unknown = say("unknown", "未知")
    if usd is None:
        return unknown
    text = f"${usd:.4f}" if 0 < usd < 0.1 else f"${usd:.2f}"
    return f"{text} + {unknown}" if unpriced else text
