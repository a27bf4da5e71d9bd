"""What people, senders of signals and other agents say in a test, taken in turn and at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from luban.model.errors import LubanError
from luban.model.values import plain
from luban.sdk.context import Answer
from luban.sdk.errors import BlockError, ChildRunFailed, WaitTimedOut

Said = Answer | str | Mapping[str, Any] | type[TimeoutError]
"""An answer, its choice alone, or its parts by name; `TimeoutError` stands for silence."""
Played = Mapping[str, Any] | Exception | Callable[[dict[str, Any]], Any]
"""What an agent gives: its outputs, a failure, or a function from its inputs to its outputs."""


class Asked(NamedTuple):
    """A question that a block asked."""

    question: str
    choices: tuple[str, ...]
    details: dict[str, Any]
    timeout: float | None


class AgentRun(NamedTuple):
    """A run of another agent that a block asked for."""

    agent: str
    inputs: dict[str, Any]
    version: str | int


class Script:
    """Answers for durable verbs; keeps what was asked for, and how long was slept.

    Raises `BlockError` with the code `not_scripted` where the test says nothing.
    """

    def __init__(
        self,
        agents: Mapping[str, Played],
        answers: Sequence[Said],
        signals: Mapping[str, Sequence[Any]],
    ) -> None:
        self._agents = agents
        self._answers = list(answers)
        self._signals = {name: list(given) for name, given in signals.items()}
        self.slept: list[float] = []
        self.asked: list[Asked] = []
        self.agent_runs: list[AgentRun] = []
        self.passed = 0.0
        """Seconds that sleeping and silence took, all together."""

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += max(seconds, 0.0)

    def signal(self, name: str, timeout: float | None) -> Any:
        """The data of the next signal of a name. Raises `WaitTimedOut`."""
        waiting = self._signals.get(name)
        if not waiting:
            raise _missing(
                f"The block waits for the signal `{name}`, and the test has no more of it: "
                f"give signals={{{name!r}: [...]}}, or TimeoutError among them for silence."
            )
        sent = waiting.pop(0)
        if _is_silence(sent):
            raise self._silence(name, timeout)
        return plain(sent)

    def answer(self, asked: Asked) -> dict[str, Any]:
        """What a person answers, by the parts of `Answer`. Raises `WaitTimedOut`."""
        self.asked.append(asked)
        if not self._answers:
            raise _missing(
                f"The block asks {asked.question!r:.80}, and the test has no more answers: give "
                "answers=[...], or TimeoutError among them for silence."
            )
        said = self._answers.pop(0)
        if _is_silence(said):
            raise self._silence(asked.question, asked.timeout)
        answer = _answer(said)
        if asked.choices and answer.choice not in asked.choices:
            raise _missing(
                f"The test answers {answer.choice!r} to {asked.question!r:.80}, which offers: "
                f"{', '.join(asked.choices)}."
            )
        return plain({**answer._asdict(), "values": dict(answer.values)})

    async def run_agent(self, run: AgentRun) -> dict[str, Any]:
        """The outputs of another agent. Raises `ChildRunFailed`."""
        self.agent_runs.append(run)
        if run.agent not in self._agents:
            known = ", ".join(self._agents) or "none"
            raise _missing(
                f"The block runs the agent `{run.agent}`, which the test does not have ({known}): "
                f"give agents={{{run.agent!r}: {{...}}}} with its outputs, or a function."
            )
        played = self._agents[run.agent]
        try:
            if isinstance(played, Exception):
                raise played
            given: Any = played(plain(run.inputs)) if callable(played) else played
            return plain(dict(await given if inspect.isawaitable(given) else given))
        except LubanError as error:
            raise ChildRunFailed(
                run="r_child", agent=run.agent, status="failed", cause=str(error)
            ) from error

    def _silence(self, name: str, timeout: float | None) -> BlockError:
        if timeout is None:
            return _missing(
                f"The block waits for {name!r:.80} without a limit, so silence is for ever."
            )
        self.passed += timeout
        return WaitTimedOut(name=name, seconds=timeout)


def _is_silence(said: Any) -> bool:
    return said is TimeoutError or isinstance(said, TimeoutError)


def _answer(said: Said) -> Answer:
    if isinstance(said, Answer):
        return said
    if isinstance(said, str):
        return Answer(said)
    return Answer(**cast("Mapping[str, Any]", said))


def _missing(reason: str) -> BlockError:
    return BlockError(reason, code="not_scripted")
