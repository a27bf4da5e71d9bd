"""Answers of models as plain data and back, for what keeps them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from luban.sdk.chat import (
    ChatAnswer,
    ChatOptions,
    EmbeddingAnswer,
    Image,
    ImageAnswer,
    ToolCall,
    Usage,
)


def chat_value(answer: ChatAnswer) -> dict[str, Any]:
    return asdict(answer)


def chat_answer(value: Mapping[str, Any]) -> ChatAnswer:
    told = dict(value)
    told["usage"] = Usage(**told["usage"])
    told["calls"] = tuple(ToolCall(**call) for call in told["calls"])
    return ChatAnswer(**told)


def tell(answer: ChatAnswer, options: ChatOptions) -> ChatAnswer:
    """Tells an answer that is there already to whoever wanted it piece by piece."""
    on_delta, on_reasoning = options.get("on_delta"), options.get("on_reasoning")
    if on_reasoning is not None and answer.reasoning:
        on_reasoning(answer.reasoning)
    if on_delta is not None and answer.text:
        on_delta(answer.text)
    return answer


def embedding_value(answer: EmbeddingAnswer) -> dict[str, Any]:
    return {"vectors": answer.vectors, "model": answer.model, "usage": asdict(answer.usage)}


def embedding_answer(value: Mapping[str, Any]) -> EmbeddingAnswer:
    return EmbeddingAnswer(value["vectors"], value["model"], Usage(**value["usage"]))


def image_value(answer: ImageAnswer) -> dict[str, Any]:
    images = [[base64.b64encode(each.content).decode(), each.type] for each in answer.images]
    usage = asdict(answer.usage)
    return {"images": images, "model": answer.model, "usage": usage, "prompt": answer.prompt}


def image_answer(value: Mapping[str, Any]) -> ImageAnswer:
    images = [Image(base64.b64decode(content), type) for content, type in value["images"]]
    return ImageAnswer(images, value["model"], Usage(**value["usage"]), value["prompt"])
