"""Models that others stand in for while they cannot answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, Unpack

from luban.llm.around import AroundModels
from luban.llm.errors import ModelKeyMissing, ModelKeyRefused
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
Fallbacks = Callable[[str], Awaitable[Sequence[str]]]
"""The models to ask, in turn, when a model cannot answer."""
_AWAY = (TemporaryError, ModelKeyMissing, ModelKeyRefused)


class FallbackModels(AroundModels):
    """Asks the next model when one is busy, down, too slow, or refuses the key.

    Not once a piece of an answer was shown: two answers would be mixed. The error is that of the
    first one, whose fallbacks they are; the answer says who gave it.
    """

    def __init__(self, models: Models, fallbacks: Fallbacks) -> None:
        super().__init__(models)
        self._fallbacks = fallbacks

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        shown = _Shown(options)
        return await self._first(
            model, lambda each: self._models.chat(each, messages, **options), shown
        )

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        shown = _Shown(options)
        return await self._first(
            model, lambda each: self._models.complete(each, prompt, **options), shown
        )

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        return await self._first(model, lambda each: self._models.image(each, prompt, **options))

    # Vectors of two models cannot be compared, so nothing stands in for one that makes them.

    async def _first(
        self, model: str, ask: Callable[[str], Awaitable[A]], shown: _Shown | None = None
    ) -> A:
        try:
            return await ask(model)
        except _AWAY as error:
            for other in await self._fallbacks(model):
                if shown is not None and shown.any:
                    break
                try:
                    return await ask(other)
                except _AWAY:
                    continue
            raise error


class _Shown:
    """Whether something of an answer was shown already; it listens in on the options."""

    def __init__(self, options: ChatOptions) -> None:
        self.any = False
        if (on_delta := options.get("on_delta")) is not None:
            options["on_delta"] = self._listening(on_delta)
        if (on_reasoning := options.get("on_reasoning")) is not None:
            options["on_reasoning"] = self._listening(on_reasoning)

    def _listening(self, tell: Callable[[str], None]) -> Callable[[str], None]:
        def told(piece: str) -> None:
            self.any = True
            tell(piece)

        return told
