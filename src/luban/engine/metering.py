"""What model calls take: counted for each attempt, and apart for each piece of it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from luban.model.events import ModelUsed
from luban.model.spending import known_usd
from luban.sdk.chat import Usage

if TYPE_CHECKING:
    from luban.engine.context import StepContext
    from luban.engine.waits import Operation


class Meter:
    """What calls took so far. One that is closed passes on to the one above what comes late."""

    __slots__ = ("_above", "calls", "closed", "input_tokens", "output_tokens", "unpriced", "usd")

    def __init__(self, above: Meter | None = None) -> None:
        self._above = above
        self.calls = 0
        self.input_tokens = 0
        self.output_tokens = 0
        self.usd = 0.0
        self.unpriced = 0
        self.closed = False

    def note(self, usage: Usage) -> None:
        if self.closed and self._above is not None:
            self._above.note(usage)
            return
        self.calls += 1
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        if usage.usd is None:
            self.unpriced += 1
        else:
            self.usd += usage.usd

    def as_json(self) -> dict[str, Any] | None:
        """As the journal has it; `None` if there was no call."""
        if not self.calls:
            return None
        return {
            "calls": self.calls,
            "tokens": self.input_tokens + self.output_tokens,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "usd": known_usd(self.usd, self.unpriced),
            "unpriced": self.unpriced,
        }


def with_call(usage: dict[str, Any] | None, event: ModelUsed) -> dict[str, Any]:
    """A usage with one call more."""
    usage = usage or {}
    usd, unpriced = float(usage.get("usd") or 0.0), int(usage.get("unpriced") or 0)
    usd, unpriced = (usd, unpriced + 1) if event.usd is None else (usd + event.usd, unpriced)
    asked = int(usage.get("input_tokens") or 0) + event.input_tokens
    answered = int(usage.get("output_tokens") or 0) + event.output_tokens
    return {
        "calls": int(usage.get("calls") or 0) + 1,
        "tokens": asked + answered,
        "input_tokens": asked,
        "output_tokens": answered,
        "usd": known_usd(usd, unpriced),
        "unpriced": unpriced,
    }


class Piece(NamedTuple):
    """A piece of an attempt that is made by `Context.step`; tasks it begins belong to it."""

    ctx: StepContext
    key: str
    meter: Meter
    operation: Operation


PIECE: ContextVar[Piece | None] = ContextVar("piece", default=None)


def piece_of(ctx: StepContext) -> Piece | None:
    """The piece of this attempt that the running code belongs to."""
    piece = PIECE.get()
    return piece if piece is not None and piece.ctx is ctx else None
