"""What the loop asks of a memory, and the tools that the loop itself offers to the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from luban.sdk import Tool

Work = Callable[[Mapping[str, Any], str], Awaitable[str]]
"""Takes checked arguments and a key; gives what the model is told. Raises `BlockError`.

Whatever touches the world is a durable verb under that key, or a key that begins with it.
"""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A tool of the loop itself; no policy stands before it, so it reaches nothing outside.

    `foreign` says that what it tells was written by others: the model gets it as data.
    """

    tool: Tool
    run: Work
    foreign: bool = False


class Memory(Protocol):
    """What an agent keeps beyond one conversation.

    All of it is durable: with the same key the answer is the same when the loop runs again.
    """

    async def recall(self, goal: str, *, key: str) -> Sequence[str]:
        """What is worth knowing before the first decision, best first; empty costs nothing."""
        ...

    def tools(self) -> Sequence[BuiltIn]:
        """Such as `remember`, `recall` and `note`."""
        ...

    async def remember(self, goal: str, answer: str, *, key: str) -> None:
        """The task is over; what of it is worth keeping is for the memory to say."""
        ...
