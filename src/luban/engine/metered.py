"""The models of one attempt: nothing is asked that a limit does not allow, and all is counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar, Unpack

from luban.engine.spending import Expected, Spending
from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    ImageAnswer,
    ImageOptions,
    Models,
)

if TYPE_CHECKING:
    from luban.engine.context import StepContext

A = TypeVar("A", ChatAnswer, EmbeddingAnswer, ImageAnswer)
_LETTERS = 4
"""Letters to a model token, roughly, in English."""
_LONGEST = 32_000
"""Model tokens of an answer that nobody limited; few models write more."""


class MeteredModels:
    """`Models` whose calls wait at the limits of node, run, agent and owner."""

    __slots__ = ("_models", "_spending", "_step")

    def __init__(self, step: StepContext, models: Models, spending: Spending) -> None:
        self._step = step
        self._models = models
        self._spending = spending

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        """As `luban.sdk.chat.Models.chat` says."""
        expected = Expected(_tokens(each.content for each in messages), _answer(options))
        return await self._asked(
            model, expected, lambda: self._models.chat(model, messages, **options)
        )

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        """As `luban.sdk.chat.Models.complete` says."""
        expected = Expected(_tokens([prompt]), _answer(options))
        return await self._asked(
            model, expected, lambda: self._models.complete(model, prompt, **options)
        )

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        """As `luban.sdk.chat.Models.embed` says."""
        return await self._asked(
            model,
            Expected(_tokens(texts)),
            lambda: self._models.embed(model, texts, timeout=timeout),
        )

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        """As `luban.sdk.chat.Models.image` says."""
        return await self._asked(
            model, Expected(_tokens([prompt])), lambda: self._models.image(model, prompt, **options)
        )

    async def _asked(self, model: str, expected: Expected, ask: Callable[[], Awaitable[A]]) -> A:
        async with self._spending.call(self._step, model, expected) as call:
            answer = await ask()
            call.took(answer.model, answer.usage)
            return answer


def _tokens(texts: Iterable[str]) -> int:
    return sum(map(len, texts)) // _LETTERS + 1


def _answer(options: ChatOptions) -> int:
    longest = options.get("max_tokens")
    return _LONGEST if longest is None else longest
