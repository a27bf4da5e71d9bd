"""What a run has spent, and where it must stop and ask its owner (rule 6)."""

from __future__ import annotations

from typing import Any, Literal

from luban.engine.step_paths import node_of
from luban.model.events import ModelUsed, RunPaused, RunResumed
from luban.model.graph import Limits, SpendLimits
from luban.model.spending import NOTHING, Taken, exceeded, read_usage

_NODE = "node:"


def node_limit(node: str, what: str) -> str:
    """The name of a limit of one node: `node:NODE:usd`."""
    return f"{_NODE}{node}:{what}"


class Ceilings:
    """Counts steps, tokens, money and time; `paused` names the limit that was reached, if any.

    Time in which the run had no worker is not its own: `idle_seconds` is all of it, and `parked`
    says that such a time goes on.
    """

    __slots__ = (
        "_idle_since",
        "_of_nodes",
        "_raised",
        "asks_models",
        "idle_seconds",
        "limits",
        "most_steps",
        "parked",
        "paused",
        "started_at",
        "steps",
        "taken",
        "told",
        "why",
    )

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.most_steps = limits.steps
        self.steps = 0
        self.taken = NOTHING
        """What models took, also for steps that have not ended."""
        self.asks_models = False
        self._of_nodes: dict[str, Taken] = {}
        self._raised: dict[str, float] = {}
        """Limits of nodes that the owner raised for this run."""
        self.paused: tuple[str, float] | None = None
        self.why: dict[str, Any] = {}
        """What else is to be said of the limit."""
        self.told = False
        """Whether the pause is in the journal."""
        self.started_at: float | None = None
        self.idle_seconds = 0.0
        self.parked = False
        self._idle_since: float | None = None

    def spend(self, node: str, usage: dict[str, Any]) -> None:
        """Takes in what a step took, unless its calls were told one by one."""
        if "calls" not in usage:
            self.asks_models = True
            took, node = read_usage(usage), node_of(node)
            self.taken = self.taken.added(took)
            self._of_nodes[node] = self._of_nodes.get(node, NOTHING).added(took)

    def used(self, event: ModelUsed) -> None:
        self.asks_models = True
        tokens, node = event.input_tokens + event.output_tokens, node_of(event.node)
        self.taken = self.taken.plus(tokens, event.usd)
        self._of_nodes[node] = self._of_nodes.get(node, NOTHING).plus(tokens, event.usd)

    def exceeded(
        self,
        node: str,
        limits: SpendLimits | None,
        call: Taken,
        held: Taken = NOTHING,
        held_by_node: Taken = NOTHING,
    ) -> tuple[str, float, dict[str, Any]] | None:
        """The limit of the run, or of a node of it, that leaves nothing for another call.

        Returns its name, what was taken, and what else is to be said of it. `held` is what calls
        in flight may take.
        """
        found = exceeded(self.limits, self.taken, call, held=held)
        if found is not None:
            return found.what, found.taken, {"what": found.what, "of": found.limit}
        if limits is None:
            return None
        raised = {
            what: self._raised.get(node_limit(node, what)) for what in type(limits).model_fields
        }
        limits = limits.model_copy(update={k: v for k, v in raised.items() if v is not None})
        found = exceeded(limits, self._of_nodes.get(node, NOTHING), call, held=held_by_node)
        if found is None:
            return None
        told = {"what": found.what, "of": found.limit, "node": node}
        return node_limit(node, found.what), found.taken, told

    def check(self) -> None:
        """Pauses the run if it is over a limit."""
        if self.paused is not None:
            return
        if self.steps > self.limits.steps:
            self.paused = ("steps", self.limits.steps)
        elif self.taken.tokens > self.limits.tokens:
            self._stop("tokens", self.limits.tokens)
        elif self.taken.usd > self.limits.usd:
            self._stop("usd", self.limits.usd)

    def _stop(self, what: Literal["tokens", "usd"], limit: float) -> None:
        self.paused, self.why = (what, self.taken.of(what)), {"what": what, "of": limit}
        if self.taken.unpriced:
            self.why["unpriced"] = self.taken.unpriced

    def seconds_left(self, now: float) -> float:
        """Until the limit of seconds is reached."""
        spent = now - (self.started_at or now) - self.idle_seconds
        return max(self.limits.seconds - spent, 0.0)

    def pause(self, event: RunPaused) -> None:
        self.paused, self.why, self.told = (event.limit, event.value), event.details or {}, True
        self.rest(event.at)

    def resume(self, event: RunResumed) -> None:
        self.limits = Limits.model_validate({**self.limits.model_dump(), **event.limits})
        self._raised |= {name: to for name, to in event.limits.items() if name.startswith(_NODE)}
        self.most_steps = self.limits.steps
        self.paused, self.why, self.told = None, {}, False
        self.wake(event.at)

    def rest(self, at: float) -> None:
        """From here on the run has no worker."""
        if self._idle_since is None:
            self._idle_since = at

    def wake(self, at: float) -> None:
        if self._idle_since is not None:
            self.idle_seconds += at - self._idle_since
            self._idle_since = None
