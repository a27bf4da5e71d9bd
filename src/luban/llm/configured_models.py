"""The models of this installation, as blocks ask for them; the wire is loaded by the first call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from luban.llm.demo.demo_model import DEMO_TITLE, DemoModel
from luban.llm.errors import ModelUnknown
from luban.llm.settings import DEMO, ModelSettings, providers
from luban.model.errors import LubanError
from luban.ports.limits import LimitKey
from luban.sdk.chat import ChatAnswer, ChatMessage

if TYPE_CHECKING:
    from luban.llm.openai_chat import OpenAIChat


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
        self._wire: OpenAIChat | None = None
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
        self,
        model: str,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
        json: bool = False,
        timeout: float = 120.0,
        on_delta: Callable[[str], None] | None = None,
    ) -> ChatAnswer:
        """As `luban.sdk.chat.Models.chat` says."""
        wanted = model or self._settings.default
        if wanted == DEMO:
            return await self._demo.chat(messages, json=json, on_delta=on_delta)
        config = self._settings.find(wanted)
        if config is None:
            known = [*self._settings.rows, DEMO]
            raise ModelUnknown(model=wanted, known=", ".join(known), providers=list(providers()))
        wire = await self._loaded()
        return await wire.chat(
            config,
            _asking_for_json(messages) if json else messages,
            temperature=temperature,
            max_tokens=max_tokens,
            json=json,
            timeout=timeout,
            on_delta=on_delta,
        )

    async def aclose(self) -> None:
        """Ends all connections; a later call opens new ones."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.aclose()

    async def _loaded(self) -> OpenAIChat:
        async with self._loading:
            wire = self._wire
            if wire is None:
                # A second of importing: in a thread, so that other runs go on meanwhile.
                module = await asyncio.to_thread(import_module, "luban.llm.openai_chat")
                wire = self._wire = cast("OpenAIChat", module.OpenAIChat())
            return wire


def _asking_for_json(messages: Sequence[ChatMessage]) -> Sequence[ChatMessage]:
    """Services refuse their JSON mode unless a message says the word."""
    if any("json" in message.content.lower() for message in messages):
        return messages
    return [ChatMessage("system", "Answer with one JSON object and nothing else."), *messages]
