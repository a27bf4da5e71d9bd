"""Which models there are, from the environment and from luban.toml."""

from __future__ import annotations

import subprocess
import sys

import pytest

from luban.llm import ConfiguredModels, ModelSettings
from luban.llm.errors import ModelKeyMissing, ModelUnknown
from luban.model.errors import InvalidValue
from luban.sdk.chat import ChatMessage


async def ids(settings: ModelSettings) -> list[str]:
    return [entry.id for entry in await ConfiguredModels(settings).list()]


async def test_without_any_setting_there_is_the_demo_model() -> None:
    (entry,) = await ConfiguredModels().list()
    assert (entry.id, entry.demo, entry.default) == ("demo/luban", True, True)


async def test_a_key_offers_the_models_of_its_provider() -> None:
    settings = ModelSettings.read({"OPENAI_API_KEY": "k"})
    first, second, *_, last = await ids(settings)
    assert [first, second, last] == ["openai/gpt-4o-mini", "openai/gpt-4o", "demo/luban"]
    assert settings.default == "openai/gpt-4o-mini"


async def test_the_address_of_another_service() -> None:
    settings = ModelSettings.read(
        {"OPENAI_BASE_URL": "http://localhost:8180/v1", "LUBAN_MODEL": "qwen/qwen3"}
    )
    row = settings.find(settings.default)
    assert row is not None
    assert (row.id, row.wire_name) == ("openai/qwen/qwen3", "qwen/qwen3")
    assert row.base_url == "http://localhost:8180/v1"
    assert (await ids(settings))[0] == "openai/qwen/qwen3"


def test_any_name_of_a_known_provider_works_without_a_row() -> None:
    settings = ModelSettings.read({"GROQ_API_KEY": "k"})
    row = settings.find("groq/some-new-model")
    assert row is not None and row.base_url == "https://api.groq.com/openai/v1"
    assert settings.find("ollama/qwen2.5") is not None
    assert settings.find("nobody/x") is None


def test_a_known_provider_without_a_key_says_which_one() -> None:
    with pytest.raises(ModelKeyMissing, match="MISTRAL_API_KEY"):
        ModelSettings.read({}).find("mistral/mistral-large-latest")


async def test_rows_of_the_settings_file() -> None:
    settings = ModelSettings.read(
        {"MY_KEY": "k", "OPENAI_API_KEY": "o"},
        [
            {"id": "home/qwen", "base_url": "http://nas:1/v1", "name": "qwen2.5:7b"},
            {
                "id": "work/large",
                "base_url": "https://llm.work/v1",
                "api_key_variable": "MY_KEY",
                "title": "Work",
                "default": True,
            },
        ],
    )
    assert settings.default == "work/large"
    row = settings.find("work/large")
    assert row is not None and row.api_key.get_secret_value() == "k"
    assert "k" not in repr(row).replace("api_key", "").replace("work", "").split("'")
    assert (await ids(settings))[:2] == ["work/large", "home/qwen"]


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"id": "x/y", "base_url": "http://h", "pirce": 1}, "pirce"),
        ({"id": "plain", "base_url": "http://h"}, "plain"),
        ({"id": "x/y"}, "x/y"),
        ({"id": "x/y", "base_url": "http://h", "wire": "smoke"}, "wire"),
    ],
)
def test_a_bad_row_is_named(row: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        ModelSettings.read({}, [row])
    assert named in str(raised.value)


async def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ModelUnknown, match="demo/luban"):
        await ConfiguredModels().chat("nobody/x", [ChatMessage("user", "hi")])


def test_importing_loads_no_vendor_library() -> None:
    program = (
        "import sys, luban.llm, luban.net;"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " ('pydantic_ai', 'openai', 'httpx2', 'httpcore2', 'genai_prices', 'starlette')])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert shown.stdout.strip() == b"[]"
