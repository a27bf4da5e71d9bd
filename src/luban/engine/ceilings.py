"""What a run has spent, and where it must stop and ask its owner (rule 6)."""

from __future__ import annotations

from typing import Any

from luban.model.events import RunPaused, RunResumed
from luban.model.graph import Limits


class Ceilings:
    """Counts steps, tokens, money and time; `paused` names the limit that was reached, if any.

    Time in which the run had no worker is not its own: `idle_seconds` is all of it, and `parked`
    says that such a time goes on.
    """

    __slots__ = (
        "_idle_since",
        "idle_seconds",
        "limits",
        "most_steps",
        "parked",
        "paused",
        "started_at",
        "steps",
        "tokens",
        "told",
        "usd",
    )

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.most_steps = limits.steps
        self.steps = 0
        self.tokens = 0
        self.usd = 0.0
        self.paused: tuple[str, float] | None = None
        self.told = False
        """Whether the pause is in the journal."""
        self.started_at: float | None = None
        self.idle_seconds = 0.0
        self.parked = False
        self._idle_since: float | None = None

    def spend(self, usage: dict[str, Any]) -> None:
        self.tokens += int(usage.get("tokens") or 0)
        self.usd += float(usage.get("usd") or 0.0)

    def check(self) -> None:
        """Pauses the run if it is over a limit."""
        if self.paused is not None:
            return
        if self.steps > self.limits.steps:
            self.paused = ("steps", self.limits.steps)
        elif self.tokens > self.limits.tokens:
            self.paused = ("tokens", self.tokens)
        elif self.usd > self.limits.usd:
            self.paused = ("usd", self.usd)

    def seconds_left(self, now: float) -> float:
        """Until the limit of seconds is reached."""
        spent = now - (self.started_at or now) - self.idle_seconds
        return max(self.limits.seconds - spent, 0.0)

    def pause(self, event: RunPaused) -> None:
        self.paused, self.told = (event.limit, event.value), True
        self.rest(event.at)

    def resume(self, event: RunResumed) -> None:
        self.limits = Limits.model_validate({**self.limits.model_dump(), **event.limits})
        self.most_steps = self.limits.steps
        self.paused, self.told = None, False
        self.wake(event.at)

    def rest(self, at: float) -> None:
        """From here on the run has no worker."""
        if self._idle_since is None:
            self._idle_since = at

    def wake(self, at: float) -> None:
        if self._idle_since is not None:
            self.idle_seconds += at - self._idle_since
            self._idle_since = None
