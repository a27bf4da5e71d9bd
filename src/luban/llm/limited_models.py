"""The models handed to a step: each provider is asked only as often as it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from luban.ports.limits import LimitKey, Passing, ProviderLimits, Requester
from luban.sdk.chat import ChatAnswer, ChatMessage, Models
from luban.sdk.errors import TemporaryError

TOO_MANY = 429
_LETTERS = 4
"""Letters to a model token, roughly, in English; the answer says what it really was."""
_ANSWER = 256
"""Model tokens an answer is expected to have when nobody says how many it may have."""


class KeyedModels(Models, Protocol):
    """Models that say what they are limited by."""

    def limit_key(self, model: str) -> LimitKey | None:
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
        """As `luban.sdk.chat.Models.chat` says."""

        async def ask() -> ChatAnswer:
            return await self._models.chat(
                model,
                messages,
                temperature=temperature,
                max_tokens=max_tokens,
                json=json,
                timeout=timeout,
                on_delta=on_delta,
            )

        key = self._models.limit_key(model)
        if key is None:
            return await ask()
        expected = _asked(messages) + (_ANSWER if max_tokens is None else max_tokens)
        async with self._limits.pass_(key, self._requester, expected) as passing:
            try:
                answer = await ask()
            except TemporaryError as error:
                await _heed(passing, error)
                raise
            passing.took(answer.usage.input_tokens + answer.usage.output_tokens)
            return answer


def _asked(messages: Sequence[ChatMessage]) -> int:
    return sum(len(message.content) for message in messages) // _LETTERS + 1


async def _heed(passing: Passing, error: TemporaryError) -> None:
    if error.status == TOO_MANY or error.retry_after is not None:
        passing.took(0)
        await passing.refused(error.retry_after)
