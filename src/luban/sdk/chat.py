"""Language models as blocks see them: messages in, an answer with its usage out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took; `usd` is `None` when the price is not known, never a guess of 0."""

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """A model's whole answer, and which model gave it."""

    text: str
    model: str
    usage: Usage
    demo: bool = False


class Models(Protocol):
    """The models configured here, by `provider/model`; an empty name is the default one."""

    async def chat(
        self,
        model: str,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
        json: bool = False,
        timeout: float = 120.0,
        on_delta: Callable[[str], None] | None = None,
    ) -> ChatAnswer:
        """One answer; `on_delta` gets its pieces as they come.

        Raises `TemporaryError` (429, 5xx, time-out) and `BlockError` (unknown model, refused).
        """
        ...
