"""Models that a service on one's own machine says it has; asked for now and then."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from luban.llm.model_config import ModelConfig
from luban.llm.shipped import Provider, known, providers

if TYPE_CHECKING:
    import httpx2

LASTS = 5.0
"""Seconds that an answer is good for."""
PATIENCE = 0.5
"""Seconds that a service has to answer, and that anybody waits for it."""
_MOST, _LARGEST = 500, 1 << 20
_EMBEDDING = ("embed", "bert")


class InstalledModels:
    """What services with `installed_at` have; those that do not answer have nothing.

    Belongs to one event loop; `aclose` ends its connections.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._found: dict[str, ModelConfig] = {}
        self._good_until = 0.0
        self._waited = False
        self._looking: asyncio.Task[None] | None = None
        self._client: httpx2.AsyncClient | None = None
        self._asked = [
            (name, provider)
            for name, provider in providers().items()
            if provider.installed_at and (provider.looked_for or provider.address_set(environment))
        ]

    async def list(self) -> Mapping[str, ModelConfig]:
        """By id. Waits for a first answer, later ones are fetched while the old one is given."""
        if not self._asked:
            return {}
        if self._looking is None and time.monotonic() >= self._good_until:
            self._looking = asyncio.create_task(self._look())
        if self._looking is not None and not self._waited:
            self._waited = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await asyncio.shield(self._looking)
        return self._found

    async def aclose(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _look(self) -> None:
        try:
            if self._client is None:
                # It reads the certificates there are, which takes a while.
                self._client = await asyncio.to_thread(_client)
            asked = (self._of(self._client, *each) for each in self._asked)
            answers = await asyncio.gather(*asked)
            self._found = {config.id: config for answer in answers for config in answer}
        finally:
            self._good_until = time.monotonic() + LASTS
            self._looking = None

    async def _of(
        self, client: httpx2.AsyncClient, name: str, provider: Provider
    ) -> list[ModelConfig]:
        import httpx2

        address = provider.address(self._environment)
        parts = urlsplit(address)
        key = provider.key(self._environment)
        try:
            answer = await client.get(
                f"{parts.scheme}://{parts.netloc}{provider.installed_at}",
                headers={"authorization": f"Bearer {key}"} if key else {},
            )
            told = answer.json() if answer.is_success and len(answer.content) < _LARGEST else {}
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            return []
        found = (self._config(name, each) for each in _entries(told))
        return [config for config in found if config is not None]

    def _config(self, provider: str, entry: Mapping[str, Any]) -> ModelConfig | None:
        called = str(entry.get("name") or entry.get("id") or "")
        config = known(f"{provider}/{called.removesuffix(':latest')}", self._environment)
        if config is None or not called:
            return None
        details = entry.get("details")
        family = str(details.get("family", "")) if isinstance(details, Mapping) else ""
        if any(word in f"{called} {family}".lower() for word in _EMBEDDING):
            return config.model_copy(
                update={"wire": "openai-embeddings", "capabilities": frozenset({"embeddings"})}
            )
        return config


def _client() -> httpx2.AsyncClient:
    import httpx2

    return httpx2.AsyncClient(timeout=PATIENCE, trust_env=False)


def _entries(told: Any) -> Iterable[Mapping[str, Any]]:
    """The models in an answer: Ollama calls the list `models`, OpenAI's wire `data`."""
    if not isinstance(told, Mapping):
        return []
    for name in ("models", "data"):
        listed = told.get(name)
        if isinstance(listed, list):
            return [each for each in listed[:_MOST] if isinstance(each, Mapping)]
    return []
