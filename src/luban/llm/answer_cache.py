"""Answers that are given again to the same question, where the caller asks for that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Unpack

from luban.llm import question
from luban.llm.answer_values import chat_answer, chat_value, tell
from luban.llm.around import AroundModels
from luban.ports.clock import Clock
from luban.ports.stores import StateStore
from luban.sdk.chat import ChatAnswer, ChatMessage, ChatOptions, Models, Usage

SCOPE = "model-answers"
PLACES = 2_048
"""Answers that are kept for one owner; a new one takes the place its question leads to."""
SECONDS = 7 * 86_400.0


class CachingModels(AroundModels):
    """Keeps answers of one owner for a week; one from here took no tokens and no money."""

    def __init__(self, models: Models, store: StateStore, owner: str, clock: Clock) -> None:
        super().__init__(models)
        self._store = store
        self._owner = owner
        self._clock = clock

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        if options.get("cache") != "answer":
            return await self._models.chat(model, messages, **options)
        asked = question.of_chat(model, messages, options)
        return await self._again(
            asked, options, lambda: self._models.chat(model, messages, **options)
        )

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        if options.get("cache") != "answer":
            return await self._models.complete(model, prompt, **options)
        asked = question.of_prompt(model, prompt, options)
        return await self._again(
            asked, options, lambda: self._models.complete(model, prompt, **options)
        )

    async def _again(
        self,
        said: dict[str, Any],
        options: ChatOptions,
        ask: Callable[[], Awaitable[ChatAnswer]],
    ) -> ChatAnswer:
        asked = question.digest(said)
        kept = await self._kept(asked)
        if kept is not None:
            return tell(replace(chat_answer(kept), usage=Usage(usd=0.0)), options)
        answer = await ask()
        value = {"asked": asked, "at": self._clock.now(), "answer": chat_value(answer)}
        await self._store.set(self._owner, SCOPE, _place(asked), value)
        return answer

    async def _kept(self, asked: str) -> dict[str, Any] | None:
        kept = await self._store.get(self._owner, SCOPE, _place(asked))
        if kept is None or kept["asked"] != asked or kept["at"] < self._clock.now() - SECONDS:
            return None
        return kept["answer"]


def _place(asked: str) -> str:
    return f"{int(asked[:8], 16) % PLACES:04d}"
