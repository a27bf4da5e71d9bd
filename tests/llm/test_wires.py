"""Every wire against a real server that speaks it: texts, tools, pictures, reasoning, vectors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from luban.llm.configured_models import ConfiguredModels
from luban.llm.errors import ModelBusy, ModelCannot, ModelDown, ModelKeyRefused
from luban.llm.scripted import Reply, ReplyCall
from luban.llm.settings import ModelConfig, ModelSettings
from luban.sdk.chat import ChatMessage, Image, Tool
from luban.sdk.errors import TemporaryError
from tests.llm.conftest import Serve, Served

WIRES = ("openai-chat", "openai-responses", "anthropic", "google")
WEATHER = Tool(
    "weather",
    "The weather of a city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
ASKED = [ChatMessage("system", "Be short."), ChatMessage("user", "Is it dry in Lu?")]
DOT = Image(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108040000"
        "00b51c0c020000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
    ),
    "image/png",
)


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def streamed(request: pytest.FixtureRequest) -> bool:
    return request.param


async def served_by(serve: Serve, wire: str, *replies: Reply) -> Served:
    """The model `test/m` over a wire; those who are not OpenAI are at the root of the address."""
    served = await serve(*replies)
    if not wire.startswith("openai"):
        row = ModelConfig.model_validate(
            {
                "id": "test/m",
                "wire": wire,
                "base_url": served.server.root,
                "api_key": SecretStr("secret-key"),
            }
        )
    else:
        row = ModelConfig.model_validate(
            {"id": "test/m", "wire": wire, "base_url": served.server.base_url}
        )
    await served.models.aclose()
    served.models = ConfiguredModels(ModelSettings({row.id: row}, row.id))
    return served


async def asked(served: Served, streamed: bool, messages: list[ChatMessage], **more: Any) -> Any:
    pieces: list[str] = []
    options = {**more, "on_delta": pieces.append} if streamed else more
    try:
        answer = await served.models.chat("test/m", messages, **options)
    finally:
        await served.models.aclose()
    if streamed:
        assert "".join(pieces) == answer.text
    return answer


async def test_a_text(serve: Serve, wire: str, streamed: bool) -> None:
    served = await served_by(serve, wire, Reply(when="dry", text="Yes, it is dry.", usage=(12, 5)))
    answer = await asked(served, streamed, ASKED, temperature=0.5, max_tokens=9)
    assert (answer.text, answer.finish, answer.calls) == ("Yes, it is dry.", "stop", ())
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (12, 5)


async def test_a_tool_is_called_and_answered(serve: Serve, wire: str, streamed: bool) -> None:
    call = ReplyCall(name="weather", arguments={"city": "Lu"}, id="call_7")
    served = await served_by(
        serve,
        wire,
        Reply(after="sun", text="It is."),
        Reply(offers="weather", text="Let me see.", calls=(call,)),
    )
    pieces: list[str] = []
    options: dict[str, Any] = {"tools": [WEATHER]}
    if streamed:
        options["on_delta"] = pieces.append
    first = await served.models.chat("test/m", ASKED, **options)
    assert first.finish == "tool_calls"
    (wanted,) = first.calls
    assert (wanted.name, wanted.arguments, wanted.id) == ("weather", {"city": "Lu"}, "call_7")
    result = ChatMessage("tool", "sun all day", call_id=wanted.id)
    turns = [*ASKED, first.message, result]
    assert (await asked(served, streamed, turns, tools=[WEATHER])).text == "It is."


async def test_several_tools_at_once(serve: Serve, wire: str, streamed: bool) -> None:
    calls = [ReplyCall(name="weather", arguments={"city": city}) for city in ("Lu", "Qi")]
    served = await served_by(serve, wire, Reply(calls=tuple(calls)))
    answer = await asked(served, streamed, ASKED, tools=[WEATHER], tool_choice="required")
    assert [call.arguments for call in answer.calls] == [{"city": "Lu"}, {"city": "Qi"}]


async def test_json_of_a_schema(serve: Serve, wire: str) -> None:
    called = ReplyCall(name="answer", arguments={"dry": True})
    served = await served_by(
        serve, wire, Reply(offers="answer", calls=(called,)), Reply(data={"dry": True})
    )
    schema = {
        "type": "object",
        "properties": {"dry": {"type": "boolean"}},
        "required": ["dry"],
        "additionalProperties": False,
    }
    answer = await asked(served, False, ASKED, schema=schema)
    assert json.loads(answer.text) == {"dry": True}
    assert answer.calls == ()


async def test_a_picture_goes_along(serve: Serve, wire: str) -> None:
    served = await served_by(serve, wire, Reply(text="A dot."))
    turns = [ChatMessage("user", "What is this?", images=(DOT,))]
    assert (await asked(served, False, turns)).text == "A dot."
    assert "iVBOR" in str(served.server.requests[0].body)


async def test_reasoning_is_kept_apart(serve: Serve, streamed: bool) -> None:
    for wire in ("openai-chat", "anthropic", "google"):
        served = await served_by(serve, wire, Reply(reasoning="Clouds? None.", text="Dry."))
        answer = await asked(served, streamed, ASKED)
        assert (answer.text, answer.reasoning) == ("Dry.", "Clouds? None."), wire


async def test_signed_reasoning_goes_back_as_it_came(serve: Serve) -> None:
    served = await served_by(
        serve, "anthropic", Reply(after="sure", text="Yes."), Reply(reasoning="Hm.", text="Dry.")
    )
    first = await served.models.chat("test/m", ASKED)
    await asked(served, False, [*ASKED, first.message, ChatMessage("user", "Are you sure?")])
    thought = served.server.requests[1].body["messages"][1]["content"][0]
    assert (thought["type"], thought["thinking"], thought["signature"]) == (
        "thinking",
        "Hm.",
        "sealed",
    )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Reply(status=429, retry_after=3, error="slow down"), ModelBusy),
        (Reply(status=503, error="asleep"), ModelDown),
        (Reply(status=401, error="who?"), ModelKeyRefused),
        (Reply(text="never whole", cut_after=0), TemporaryError),
    ],
    ids=["busy", "down", "key", "cut"],
)
async def test_faults(
    serve: Serve, wire: str, streamed: bool, fault: Reply, error: type[Exception]
) -> None:
    served = await served_by(serve, wire, fault)
    with pytest.raises(error) as caught:
        await asked(served, False, ASKED, **({"on_delta": print} if streamed else {}))
    if fault.retry_after and wire != "google":
        assert getattr(caught.value, "retry_after", None) == 3
    assert len(served.server.requests) == 1, "it was asked twice"


@pytest.mark.parametrize("written", ['{"city": "L', "Lu", "[1]"])
async def test_arguments_that_are_no_json_are_told(serve: Serve, written: str) -> None:
    call = ReplyCall(name="weather", written=written, pieces=1)
    served = await served_by(serve, "openai-chat", Reply(calls=(call,)))
    (found,) = (await asked(served, True, ASKED, tools=[WEATHER])).calls
    assert found.arguments is None
    assert found.written == written


async def test_dirt_around_calls_does_no_harm(serve: Serve) -> None:
    calls = (ReplyCall(name="weather", arguments={"city": "Lu"}, pieces=1),)
    served = await served_by(serve, "openai-chat", Reply(calls=calls, empty_parts=True))
    (found,) = (await asked(served, True, ASKED, tools=[WEATHER])).calls
    assert (found.name, found.arguments) == ("weather", {"city": "Lu"})


async def test_a_text_goes_on(serve: Serve, streamed: bool) -> None:
    served = await served_by(serve, "openai-completions", Reply(text=" and they lived."))
    pieces: list[str] = []
    options: dict[str, Any] = {"on_delta": pieces.append} if streamed else {}
    answer = await served.models.complete("test/m", "Once there was a bird", **options)
    await served.models.aclose()
    assert answer.text == " and they lived."
    assert served.server.requests[0].path == "/v1/completions"


async def test_vectors_of_texts(serve: Serve) -> None:
    served = await served_by(serve, "openai-embeddings", Reply(usage=(6, 1)))
    answer = await served.models.embed("test/m", ["one", "two", "one"])
    await served.models.aclose()
    assert answer.vectors[0] == answer.vectors[2] != answer.vectors[1]
    assert answer.usage.input_tokens == 6


async def test_pictures(serve: Serve) -> None:
    served = await served_by(serve, "openai-images", Reply())
    answer = await served.models.image("test/m", "a kite", size="1024x1024", count=2)
    await served.models.aclose()
    assert [image.type for image in answer.images] == ["image/png"] * 2
    assert answer.images[0].content.startswith(b"\x89PNG")
    assert answer.prompt == "a kite"


async def test_what_a_wire_cannot_do_is_refused(serve: Serve) -> None:
    served = await served_by(serve, "anthropic", Reply())
    for asking in (
        served.models.embed("test/m", ["a"]),
        served.models.image("test/m", "a"),
        served.models.complete("test/m", "a"),
    ):
        with pytest.raises(ModelCannot):
            await asking
    await served.models.aclose()
