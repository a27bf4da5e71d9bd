"""The models of this installation, as blocks ask for them; the wire is loaded by the first call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Unpack
from urllib.parse import urlsplit

from luban.llm.demo.demo_model import DEMO_TITLE, DemoModel
from luban.llm.errors import ModelUnknown
from luban.llm.settings import DEMO, ModelConfig, ModelSettings, WireName, providers
from luban.model.errors import LubanError
from luban.ports.limits import LimitKey
from luban.sdk.chat import (
    ChatAnswer,
    ChatMessage,
    ChatOptions,
    EmbeddingAnswer,
    ImageAnswer,
    ImageOptions,
)

if TYPE_CHECKING:
    from luban.llm.wires.wire import Wire


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model as people choose it from a list."""

    id: str
    title: str
    provider: str
    demo: bool
    default: bool


class ConfiguredModels:
    """The `Models` of the block author's kit: rows of settings, and the built-in demo model.

    Addresses here come from an administrator, so they are not held to the public web as blocks
    are. Belongs to one event loop; `aclose` ends its connections.
    """

    def __init__(self, settings: ModelSettings | None = None) -> None:
        self._settings = settings or ModelSettings()
        self._demo = DemoModel()
        self._wires: dict[str, Wire] = {}
        self._loading = asyncio.Lock()

    def list(self) -> list[ModelEntry]:
        """The default first, the demo model last; names of a known provider work beyond these."""
        default = self._settings.default
        entries = [
            ModelEntry(row.id, row.title or row.wire_name, row.provider, False, row.id == default)
            for row in self._settings.rows.values()
        ]
        entries.sort(key=lambda entry: not entry.default)
        return [*entries, ModelEntry(DEMO, DEMO_TITLE, "demo", True, default == DEMO)]

    def limit_key(self, model: str) -> LimitKey | None:
        """The provider of a model, with the credential if it has its own; `None` for the demo.

        A setting may call it by the provider's name, or by the host it is at.
        """
        wanted = model or self._settings.default
        if wanted == DEMO:
            return None
        try:
            config = self._settings.find(wanted)
        except LubanError:
            return None  # asking it says what is wrong
        if config is None:
            return None
        address = urlsplit(config.base_url)
        credential = config.api_key_variable
        name = f"{config.provider}#{credential}" if credential else config.provider
        host = address.hostname or ""
        return LimitKey(name, credential, (config.provider, address.netloc.lower(), host))

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        """As `luban.sdk.chat.Models.chat` says."""
        if self._is_demo(model):
            return await self._demo.chat(messages, **options)
        config = self._config(model)
        wire = await self._loaded(config)
        if options.get("json") and options.get("schema") is None:
            messages = _asking_for_json(messages)
        return await wire.chat(config, messages, **options)

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        """As `luban.sdk.chat.Models.complete` says."""
        if self._is_demo(model):
            return await self._demo.chat([ChatMessage("user", prompt)], **options)
        config = self._config(model)
        return await (await self._loaded(config)).complete(config, prompt, **options)

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        """As `luban.sdk.chat.Models.embed` says."""
        config = self._config(model)
        return await (await self._loaded(config)).embed(config, texts, timeout=timeout)

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        """As `luban.sdk.chat.Models.image` says."""
        config = self._config(model)
        return await (await self._loaded(config)).image(config, prompt, **options)

    async def aclose(self) -> None:
        """Ends all connections; a later call opens new ones."""
        wires, self._wires = self._wires, {}
        for wire in wires.values():
            await wire.aclose()

    def _is_demo(self, model: str) -> bool:
        return (model or self._settings.default) == DEMO

    def _config(self, model: str) -> ModelConfig:
        wanted = model or self._settings.default
        config = self._settings.find(wanted)
        if config is None:
            known = [*self._settings.rows, DEMO]
            raise ModelUnknown(model=wanted, known=", ".join(known), providers=list(providers()))
        return config

    async def _loaded(self, config: ModelConfig) -> Wire:
        module = _MODULES[config.wire]
        async with self._loading:
            if module not in self._wires:
                # A second of importing: in a thread, so that other runs go on meanwhile.
                found = await asyncio.to_thread(import_module, f"luban.llm.wires.{module}")
                self._wires[module] = found.WIRE()
            return self._wires[module]


_MODULES: dict[WireName, str] = {
    "openai-chat": "openai_wire",
    "openai-responses": "openai_wire",
    "openai-completions": "openai_wire",
    "openai-embeddings": "openai_wire",
    "openai-images": "openai_wire",
    "anthropic": "anthropic_wire",
    "google": "google_wire",
}


def _asking_for_json(messages: Sequence[ChatMessage]) -> Sequence[ChatMessage]:
    """Services refuse their JSON mode unless a message says the word."""
    if any("json" in message.content.lower() for message in messages):
        return messages
    return [ChatMessage("system", "Answer with one JSON object and nothing else."), *messages]
