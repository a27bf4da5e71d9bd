"""Conversations over any wire the library speaks. Loading this takes a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Unpack

import httpx2
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
)
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from luban.llm import errors, prices
from luban.llm.settings import ModelConfig
from luban.llm.wires import messages as turns
from luban.llm.wires import quirks
from luban.llm.wires.failures import told
from luban.llm.wires.wire import Wire
from luban.sdk.chat import ChatAnswer, ChatMessage, ChatOptions, Usage

TIMEOUT = 120.0
_MOST = 256
"""Rows whose client is kept: keys that are renewed make new ones."""
OnPiece = Callable[[str], None]


class Chatting(Wire):
    """The part of a wire that all share; a wire says how the library's model is made."""

    vendor = ""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self.client = quirks.client(transport=transport)
        self._own: dict[ModelConfig, httpx2.AsyncClient] = {}
        self._models: dict[ModelConfig, Model] = {}

    def client_of(self, config: ModelConfig) -> httpx2.AsyncClient:
        """The connections to a row's address; those with headers of their own are kept apart."""
        if not quirks.needs_client(config):
            return self.client
        if config not in self._own:
            _make_room(self._own)
            self._own[config] = quirks.client(config, self._transport)
        return self._own[config]

    def made(self, config: ModelConfig) -> Model:
        """The library's model of a row."""
        raise NotImplementedError

    def adjusted(self, settings: ModelSettings, options: ChatOptions) -> ModelSettings:
        """What only this wire needs to be told."""
        return settings

    async def aclose(self) -> None:
        for client in (self.client, *self._own.values()):
            await client.aclose()

    async def chat(
        self, config: ModelConfig, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        timeout = options.get("timeout", TIMEOUT)
        options = quirks.adapted(config, options)
        messages = messages if config.quirks.system else quirks.without_system(messages)
        sent = turns.as_wire(messages, self.vendor)
        with told(config, timeout):
            async with asyncio.timeout(timeout):
                answer = await self._asked(config, sent, options, timeout)
        if options.get("schema") is not None:
            answer = turns.unwrapped(answer)
        return await self._as_answer(config, answer)

    async def _asked(
        self,
        config: ModelConfig,
        sent: list[ModelMessage],
        options: ChatOptions,
        timeout: float,
    ) -> ModelResponse:
        settings = self.adjusted(settings_of(options, timeout), options)
        model = self._model(config)
        native = model.profile.get("supports_json_schema_output", False)
        parameters = turns.parameters(options, native=native)
        on_text, on_reasoning = options.get("on_delta"), options.get("on_reasoning")
        if not config.quirks.stream or (on_text is None and on_reasoning is None):
            answer = await model_request(
                model, sent, model_settings=settings, model_request_parameters=parameters
            )
            if on_text is not None and (text := turns.text_of(answer)):
                on_text(text)
            return answer
        async with model_request_stream(
            model, sent, model_settings=settings, model_request_parameters=parameters
        ) as stream:
            async for event in stream:
                _tell(event, on_text, on_reasoning)
            return stream.get()

    def _model(self, config: ModelConfig) -> Model:
        model = self._models.get(config)
        if model is None:
            _make_room(self._models)
            model = self._models[config] = self.made(config)
        return model

    async def _as_answer(self, config: ModelConfig, answer: ModelResponse) -> ChatAnswer:
        text, calls = turns.text_of(answer), turns.calls_of(answer)
        if not text and not calls:
            raise errors.ModelAnswerBroken(
                model=config.id, reason=f"it holds no text (ended: {answer.finish_reason})"
            )
        taken = answer.usage
        usd = await prices.cost_of(config, taken.input_tokens, taken.output_tokens)
        return ChatAnswer(
            text=text,
            model=config.id,
            usage=Usage(
                taken.input_tokens,
                taken.output_tokens,
                usd,
                taken.cache_read_tokens,
                taken.output_reasoning_tokens or 0,
            ),
            calls=calls,
            reasoning=turns.reasoning_of(answer),
            finish=turns.finish_of(answer),
            sealed=turns.sealed_of(answer, self.vendor),
        )


def _make_room(kept: dict[ModelConfig, Any]) -> None:
    if len(kept) >= _MOST:
        del kept[next(iter(kept))]


def settings_of(options: ChatOptions, timeout: float) -> ModelSettings:
    """The library's settings; it must not try again by itself."""
    settings = ModelSettings(max_retries=0, timeout=timeout)
    if (temperature := options.get("temperature")) is not None:
        settings["temperature"] = temperature
    if (longest := options.get("max_tokens")) is not None:
        settings["max_tokens"] = longest
    if stop := options.get("stop"):
        settings["stop_sequences"] = list(stop)
    if options.get("cache") == "prompt":
        settings["cache"] = True
    if options.get("tools") and (choice := options.get("tool_choice", "auto")) != "auto":
        settings["tool_choice"] = choice if choice in ("none", "required") else [choice]
    return settings


def _tell(event: object, on_text: OnPiece | None, on_reasoning: OnPiece | None) -> None:
    """Events of the stream that are not known here are no text."""
    match event:
        case PartStartEvent(part=TextPart(content=piece)) if on_text and piece:
            on_text(piece)
        case PartDeltaEvent(delta=TextPartDelta(content_delta=piece)) if on_text and piece:
            on_text(piece)
        case PartStartEvent(part=ThinkingPart(content=piece)) if on_reasoning and piece:
            on_reasoning(piece)
        case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=piece)) if on_reasoning and piece:
            on_reasoning(piece)
        case _:
            pass
