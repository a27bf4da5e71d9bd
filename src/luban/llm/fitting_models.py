"""Models whose conversations may be longer than they can take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Unpack

from luban.llm.around import AroundModels
from luban.llm.errors import ModelContextFull
from luban.llm.fitting import fitted, longest_answer
from luban.llm.token_estimate import tokens_of_turns
from luban.sdk.chat import ChatAnswer, ChatMessage, ChatOptions, Models

Window = Callable[[str], Awaitable[int | None]]
"""Model tokens that a model takes, question and answer together, if that is known."""
_TRIES = 4
_LESS = 0.7


class FittingModels(AroundModels):
    """Sends what fits, where the caller allows that some is left out.

    The sizes are estimates, so a model that still finds it too long is asked again with less.
    """

    def __init__(self, models: Models, window: Window) -> None:
        super().__init__(models)
        self._window = window

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        if not options.pop("fit", False) or not messages:
            return await self._models.chat(model, messages, **options)
        room = await self._room(model, messages, options)
        for _ in range(_TRIES - 1):
            try:
                return await self._models.chat(model, fitted(messages, room), **options)
            except ModelContextFull:
                room = int(min(room, tokens_of_turns(messages)) * _LESS)
        return await self._models.chat(model, fitted(messages, room), **options)

    async def _room(self, model: str, messages: Sequence[ChatMessage], options: ChatOptions) -> int:
        window = await self._window(model)
        if window is None:
            return tokens_of_turns(messages)
        return window - longest_answer(messages, window, options.get("max_tokens"))
