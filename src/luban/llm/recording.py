"""Answers of models written to a file, and models that answer from such a file.

One line of JSON for each answer: `{"question": …, "digest": …, "answer": …}`.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import orjson

from luban.llm import question
from luban.llm.answer_values import (
    chat_answer,
    chat_value,
    embedding_answer,
    embedding_value,
    image_answer,
    image_value,
    tell,
)
from luban.llm.around import AroundModels
from luban.llm.errors import AnswerNotRecorded, RecordingBroken
from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    ImageAnswer,
    ImageOptions,
    Models,
)

_SHOWN = 120


class Recording:
    """Where answers are written, and where they are taken from.

    `replay` answers alone: a question that is not in it is an error, and nobody is asked. Raises
    `RecordingBroken` when it cannot be read.
    """

    def __init__(self, record: Path | None = None, replay: Path | None = None) -> None:
        self._record = record
        self._replay = replay
        self._answers = None if replay is None else _read(replay)
        self._writing = asyncio.Lock()

    def over(self, models: Models) -> Models:
        """The models, written down or replaced; the same ones where neither is wanted."""
        if self._record is None and self._answers is None:
            return models
        return _RecordedModels(models, self)

    async def answered(
        self, asked: dict[str, Any], ask: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """The answer of the file, else of the model; then it is written."""
        digest = question.digest(asked)
        if self._answers is not None:
            return self._again(digest, asked)
        answer = await ask()
        line = orjson.dumps({"question": asked, "digest": digest, "answer": answer}) + b"\n"
        async with self._writing:
            await asyncio.to_thread(self._write, line)
        return answer

    def _again(self, digest: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What was answered the first time, then the second …; the last one for good."""
        assert self._answers is not None
        waiting = self._answers.get(digest)
        if not waiting:
            said = asked["messages"][-1]["content"] if asked.get("messages") else str(asked)
            raise AnswerNotRecorded(
                model=asked["model"], file=str(self._replay), question=str(said)[:_SHOWN]
            )
        return waiting.popleft() if len(waiting) > 1 else waiting[0]

    def _write(self, line: bytes) -> None:
        assert self._record is not None
        # What people say to models is nobody else's business.
        opened = os.open(self._record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(opened, "ab") as file:
            file.write(line)


def _read(path: Path) -> dict[str, deque[dict[str, Any]]]:
    answers: dict[str, deque[dict[str, Any]]] = {}
    try:
        for line in path.read_bytes().splitlines():
            told = orjson.loads(line)
            answers.setdefault(told["digest"], deque()).append(told["answer"])
    except (OSError, KeyError, TypeError, orjson.JSONDecodeError) as error:
        raise RecordingBroken(file=str(path), reason=str(error)) from error
    return answers


class _RecordedModels(AroundModels):
    def __init__(self, models: Models, recording: Recording) -> None:
        super().__init__(models)
        self._recording = recording

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        asked = question.of_chat(model, messages, options)
        return await self._text(
            asked, options, lambda: self._models.chat(model, messages, **options)
        )

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        asked = question.of_prompt(model, prompt, options)
        return await self._text(
            asked, options, lambda: self._models.complete(model, prompt, **options)
        )

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        async def ask() -> dict[str, Any]:
            return embedding_value(await self._models.embed(model, texts, timeout=timeout))

        asked = question.of_texts(model, texts)
        return embedding_answer(await self._recording.answered(asked, ask))

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        async def ask() -> dict[str, Any]:
            return image_value(await self._models.image(model, prompt, **options))

        asked = question.of_image(model, prompt, options)
        return image_answer(await self._recording.answered(asked, ask))

    async def _text(
        self,
        asked: dict[str, Any],
        options: ChatOptions,
        ask_model: Callable[[], Awaitable[ChatAnswer]],
    ) -> ChatAnswer:
        told = False

        async def ask() -> dict[str, Any]:
            nonlocal told
            told = True  # piece by piece
            return chat_value(await ask_model())

        answer = chat_answer(await self._recording.answered(asked, ask))
        return answer if told else tell(answer, options)
