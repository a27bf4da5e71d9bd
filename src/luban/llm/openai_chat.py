"""The OpenAI chat wire; the only file that imports pydantic_ai. Loading it takes a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import httpx2
from pydantic_ai import exceptions
from pydantic_ai.direct import model_request, model_request_stream
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    SystemPromptPart,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings

from luban.llm import errors, prices
from luban.llm.answer_size import keep_small
from luban.llm.settings import ModelConfig
from luban.sdk.chat import ChatAnswer, ChatMessage, Usage

OnDelta = Callable[[str], None]
_SHOWN = 300


class OpenAIChat:
    """One client for all models of this wire; `aclose` ends its connections."""

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(
            follow_redirects=True,
            # Unpacked, an answer might be a thousand times as large.
            headers={"accept-encoding": "identity"},
            event_hooks={"response": [keep_small]},
        )
        self._models: dict[str, OpenAIChatModel] = {}

    async def aclose(self) -> None:
        await self._client.aclose()

    async def chat(
        self,
        config: ModelConfig,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None,
        max_tokens: int | None,
        json: bool,
        timeout: float,
        on_delta: OnDelta | None,
    ) -> ChatAnswer:
        """One answer, asked for once: retrying is the engine's."""
        settings = _settings(temperature, max_tokens, json, timeout)
        sent = as_wire(messages)
        try:
            async with asyncio.timeout(timeout):
                if on_delta is None:
                    answer = await model_request(self._model(config), sent, model_settings=settings)
                else:
                    answer = await self._streamed(config, sent, settings, on_delta)
        except (TimeoutError, exceptions.ModelTimeoutError) as error:
            raise errors.ModelTimedOut(model=config.id, seconds=timeout) from error
        except exceptions.AgentRunError as error:
            raise _translated(config, error) from error
        except (httpx2.HTTPError, httpx2.StreamError, ValueError) as error:
            raise errors.ModelAnswerBroken(model=config.id, reason=_short(error)) from error
        return await _as_answer(config, answer)

    async def _streamed(
        self,
        config: ModelConfig,
        sent: list[ModelMessage],
        settings: ModelSettings,
        on_delta: OnDelta,
    ) -> ModelResponse:
        async with model_request_stream(
            self._model(config), sent, model_settings=settings
        ) as stream:
            async for event in stream:
                piece = _text_of(event)
                if piece:
                    on_delta(piece)
            return stream.get()

    def _model(self, config: ModelConfig) -> OpenAIChatModel:
        if config.id not in self._models:
            provider = OpenAICompatibleProvider(
                config.provider,
                base_url=config.base_url,
                api_key=config.api_key.get_secret_value() or None,
                http_client=self._client,
            )
            self._models[config.id] = OpenAIChatModel(config.wire_name, provider=provider)
        return self._models[config.id]


def as_wire(messages: Sequence[ChatMessage]) -> list[ModelMessage]:
    """Our turns as the library's: what was asked, and what a model answered."""
    sent: list[ModelMessage] = []
    for message in messages:
        match message.role:
            case "assistant":
                sent.append(ModelResponse([TextPart(message.content)]))
            case "system":
                sent.append(ModelRequest([SystemPromptPart(message.content)]))
            case "user":
                sent.append(ModelRequest([UserPromptPart(message.content)]))
    return sent


def _settings(
    temperature: float | None, max_tokens: int | None, json: bool, timeout: float
) -> ModelSettings:
    settings = ModelSettings(max_retries=0, timeout=timeout)
    if temperature is not None:
        settings["temperature"] = temperature
    if max_tokens is not None:
        settings["max_tokens"] = max_tokens
    if json:
        settings["extra_body"] = {"response_format": {"type": "json_object"}}
    return settings


def _text_of(event: object) -> str:
    """The text in an event of the stream; events not known here are no text."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""


async def _as_answer(config: ModelConfig, answer: ModelResponse) -> ChatAnswer:
    text = "".join(part.content for part in answer.parts if isinstance(part, TextPart))
    if not text:
        raise errors.ModelAnswerBroken(
            model=config.id, reason=f"it holds no text (ended: {answer.finish_reason})"
        )
    taken = answer.usage
    usd = await asyncio.to_thread(prices.cost, config, taken.input_tokens, taken.output_tokens)
    return ChatAnswer(
        text=text,
        model=config.id,
        usage=Usage(taken.input_tokens, taken.output_tokens, usd),
    )


def _translated(config: ModelConfig, error: exceptions.AgentRunError) -> errors.WordedError:
    """Their error as what it means for the step: wait, try again, or change something."""
    model = config.id
    if isinstance(error, exceptions.ModelHTTPError):
        status, answer = error.status_code, _said(error.body) or _short(error)
        if status == 429:
            wait = error.retry_after
            return errors.ModelBusy(
                model=model,
                answer=answer,
                wait="" if wait is None else f" {wait:g} s",
                wait_zh="" if wait is None else f"（{wait:g} 秒）",
                retry_after=wait,
            )
        if status >= 500 or status == 408:
            return errors.ModelDown(
                model=model, status=status, answer=answer, retry_after=error.retry_after
            )
        refused = errors.ModelKeyRefused if status in (401, 403) else errors.ModelRefused
        return refused(model=model, status=status, answer=answer)
    if isinstance(error, exceptions.ModelConnectionError) and not error.in_stream:
        return errors.ModelUnreachable(model=model, address=config.base_url, reason=_short(error))
    return errors.ModelAnswerBroken(model=model, reason=_short(error))


def _said(body: object) -> str:
    """The sentence in a provider's error, whose shape differs from one to the next."""
    while isinstance(body, dict):
        body = next((body[key] for key in ("message", "error", "detail") if body.get(key)), "")
    return body[:_SHOWN] if isinstance(body, str) else ""


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:_SHOWN]
