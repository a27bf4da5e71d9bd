"""Which source of a model counts, whose it is, where its key may go, and what is installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from luban.llm import ConfiguredModels, ModelSettings
from luban.llm.errors import ModelUnknown
from luban.llm.installed import InstalledModels
from luban.llm.loaded_wires import LoadedWires
from luban.llm.model_sources import ModelSources
from luban.llm.scripted import Reply, scripted_server
from luban.llm.shipped import providers, shipped_models
from luban.net import AllowList
from luban.net.errors import AddressForbidden
from luban.net.guarded_transport import GuardedTransport
from luban.ports.models import ModelRow
from luban.sdk.chat import ChatMessage
from luban.storage.memory import MemoryDatabase

HELLO = [ChatMessage("user", "Hello")]
REQUIRED = {
    "openai": ("gpt-4o", "gpt-4o-mini", "gpt-4-turbo", "gpt-3.5-turbo"),
    "anthropic": ("claude-3-5-sonnet", "claude-3-haiku"),
    "groq": ("llama-3.1-70b", "llama-3.1-8b", "llama-3.3"),
    "openrouter": ("llama-3.1-405b", "hermes-3"),
    "google": ("gemini-1.5-pro", "gemini-1.5-flash"),
    "mistral": ("mistral-large", "mixtral-8x7b"),
    "nous": ("Hermes-3",),
    "nvidia": ("nemotron", "llama-3.1-405b"),
    "vercel": ("v0",),
    "ollama": ("llama3", "llama3.1:405b", "qwen2.5"),
}


def row(owner: str, url: str, **more: object) -> ModelRow:
    fields = {"owner": owner, "id": "home/m", "trusted": True, "config": {"base_url": url}}
    return ModelRow.model_validate({**fields, **more})


@asynccontextmanager
async def models_of(sources: ModelSources) -> AsyncIterator[ConfiguredModels]:
    wires = LoadedWires(lambda: GuardedTransport(AllowList()))
    models = ConfiguredModels(sources, None, wires)
    yield models
    await models.aclose()


def test_the_models_that_are_known() -> None:
    there = shipped_models()
    for provider, names in REQUIRED.items():
        for name in names:
            assert any(id.startswith(f"{provider}/") and name in id for id in there), name
    assert {each.partition("/")[0] for each in there} <= set(providers())
    assert there["ollama/qwen2.5"].title == "Qwen2.5"
    assert there["ollama/qwen2.5"].context == 8192
    assert there["groq/llama-3.1-8b-instant"].context == 131_072


async def test_a_later_source_replaces_an_earlier_one_for_its_owner_alone() -> None:
    written = [{"id": "openai/gpt-4o", "base_url": "http://toml/v1", "title": "Written"}]
    settings = ModelSettings.read({"OPENAI_API_KEY": "k"}, written)
    rows = MemoryDatabase().models
    sources = ModelSources(settings, rows)

    async def seen(owner: str) -> tuple[str, str]:
        sources.forget()
        known = (await sources.of(owner)).rows["openai/gpt-4o"]
        return known.source, known.config.base_url

    assert (await sources.of("ann")).rows["openai/gpt-4o-mini"].source == "shipped"
    assert await seen("ann") == ("settings", "http://toml/v1")
    await rows.put(row("admin", "http://shared/v1", id="openai/gpt-4o", shared=True))
    assert await seen("ann") == ("shared", "http://shared/v1")
    await rows.put(row("ann", "http://own/v1", id="openai/gpt-4o"))
    assert await seen("ann") == ("own", "http://own/v1")
    assert await seen("bob") == ("shared", "http://shared/v1")


async def test_anothers_row_is_neither_listed_nor_usable() -> None:
    async with scripted_server([Reply(text="hi")]) as server:
        rows = MemoryDatabase().models
        await rows.put(row("ann", server.base_url))
        async with models_of(ModelSources(rows=rows)) as models:
            assert (await models.of("ann").chat("home/m", HELLO)).text == "hi"
            assert "home/m" not in [each.id for each in await models.of("bob").list()]
            with pytest.raises(ModelUnknown):
                await models.of("bob").chat("home/m", HELLO)


async def test_a_key_of_the_server_goes_where_an_administrator_sends_it() -> None:
    async with scripted_server([Reply(text="hi")]) as server:
        environment = {"OPENAI_API_KEY": "servers-key", "OTHER_KEY": "other-key"}
        rows = MemoryDatabase().models
        stolen = {"base_url": server.base_url, "api_key_variable": "OTHER_KEY"}
        own = row("ann", "", id="openai/gpt-4o", config=stolen, trusted=False)
        wires = LoadedWires(lambda: GuardedTransport(AllowList.parse("loopback")))
        sources = ModelSources(ModelSettings.read(environment), rows)
        models = ConfiguredModels(sources, None, wires)
        for trusted, sent in ((False, ""), (True, "other-key")):
            await rows.put(own.model_copy(update={"trusted": trusted}))
            sources.forget()
            await models.of("ann").chat("openai/gpt-4o", HELLO)
            assert sent in server.requests[-1].headers.get("authorization", "")
            assert "servers-key" not in str(server.requests[-1].headers)
        await models.aclose()


async def test_an_address_of_nobodys_administrator_is_held_to_the_public_web() -> None:
    async with scripted_server([Reply(text="hi")]) as server:
        rows = MemoryDatabase().models
        await rows.put(row("ann", server.base_url, trusted=False))
        async with models_of(ModelSources(rows=rows)) as models:
            for wire in ("openai-chat", "anthropic", "google"):
                config = {"base_url": server.base_url, "wire": wire}
                await rows.put(row("ann", "", trusted=False, config=config))
                models.sources.forget()
                with pytest.raises(AddressForbidden):
                    await models.of("ann").chat("home/m", HELLO)
        assert server.requests == []


async def test_what_another_process_changed_is_seen_within_a_second() -> None:
    rows = MemoryDatabase().models
    sources = ModelSources(rows=rows)
    assert "home/m" not in (await sources.of("ann")).rows
    await rows.put(row("ann", "http://nas/v1"))
    async with asyncio.timeout(1.5):
        while "home/m" not in (await sources.of("ann")).rows:  # noqa: ASYNC110 (no bus here)
            await asyncio.sleep(0.05)


async def test_what_ollama_has_is_there_by_itself() -> None:
    async with scripted_server([Reply(text="hi")]) as server:
        server.installed = ["qwen2.5:latest", "qwen2.5:7b", "mxbai-embed-large", "my/own:1b"]
        environment = {"OLLAMA_BASE_URL": server.root}
        sources = ModelSources(ModelSettings.read(environment), None, InstalledModels(environment))
        async with models_of(sources) as models:
            listed = {each.id: each for each in await models.list()}
            assert [listed[f"ollama/{each}"].title for each in ("qwen2.5", "qwen2.5:7b")] == [
                "Qwen2.5",
                "Qwen2.5 7b",
            ]
            assert listed["ollama/qwen2.5"].source == "installed"
            assert listed["ollama/mxbai-embed-large"].capabilities == {"embeddings"}
            answer = await models.chat("ollama/qwen2.5", HELLO, max_tokens=5)
            assert (answer.text, answer.usage.usd) == ("hi", 0.0)
            assert server.requests[-1].body["model"] == "qwen2.5"
            assert server.requests[-1].body["max_tokens"] == 5
            assert (await models.chat("ollama/my/own:1b", HELLO)).text == "hi"
            assert (await models.embed("", ["a"])).model == "ollama/mxbai-embed-large"


async def test_a_service_that_is_not_there_holds_nobody_up() -> None:
    environment = {"OLLAMA_BASE_URL": "http://127.0.0.1:9"}
    installed = InstalledModels(environment)
    assert await installed.list() == {}
    await installed.aclose()
