"""How far an agent may go: decisions, time, money, model tokens, counted outside of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Stopped = Literal["done", "steps", "time", "budget", "loop", "denied", "refused"]


class Spent(NamedTuple):
    """What model calls took; `unpriced` of them nobody knows the price of."""

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    unpriced: int = 0
    calls: int = 0
    demo: bool = False

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def plus(self, other: Spent) -> Spent:
        return Spent(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.usd + other.usd,
            self.unpriced + other.unpriced,
            self.calls + other.calls,
            self.demo or other.demo,
        )

    def as_value(self) -> dict[str, Any]:
        """As blocks emit it: the price is unknown as soon as one of them is."""
        return {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "usd": None if self.unpriced else round(self.usd, 9),
            "demo": self.demo,
            "calls": self.calls,
            "unpriced": self.unpriced,
        }


def spent_of(usage: Mapping[str, Any]) -> Spent:
    """One model call's, as the record of a step keeps it."""
    usd = usage.get("usd")
    demo = bool(usage.get("demo"))
    return Spent(
        usage["input_tokens"],
        usage["output_tokens"],
        usd or 0.0,
        0 if usd is not None or demo else 1,
        1,
        demo,
    )


class Bounds(NamedTuple):
    """`None` is no bound; the limits of the run, its agent and its owner hold beside these."""

    steps: int = 20
    seconds: float | None = None
    usd: float | None = None
    tokens: int | None = None

    def reached(self, steps: int, spent: Spent) -> tuple[Stopped, str] | None:
        """What forbids one more decision, and why in words; time is looked at elsewhere."""
        if self.tokens is not None and spent.tokens >= self.tokens:
            return "budget", f"{spent.tokens} of {self.tokens} model tokens were used"
        if self.usd is not None and spent.unpriced:
            return "budget", (
                "the price of the model is not known, so the budget in money cannot be kept; give "
                "the model a price, or bound its tokens instead"
            )
        if self.usd is not None and spent.usd >= self.usd:
            return "budget", f"{spent.usd:.6f} of {self.usd} USD were spent"
        if steps >= self.steps:
            return "steps", f"the limit of decisions, {self.steps}, is reached"
        return None

    def share(self, spent: Spent, parts: int, steps: int) -> Bounds:
        """What one of several sub-agents at work at the same time may take of what is left."""
        usd = None if self.usd is None else max(self.usd - spent.usd, 0.0) / parts
        tokens = None if self.tokens is None else max(self.tokens - spent.tokens, 0) // parts
        return Bounds(min(steps, self.steps), self.seconds, usd, tokens)
