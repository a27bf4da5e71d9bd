"""Models that change one thing about others: the rest is passed on as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    ImageAnswer,
    ImageOptions,
    Models,
)


class AroundModels:
    """`Models` over others."""

    def __init__(self, models: Models) -> None:
        self._models = models

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        """As `luban.sdk.chat.Models.chat` says."""
        return await self._models.chat(model, messages, **options)

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        """As `luban.sdk.chat.Models.complete` says."""
        return await self._models.complete(model, prompt, **options)

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        """As `luban.sdk.chat.Models.embed` says."""
        return await self._models.embed(model, texts, timeout=timeout)

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        """As `luban.sdk.chat.Models.image` says."""
        return await self._models.image(model, prompt, **options)
