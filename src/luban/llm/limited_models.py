"""The models handed to a step: each provider is asked only as often as it may be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar, Unpack

from luban.ports.limits import LimitKey, Passing, ProviderLimits, Requester
from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    ImageAnswer,
    ImageOptions,
    Models,
)
from luban.sdk.errors import TemporaryError

A = TypeVar("A", ChatAnswer, EmbeddingAnswer, ImageAnswer)
TOO_MANY = 429
_LETTERS = 4
"""Letters to a model token, roughly, in English; the answer says what it really was."""
_ANSWER = 256
"""Model tokens an answer is expected to have when nobody says how many it may have."""


class KeyedModels(Models, Protocol):
    """Models that say what they are limited by."""

    async def limit_key(self, model: str) -> LimitKey | None:
        """The provider of a model, or `None` when asking it costs nobody anything."""
        ...


class LimitedModels:
    """`Models` for one requester. Waiting for a turn is not part of a call's time limit.

    An answer that says "not now" is an error of the call that got it; those who ask next wait.
    """

    __slots__ = ("_limits", "_models", "_requester")

    def __init__(self, models: KeyedModels, limits: ProviderLimits, requester: Requester) -> None:
        self._models = models
        self._limits = limits
        self._requester = requester

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        """As `luban.sdk.chat.Models.chat` says."""
        expected = _tokens(message.content for message in messages) + _longest(options)
        return await self._asked(
            model, expected, lambda: self._models.chat(model, messages, **options)
        )

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        """As `luban.sdk.chat.Models.complete` says."""
        expected = _tokens([prompt]) + _longest(options)
        return await self._asked(
            model, expected, lambda: self._models.complete(model, prompt, **options)
        )

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        """As `luban.sdk.chat.Models.embed` says."""
        return await self._asked(
            model, _tokens(texts), lambda: self._models.embed(model, texts, timeout=timeout)
        )

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        """As `luban.sdk.chat.Models.image` says."""
        return await self._asked(
            model, _tokens([prompt]), lambda: self._models.image(model, prompt, **options)
        )

    async def _asked(self, model: str, expected: int, ask: Callable[[], Awaitable[A]]) -> A:
        key = await self._models.limit_key(model)
        if key is None:
            return await ask()
        async with self._limits.pass_(key, self._requester, expected) as passing:
            try:
                answer = await ask()
            except TemporaryError as error:
                await _heed(passing, error)
                raise
            passing.took(answer.usage.input_tokens + answer.usage.output_tokens)
            return answer


def _tokens(texts: Iterable[str]) -> int:
    return sum(map(len, texts)) // _LETTERS + 1


def _longest(options: ChatOptions) -> int:
    longest = options.get("max_tokens")
    return _ANSWER if longest is None else longest


async def _heed(passing: Passing, error: TemporaryError) -> None:
    if error.status == TOO_MANY or error.retry_after is not None:
        passing.took(0)
        await passing.refused(error.retry_after)
