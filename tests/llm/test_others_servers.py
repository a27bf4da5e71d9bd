"""The wires against servers that others wrote: aimock's three, and llama.cpp's own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from luban.llm import ConfiguredModels, ModelConfig, ModelSettings
from luban.llm.errors import ModelContextFull
from luban.llm.fitting_models import FittingModels
from luban.sdk.chat import ChatMessage, Tool
from tests.llm.others import aimock_server, llama_server
from tests.llm.tiny_llama import CONTEXT

pytestmark = pytest.mark.network

WIRES = ("openai-chat", "openai-responses", "anthropic", "google")
AUTHOR = [ChatMessage("user", "《红楼梦》的作者是谁？")]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = Tool("weather", "The weather of a city.", CITY)
FIXTURES: list[dict[str, Any]] = [
    {
        "match": {"userMessage": "weather", "hasToolResult": False},
        "response": {"toolCalls": [{"name": "weather", "arguments": '{"city": "杭州"}'}]},
    },
    {
        "match": {"userMessage": "weather", "hasToolResult": True},
        "response": {"content": "It is sunny."},
    },
    {"match": {"userMessage": "红楼梦"}, "response": {"content": "曹雪芹。"}},
]


@pytest.fixture(scope="module")
def aimock() -> Iterator[str]:
    with aimock_server(FIXTURES) as base:
        yield base


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama_server(tmp_path_factory.mktemp("llama")) as base:
        yield base


@pytest.fixture(params=WIRES)
async def peer(request: pytest.FixtureRequest, aimock: str) -> AsyncIterator[ConfiguredModels]:
    path = "/v1" if request.param.startswith("openai") else ""
    models = _models(f"{aimock}{path}", request.param)
    yield models
    await models.aclose()


def _models(base: str, wire: str) -> ConfiguredModels:
    row = ModelConfig.model_validate(
        {"id": "peer/m", "base_url": base, "api_key": SecretStr("k"), "wire": wire}
    )
    return ConfiguredModels(ModelSettings({row.id: row}, row.id))


async def test_a_question_is_answered_whole_and_in_pieces(peer: ConfiguredModels) -> None:
    whole = await peer.chat("", AUTHOR)
    came: list[str] = []
    streamed = await peer.chat("", AUTHOR, on_delta=came.append)
    assert whole.text == streamed.text == "".join(came) == "曹雪芹。"


# What this server says about the end of a call, Gemini does not.
@pytest.mark.filterwarnings("ignore:FUNCTION_CALL is not a valid")
@pytest.mark.parametrize("stream", [False, True])
async def test_a_tool_is_called_and_its_result_answered(
    peer: ConfiguredModels, stream: bool
) -> None:
    asked = [ChatMessage("user", "How is the weather?")]
    tell = (lambda piece: None) if stream else None
    called = await peer.chat("", asked, tools=[WEATHER], on_delta=tell)
    (call,) = called.calls
    assert (call.name, call.arguments) == ("weather", {"city": "杭州"})
    result = ChatMessage("tool", "sunny", call_id=call.id)
    told = await peer.chat("", [*asked, called.message, result], tools=[WEATHER], on_delta=tell)
    assert told.text == "It is sunny."
    assert not told.calls


async def test_llama_answers_streams_and_counts(llama: str) -> None:
    models = _models(f"{llama}/v1", "openai-chat")
    came: list[str] = []
    answer = await models.chat("", AUTHOR, max_tokens=12, temperature=0, on_delta=came.append)
    again = await models.chat("", AUTHOR, max_tokens=12, temperature=0)
    assert "".join(came) == answer.text == again.text
    assert answer.finish == "length"
    assert answer.usage.input_tokens > 20
    assert answer.usage.output_tokens == 12
    assert answer.usage.usd is None  # nobody knows its price
    await models.aclose()


async def test_random_weights_keep_to_a_schema(llama: str) -> None:
    models = _models(f"{llama}/v1", "openai-chat")
    schema = {
        "type": "object",
        "properties": {"verdict": {"enum": ["true", "false"]}, "sure": {"type": "boolean"}},
        "required": ["verdict", "sure"],
        "additionalProperties": False,
    }
    answer = await models.chat("", AUTHOR, schema=schema, max_tokens=256, temperature=0)
    told = json.loads(answer.text)
    assert told["verdict"] in ("true", "false")
    assert isinstance(told["sure"], bool)
    await models.aclose()


async def test_a_talk_that_is_too_long_is_said_so_and_fitted(llama: str) -> None:
    models = _models(f"{llama}/v1", "openai-chat")
    long = [ChatMessage("user", "a lock " * 700), ChatMessage("assistant", "yes"), *AUTHOR]
    with pytest.raises(ModelContextFull, match="context size"):
        await models.chat("", long, max_tokens=4)

    async def window(model: str) -> int:
        return CONTEXT

    answer = await FittingModels(models, window).chat("", long, max_tokens=4, fit=True)
    assert answer.usage.input_tokens < CONTEXT
    await models.aclose()
