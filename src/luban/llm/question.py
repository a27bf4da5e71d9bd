"""A question to a model as plain data: to tell whether two are the same, and to write it down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from luban.model.values import canonical
from luban.sdk.chat import ChatMessage, ChatOptions

_MATTERS = ("temperature", "max_tokens", "stop", "json", "schema", "tool_choice")
"""The options that change what is answered, beside the tools."""


def of_chat(model: str, turns: Sequence[ChatMessage], options: ChatOptions) -> dict[str, Any]:
    """What is asked of a model in a conversation."""
    return {
        "verb": "chat",
        "model": model,
        "messages": [_turn(turn) for turn in turns],
        **_options(options),
    }


def of_prompt(model: str, prompt: str, options: ChatOptions) -> dict[str, Any]:
    return {"verb": "complete", "model": model, "prompt": prompt, **_options(options)}


def of_texts(model: str, texts: Sequence[str]) -> dict[str, Any]:
    return {"verb": "embed", "model": model, "texts": list(texts)}


def of_image(model: str, prompt: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {"verb": "image", "model": model, "prompt": prompt, **_without_time(options)}


def digest(question: Mapping[str, Any]) -> str:
    """Equal for equal questions, whatever the order of their parts."""
    return hashlib.sha256(canonical(question)).hexdigest()


def _turn(turn: ChatMessage) -> dict[str, Any]:
    told: dict[str, Any] = {"role": turn.role, "content": turn.content}
    if turn.images:
        told["images"] = [hashlib.sha256(image.content).hexdigest() for image in turn.images]
    if turn.calls:
        told["calls"] = [
            [call.id, call.name, call.arguments or call.written] for call in turn.calls
        ]
    if turn.call_id:
        told |= {"call_id": turn.call_id, "failed": turn.failed}
    return told


def _options(options: ChatOptions) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: value
        for name, value in options.items()
        if name in _MATTERS and value is not None and value is not False
    }
    if tools := options.get("tools"):
        told["tools"] = [[tool.name, tool.description, dict(tool.parameters)] for tool in tools]
    return told


def _without_time(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "timeout"}
