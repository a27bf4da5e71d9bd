"""The wires of OpenAI and of everybody who speaks like them; the one that most services have."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from typing import Any, Unpack

import openai
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings

from luban.llm import errors, prices
from luban.llm.settings import ModelConfig
from luban.llm.wires import chatting
from luban.llm.wires.failures import told
from luban.llm.wires.quirks import adapted
from luban.sdk.chat import (
    ChatAnswer,
    ChatOptions,
    EmbeddingAnswer,
    Image,
    ImageAnswer,
    ImageOptions,
    Usage,
)

_PNG = "image/png"


class OpenAIWire(chatting.Chatting):
    """Chat, responses, completions, embeddings and images of one address."""

    vendor = "openai"

    def made(self, config: ModelConfig) -> Model:
        provider = OpenAICompatibleProvider(
            config.provider,
            base_url=config.base_url,
            api_key=config.api_key.get_secret_value() or None,
            http_client=self.client_of(config),
        )
        if config.wire == "openai-responses":
            return OpenAIResponsesModel(config.wire_name, provider=provider)
        return OpenAIChatModel(config.wire_name, provider=provider, profile=_profile(config))

    def adjusted(self, settings: ModelSettings, options: ChatOptions) -> ModelSettings:
        if options.get("json") and options.get("schema") is None:
            settings["extra_body"] = {"response_format": {"type": "json_object"}}
        return settings

    async def complete(
        self, config: ModelConfig, prompt: str, **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        timeout = options.get("timeout", chatting.TIMEOUT)
        options = adapted(config, options)
        on_delta = options.get("on_delta")
        asked: dict[str, Any] = {
            "model": config.wire_name,
            "prompt": prompt,
            "temperature": options.get("temperature"),
            "max_tokens": options.get("max_tokens"),
            "stop": list(options.get("stop", ())) or None,
        }
        asked = {name: value for name, value in asked.items() if value is not None}
        with told(config, timeout):
            async with asyncio.timeout(timeout):
                text, usage, finish = await self._completed(config, asked, on_delta)
        taken = Usage(usage.prompt_tokens, usage.completion_tokens) if usage else Usage()
        return ChatAnswer(
            text=text,
            model=config.id,
            usage=await priced(config, taken),
            finish="length" if finish == "length" else "stop",
        )

    async def _completed(
        self, config: ModelConfig, asked: dict[str, Any], on_delta: chatting.OnPiece | None
    ) -> tuple[str, Any, str | None]:
        client = self._client(config)
        if on_delta is None or not config.quirks.stream:
            answer = await client.completions.create(**asked)
            first = answer.choices[0]
            if on_delta is not None:
                on_delta(first.text)
            return first.text, answer.usage, first.finish_reason
        text, usage, finish = "", None, None
        stream = await client.completions.create(
            **asked, stream=True, stream_options={"include_usage": True}
        )
        async for piece in stream:
            usage = piece.usage or usage
            for choice in piece.choices:
                finish = choice.finish_reason or finish
                if choice.text:
                    text += choice.text
                    on_delta(choice.text)
        return text, usage, finish

    async def embed(
        self, config: ModelConfig, texts: Sequence[str], *, timeout: float
    ) -> EmbeddingAnswer:
        with told(config, timeout):
            async with asyncio.timeout(timeout):
                answer = await self._client(config).embeddings.create(
                    model=config.wire_name, input=list(texts), encoding_format="float"
                )
        found = sorted(answer.data, key=lambda each: each.index)
        vectors = [list(map(float, each.embedding)) for each in found]
        if len(vectors) != len(texts):
            reason = f"it holds {len(vectors)} vectors for {len(texts)} texts"
            raise errors.ModelAnswerBroken(model=config.id, reason=reason)
        usage = Usage(answer.usage.prompt_tokens) if answer.usage else Usage()
        return EmbeddingAnswer(vectors, config.id, await priced(config, usage))

    async def image(
        self, config: ModelConfig, prompt: str, **options: Unpack[ImageOptions]
    ) -> ImageAnswer:
        timeout = options.get("timeout", 300.0)
        asked: dict[str, Any] = {
            "model": config.wire_name,
            "prompt": prompt,
            "n": options.get("count", 1),
        }
        if size := options.get("size"):
            asked["size"] = size
        with told(config, timeout):
            async with asyncio.timeout(timeout):
                answer = await self._client(config).images.generate(**asked)
                images = [await self._picture(each) for each in answer.data or ()]
        if not images:
            raise errors.ModelAnswerBroken(model=config.id, reason="it holds no picture")
        used = answer.usage
        usage = Usage(used.input_tokens, used.output_tokens) if used else Usage()
        revised = next(
            (each.revised_prompt for each in answer.data or () if each.revised_prompt), ""
        )
        return ImageAnswer(images, config.id, await priced(config, usage), revised)

    async def names(self, config: ModelConfig, *, timeout: float) -> list[str]:
        with told(config, timeout):
            async with asyncio.timeout(timeout):
                page = await self._client(config).models.list()
        return [each.id for each in page.data]

    async def _picture(self, told: Any) -> Image:
        """Pictures come as they are, or as the address where they lie for a while."""
        if told.b64_json:
            return Image(base64.b64decode(told.b64_json), _PNG)
        answer = await self.client.get(told.url)
        answer.raise_for_status()
        return Image(answer.content, answer.headers.get("content-type", _PNG).partition(";")[0])

    def _client(self, config: ModelConfig) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(
            api_key=config.api_key.get_secret_value() or "none",
            base_url=config.base_url,
            http_client=self.client_of(config),
            max_retries=0,
        )


def _profile(config: ModelConfig) -> OpenAIModelProfile | None:
    """What the library does not know of the service by itself."""
    if not config.quirks.max_tokens:
        return None
    newer = config.quirks.max_tokens == "max_completion_tokens"
    return OpenAIModelProfile(openai_chat_supports_max_completion_tokens=newer)


async def priced(config: ModelConfig, usage: Usage) -> Usage:
    """The usage with what it cost, where that is known."""
    usd = await prices.cost_of(config, usage.input_tokens, usage.output_tokens)
    return Usage(usage.input_tokens, usage.output_tokens, usd)


WIRE = OpenAIWire
