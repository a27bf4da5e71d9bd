"""The models of this installation, as blocks ask for them; the wire is loaded by the first call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack
from urllib.parse import urlsplit

from pydantic import SecretStr

from luban.llm.demo.demo_model import DEMO_TITLE, DemoModel
from luban.llm.errors import ModelUnknown
from luban.llm.loaded_wires import LoadedWires
from luban.llm.model_config import Capability, ModelConfig
from luban.llm.model_sources import KnownModel, KnownModels, ModelSources, Source
from luban.llm.settings import DEMO, ModelSettings, providers
from luban.model.errors import LubanError
from luban.ports.limits import LimitKey
from luban.ports.models import ModelKeys
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
    source: Source = "shipped"
    context: int | None = None
    capabilities: frozenset[Capability] = frozenset()
    config: ModelConfig | None = None

    @classmethod
    def of(cls, config: ModelConfig, source: Source, default: str = "") -> ModelEntry:
        """A row as an entry."""
        return cls(
            config.id,
            config.title or config.wire_name,
            config.provider,
            False,
            config.id == default,
            source,
            config.context,
            config.capabilities,
            config,
        )


class ConfiguredModels:
    """The `Models` of the block author's kit: rows of all sources, and the built-in demo model.

    `of` gives those of one owner; without it, only what belongs to nobody. Addresses that an
    administrator wrote are not held to the public web as blocks are, others are. Belongs to one
    event loop; `aclose` ends its connections.
    """

    def __init__(
        self,
        sources: ModelSources | ModelSettings | None = None,
        keys: ModelKeys | None = None,
        wires: LoadedWires | None = None,
        owner: str = "",
    ) -> None:
        self.sources = sources if isinstance(sources, ModelSources) else ModelSources(sources)
        self._keys = keys
        self._wires = wires or LoadedWires()
        self._owner = owner
        self._demo = DemoModel()

    def of(self, owner: str) -> ConfiguredModels:
        """The models that an owner may use, over the same connections."""
        return ConfiguredModels(self.sources, self._keys, self._wires, owner)

    async def known(self) -> KnownModels:
        """What there is at this moment."""
        return await self.sources.of(self._owner)

    async def list(self) -> list[ModelEntry]:
        """The default first, the demo model last; names of a known provider work beyond these."""
        found = await self.known()
        rows = found.rows.values()
        entries = [ModelEntry.of(each.config, each.source, found.default) for each in rows]
        entries.sort(key=lambda entry: not entry.default)
        demo = ModelEntry(DEMO, DEMO_TITLE, "demo", True, found.default == DEMO)
        return [*entries, demo]

    async def config(self, model: str) -> ModelConfig | None:
        """The row of a model without what opens it, `None` for the demo; empty is the default.

        Raises `ModelUnknown` and `ModelKeyMissing`.
        """
        found = await self.known()
        if (model or found.default) == DEMO:
            return None
        return _named(found, model or found.default).config

    async def limit_key(self, model: str) -> LimitKey | None:
        """The provider of a model, with the credential if it has its own; `None` for the demo.

        A setting may call it by the provider's name, or by the host it is at.
        """
        found = await self.known()
        wanted = model or found.default
        if wanted == DEMO:
            return None
        try:
            known = _named(found, wanted)
        except LubanError:
            return None  # asking it says what is wrong
        config = known.config
        address = urlsplit(config.base_url)
        credential = known.credential or config.api_key_variable
        name = f"{config.provider}#{credential}" if credential else config.provider
        host = address.hostname or ""
        return LimitKey(name, credential, (config.provider, address.netloc.lower(), host))

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        """As `luban.sdk.chat.Models.chat` says."""
        found = await self.known()
        if (model or found.default) == DEMO:
            return await self._demo.chat(messages, **options)
        if options.get("json") and options.get("schema") is None:
            messages = _asking_for_json(messages)
        async with self._opened(_named(found, model or found.default)) as (config, wire):
            return await wire.chat(config, messages, **options)

    async def complete(self, model: str, prompt: str, **options: Unpack[ChatOptions]) -> ChatAnswer:
        """As `luban.sdk.chat.Models.complete` says."""
        found = await self.known()
        if (model or found.default) == DEMO:
            return await self._demo.chat([ChatMessage("user", prompt)], **options)
        async with self._opened(_named(found, model or found.default)) as (config, wire):
            return await wire.complete(config, prompt, **options)

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        """As `luban.sdk.chat.Models.embed` says."""
        found = await self.known()
        known = _named(found, model or found.default_for(embedding=True))
        async with self._opened(known) as (config, wire):
            return await wire.embed(config, texts, timeout=timeout)

    async def image(self, model: str, prompt: str, **options: Unpack[ImageOptions]) -> ImageAnswer:
        """As `luban.sdk.chat.Models.image` says."""
        found = await self.known()
        known = _named(found, model or found.default_for(image=True))
        async with self._opened(known) as (config, wire):
            return await wire.image(config, prompt, **options)

    async def ask(self, known: KnownModel, prompt: str, timeout: float) -> ChatAnswer:
        """One short question to a model that need not be stored yet."""
        async with self._opened(known) as (config, wire):
            return await wire.chat(
                config, [ChatMessage("user", prompt)], max_tokens=16, timeout=timeout
            )

    async def measure(self, known: KnownModel, text: str, timeout: float) -> EmbeddingAnswer:
        """The vector of a text, by a model that need not be stored yet."""
        async with self._opened(known) as (config, wire):
            return await wire.embed(config, [text], timeout=timeout)

    async def names(self, known: KnownModel, timeout: float) -> list[str]:
        """What the service of a model says it has."""
        async with self._opened(known) as (config, wire):
            return await wire.names(config, timeout=timeout)

    async def aclose(self) -> None:
        """Ends all connections; a later call opens new ones."""
        await self._wires.aclose()
        await self.sources.aclose()

    @asynccontextmanager
    async def _opened(self, known: KnownModel) -> AsyncIterator[tuple[ModelConfig, Wire]]:
        """The row with its key, for the length of a call, and the wire to ask it over."""
        config = known.config
        wire = await self._wires.get(config.wire, guarded=known.guarded)
        if not known.credential or self._keys is None:
            yield config, wire
            return
        url = config.base_url
        async with self._keys.open(known.owner, known.credential, config.id, url) as key:
            yield config.model_copy(update={"api_key": SecretStr(key)}), wire


def _named(found: KnownModels, model: str) -> KnownModel:
    known = found.find(model)
    if known is None:
        ids = [*found.rows, DEMO]
        raise ModelUnknown(model=model, known=", ".join(ids), providers=list(providers()))
    return known


def _asking_for_json(messages: Sequence[ChatMessage]) -> Sequence[ChatMessage]:
    """Services refuse their JSON mode unless a message says the word."""
    if any("json" in message.content.lower() for message in messages):
        return messages
    return [ChatMessage("system", "Answer with one JSON object and nothing else."), *messages]
