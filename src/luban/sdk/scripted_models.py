"""A language model for tests: it says what it is told to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

from luban.model.values import canonical
from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    Image,
    ImageAnswer,
    ImageOptions,
    ToolCall,
    Usage,
)
from luban.sdk.errors import BlockError

Said = str | Exception | Mapping[str, Any]
"""A text; an error to raise; or what else an answer holds: `text`, `calls` (each with `name` and
`arguments`), `reasoning`, `finish`, `images` (bytes)."""

_SIZE = 8


class ScriptedModels:
    """A model that says what it is told to, in turn; `calls` keeps what it was asked.

    Answers are `Said`, or one function from the messages to the text. A vector of a text counts
    its letters, so equal texts have equal vectors.
    """

    def __init__(
        self, answers: Sequence[Said] | Callable[[Sequence[ChatMessage]], str] = ()
    ) -> None:
        self._think = answers if callable(answers) else None
        self._answers: list[Said] = [] if callable(answers) else list(answers)
        self.calls: list[dict[str, Any]] = []

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        on_delta = options.pop("on_delta", None)
        on_reasoning = options.pop("on_reasoning", None)
        self.calls.append({"model": model, "messages": list(messages), **options})
        said = self._next(messages)
        if on_reasoning is not None and said.get("reasoning"):
            on_reasoning(said["reasoning"])
        if on_delta is not None and said["text"]:
            on_delta(said["text"])
        return _answer(model, said, sum(len(message.content) for message in messages))

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        return await self.chat(model, [ChatMessage("user", prompt)], **options)

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        self.calls.append({"model": model, "texts": list(texts)})
        usage = Usage(input_tokens=sum(map(len, texts)))
        return EmbeddingAnswer([_vector(text) for text in texts], model or "test/scripted", usage)

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        self.calls.append({"model": model, "prompt": prompt, **options})
        said = self._next([ChatMessage("user", prompt)])
        images = [Image(content, "image/png") for content in said.get("images", ())]
        return ImageAnswer(images, model or "test/scripted", Usage(len(prompt)), said["text"])

    def _next(self, messages: Sequence[ChatMessage]) -> dict[str, Any]:
        if self._think is not None:
            return {"text": self._think(messages)}
        if not self._answers:
            raise BlockError("The test has no more answers of the model.")
        said = self._answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return {"text": said} if isinstance(said, str) else {"text": "", **said}


def _answer(model: str, said: Mapping[str, Any], asked: int) -> ChatAnswer:
    calls = tuple(
        ToolCall(
            call.get("id", f"call_{number}"),
            call["name"],
            call.get("arguments", {}),
            call.get("written", canonical(call.get("arguments", {})).decode()),
        )
        for number, call in enumerate(said.get("calls", ()), 1)
    )
    return ChatAnswer(
        text=said["text"],
        model=model or "test/scripted",
        usage=Usage(input_tokens=asked, output_tokens=len(said["text"]), usd=said.get("usd")),
        calls=calls,
        reasoning=said.get("reasoning", ""),
        finish=said.get("finish", "tool_calls" if calls else "stop"),
    )


def _vector(text: str) -> list[float]:
    counts = [0.0] * _SIZE
    for letter in text:
        counts[ord(letter) % _SIZE] += 1.0
    return counts
