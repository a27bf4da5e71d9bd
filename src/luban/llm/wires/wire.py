"""What every wire can be asked; what one cannot do, it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Unpack

from luban.llm.errors import ModelCannot
from luban.llm.settings import ModelConfig
from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    ImageAnswer,
    ImageOptions,
)


class Wire(Protocol):
    """One client for all models of a wire; each is asked once: retrying is the engine's."""

    async def chat(
        self, config: ModelConfig, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer: ...

    async def complete(
        self, config: ModelConfig, prompt: str, **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        raise ModelCannot(model=config.id, what="text completion", what_zh="文本补全")

    async def embed(
        self, config: ModelConfig, texts: Sequence[str], *, timeout: float
    ) -> EmbeddingAnswer:
        raise ModelCannot(model=config.id, what="embeddings", what_zh="向量嵌入")

    async def image(
        self, config: ModelConfig, prompt: str, **options: Unpack[ImageOptions]
    ) -> ImageAnswer:
        raise ModelCannot(model=config.id, what="pictures", what_zh="图片生成")

    async def names(self, config: ModelConfig, *, timeout: float) -> list[str]:
        raise ModelCannot(model=config.id, what="listing of models", what_zh="列出模型")

    async def aclose(self) -> None:
        """Ends its connections."""
        ...
