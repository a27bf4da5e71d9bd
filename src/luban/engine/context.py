"""The context a step hands to its block: the outside world, seen from one attempt."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from luban.engine.state import Firing
from luban.ports.bus import Bus, Live
from luban.ports.clock import Clock
from luban.ports.world import World
from luban.sdk.chat import ChatAnswer, ChatMessage, Models
from luban.sdk.context import Files, State
from luban.sdk.http import Http

log = logging.getLogger("luban.blocks")


class RunScope(NamedTuple):
    """What all steps of a run share."""

    run_id: str
    owner: str
    agent_id: str
    world: World
    bus: Bus
    clock: Clock


class StepContext:
    """One attempt's view of the world; made for every attempt, so it only remembers names."""

    __slots__ = ("_emit", "_scope", "attempt", "deadline", "firing", "sent", "tokens", "usd")

    def __init__(
        self,
        scope: RunScope,
        firing: Firing,
        attempt: int,
        emit: Callable[[StepContext, str, Any], Awaitable[None]],
    ) -> None:
        self._scope = scope
        self.firing = firing
        self._emit = emit
        self.sent = 0
        self.attempt = attempt
        self.deadline: float | None = None
        self.tokens = 0
        self.usd = 0.0

    @property
    def run_id(self) -> str:
        return self._scope.run_id

    @property
    def node_id(self) -> str:
        return self.firing.path

    @property
    def iteration(self) -> int:
        return self.firing.iteration

    @property
    def idempotency_key(self) -> str:
        return f"{self._scope.run_id}/{self.firing.path}/{self.firing.iteration}"

    @property
    def http(self) -> Http:
        return self._scope.world.http

    @property
    def llm(self) -> Models:
        return _Metered(self, self._scope.world.models)

    @property
    def files(self) -> Files:
        return self._scope.world.files(self._scope.owner)

    @property
    def state(self) -> State:
        return self._scope.world.state(self._scope.owner, self._scope.agent_id)

    @property
    def usage(self) -> dict[str, Any] | None:
        """What the attempt's model calls took so far."""
        return {"tokens": self.tokens, "usd": self.usd} if self.tokens or self.usd else None

    def now(self) -> float:
        return self._scope.clock.now()

    def secret(self, provider: str) -> Mapping[str, str] | None:
        return self._scope.world.secret(self._scope.owner, provider)

    def log(self, message: str, **values: Any) -> None:
        log.info("%s %s", self.idempotency_key, message, extra={"values": values})
        self._publish("step_log", {"text": message, "values": values})

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        self._publish("step_progress", {"done": done, "total": total, "text": text})

    def delta(self, pin: str, text: str) -> None:
        self._publish("step_delta", {"pin": pin, "text": text})

    async def emit(self, pin: str, value: Any) -> None:
        await self._emit(self, pin, value)

    def _publish(self, kind: str, data: dict[str, Any]) -> None:
        if self._scope.bus.watched(self._scope.run_id):
            place = {"node": self.firing.path, "iteration": self.firing.iteration}
            self._scope.bus.publish(self._scope.run_id, Live(kind, {**place, **data}))


class _Metered:
    """The models, with what they take noted on the step."""

    __slots__ = ("_models", "_step")

    def __init__(self, step: StepContext, models: Models) -> None:
        self._step = step
        self._models = models

    async def chat(self, model: str, messages: Sequence[ChatMessage], **options: Any) -> ChatAnswer:
        answer = await self._models.chat(model, messages, **options)
        self._step.tokens += answer.usage.input_tokens + answer.usage.output_tokens
        self._step.usd += answer.usage.usd or 0.0
        return answer
