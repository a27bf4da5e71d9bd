"""What an agent has so far: its turns, the summary of older ones, what it spent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from luban.forge.bounds import Spent, Stopped
from luban.forge.decision import Decision
from luban.forge.policy import Grant
from luban.forge.verify import Verdict
from luban.sdk import ChatMessage, ToolCall


class Result(NamedTuple):
    """What the model is told of a call, and the whole of what came out."""

    call: ToolCall
    told: str
    failed: bool = False
    whole: str = ""


@dataclass(slots=True)
class Turn:
    """One decision with what became of it; `notes` is what the loop says after it."""

    number: int
    said: ChatMessage
    decision: Decision
    results: list[Result] = field(default_factory=list[Result])
    notes: list[str] = field(default_factory=list[str])

    def as_value(self) -> dict[str, Any]:
        """The turn as the block emits it."""
        calls = [
            {
                "tool": result.call.name,
                "arguments": result.call.arguments,
                "result": result.whole or result.told,
                "failed": result.failed,
            }
            for result in self.results
        ]
        return {"thoughts": self.decision.thoughts._asdict(), "calls": calls}


@dataclass(slots=True)
class State:
    """Nothing of it is stored: it is made again from what the durable verbs recorded."""

    turns: list[Turn] = field(default_factory=list[Turn])
    summary: str = ""
    summarised: int = 0
    spent: Spent = field(default_factory=Spent)
    grants: set[Grant] = field(default_factory=set[Grant])
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    waited: float = 0.0
    """Seconds that people took to answer."""
    denials: int = 0
    verified: int = 0
    verdict: Verdict | None = None
    model: str = ""


class Ended(NamedTuple):
    """How a task ended; `why` is empty when it is done."""

    answer: str
    stopped: Stopped
    why: str = ""
    result: Any = None
