"""What steps may reach, with a span around each call of an address or a model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar, Unpack
from urllib.parse import urlsplit

from luban.ports.limits import Requester
from luban.ports.world import World
from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    ImageAnswer,
    ImageOptions,
    Models,
)
from luban.sdk.http import Http, HttpResponse, HttpStream
from luban.watching import trace_names as names
from luban.watching.tracing import Tracing

A = TypeVar("A", ChatAnswer, EmbeddingAnswer, ImageAnswer)


class TracedWorld:
    """`World` over another one; what needs no span is the other's own."""

    def __init__(self, world: World, tracing: Tracing) -> None:
        self._world = world
        self._tracing = tracing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def http(self, requester: Requester) -> Http:
        return TracedHttp(self._world.http(requester), self._tracing)

    def models(self, requester: Requester) -> Models:
        return TracedModels(self._world.models(requester), self._tracing)


class TracedHttp:
    """`Http`; of an address only the host is told, for the rest may hold secrets."""

    def __init__(self, http: Http, tracing: Tracing) -> None:
        self._http = http
        self._tracing = tracing

    async def request(self, method: str, url: str, **more: Any) -> HttpResponse:
        async with self.stream(method, url, **more) as answer:
            return await answer.read()

    @asynccontextmanager
    async def stream(self, method: str, url: str, **more: Any) -> AsyncIterator[HttpStream]:
        host = _host(url)
        facts = {names.REQUEST_METHOD: method, names.SERVER: host}
        name = names.HTTP_SPAN.format(method=method, host=host)
        with self._tracing.call(name, facts) as span:
            async with self._http.stream(method, url, **more) as answer:
                span.set_attribute(names.STATUS_CODE, answer.status)
                yield answer


class TracedModels:
    """`Models`; nothing of what was said is told, only how much."""

    def __init__(self, models: Models, tracing: Tracing) -> None:
        self._models = models
        self._tracing = tracing

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        return await self._told(model, self._models.chat(model, messages, **options))

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        return await self._told(model, self._models.complete(model, prompt, **options))

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        return await self._told(model, self._models.embed(model, texts, timeout=timeout))

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        return await self._told(model, self._models.image(model, prompt, **options))

    async def _told(self, model: str, asking: Coroutine[Any, Any, A]) -> A:
        name = names.CHAT_SPAN.format(model=model or "default")
        with self._tracing.call(name, {names.MODEL_ASKED: model}) as span:
            answer = await asking
            span.set_attribute(names.MODEL_ANSWERED, answer.model)
            span.set_attribute(names.INPUT_TOKENS, answer.usage.input_tokens)
            span.set_attribute(names.OUTPUT_TOKENS, answer.usage.output_tokens)
            return answer


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"
