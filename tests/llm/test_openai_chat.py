"""The OpenAI chat wire against a real server: answers, streams, costs and every fault."""

from __future__ import annotations

import time
from typing import Any

import pytest

from luban.llm.errors import (
    ModelAnswerBroken,
    ModelBusy,
    ModelDown,
    ModelKeyRefused,
    ModelRefused,
    ModelTimedOut,
    ModelUnreachable,
)
from luban.llm.scripted.script import Reply
from luban.sdk.chat import ChatMessage
from luban.sdk.errors import BlockError, TemporaryError
from tests.llm.conftest import Serve, Served

ASKED = [ChatMessage("system", "Be short."), ChatMessage("user", "你好")]


async def chat(served: Served, **options: Any):
    return await served.models.chat("test/m", ASKED, **options)


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def deltas(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Options with and without a stream."""
    return {"on_delta": lambda piece: None} if request.param else {}


async def test_an_answer_with_its_usage(serve: Serve, deltas: dict[str, Any]) -> None:
    served = await serve(Reply(text="你好，世界", usage=(12, 4)))
    answer = await chat(served, **deltas)
    assert (answer.text, answer.model, answer.demo) == ("你好，世界", "test/m", False)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (12, 4)


async def test_what_is_sent(serve: Serve) -> None:
    served = await serve(Reply(text="ok"))
    messages = [
        *ASKED,
        ChatMessage("assistant", "Hello."),
        ChatMessage("user", "And now?"),
    ]
    await served.models.chat("", messages, temperature=0.0, max_tokens=7)
    (sent,) = served.server.requests
    assert [(turn["role"], turn["content"]) for turn in sent.body["messages"]] == [
        ("system", "Be short."),
        ("user", "你好"),
        ("assistant", "Hello."),
        ("user", "And now?"),
    ]
    assert sent.body["model"] == "m"
    assert sent.body["temperature"] == 0.0
    assert 7 in (sent.body.get("max_tokens"), sent.body.get("max_completion_tokens"))
    assert sent.headers["authorization"] == "Bearer secret-key"


async def test_pieces_come_as_they_are_written(serve: Serve) -> None:
    served = await serve(Reply(pieces=("一", "二", "three "), empty_parts=True))
    pieces: list[str] = []
    answer = await chat(served, on_delta=pieces.append)
    assert [piece for piece in pieces if piece] == ["一", "二", "three "]
    assert answer.text == "一二three "


async def test_json_mode_asks_for_json_in_both_places(serve: Serve) -> None:
    served = await serve(Reply(data={"a": 1}))
    answer = await chat(served, json=True)
    assert answer.text == '{"a": 1}'
    body = served.server.requests[0].body
    assert body["response_format"] == {"type": "json_object"}
    assert "JSON" in body["messages"][0]["content"]


# --- costs -------------------------------------------------------------------------------------


async def test_the_configured_price_comes_first(serve: Serve) -> None:
    served = await serve(Reply(text="x", usage=(1_000_000, 500_000)), input_usd=2, output_usd=8)
    assert (await chat(served)).usage.usd == pytest.approx(6.0)


async def test_an_unknown_price_is_none_and_never_nothing(serve: Serve) -> None:
    served = await serve(Reply(text="x"))
    assert (await chat(served)).usage.usd is None


async def test_the_list_price_of_a_known_service() -> None:
    from luban.llm.prices import cost
    from luban.llm.settings import ModelConfig

    row = ModelConfig(id="openai/gpt-4o", base_url="https://api.openai.com/v1")
    assert cost(row, 1_000_000, 0) == pytest.approx(2.5)
    assert cost(row, 0, 0) is None


async def test_a_service_that_reports_no_usage(serve: Serve, deltas: dict[str, Any]) -> None:
    served = await serve(Reply(text="x", hide_usage=True))
    answer = await chat(served, **deltas)
    assert (answer.text, answer.usage.input_tokens, answer.usage.usd) == ("x", 0, None)


# --- faults ------------------------------------------------------------------------------------


async def test_busy(serve: Serve, deltas: dict[str, Any]) -> None:
    served = await serve(Reply(status=429, retry_after=7, error="slow down"))
    with pytest.raises(ModelBusy) as raised:
        await chat(served, **deltas)
    assert isinstance(raised.value, TemporaryError)
    assert raised.value.retry_after == 7
    assert "7 s" in str(raised.value) and "slow down" in str(raised.value)
    assert "7 秒" in raised.value.message_zh
    assert len(served.server.requests) == 1  # retrying is the engine's


@pytest.mark.parametrize("status", [500, 502, 503, 529])
async def test_down(serve: Serve, deltas: dict[str, Any], status: int) -> None:
    served = await serve(Reply(status=status, error="out of order"))
    with pytest.raises(ModelDown, match="out of order") as raised:
        await chat(served, **deltas)
    assert raised.value.retryable
    assert len(served.server.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ModelRefused), (404, ModelRefused), (401, ModelKeyRefused), (403, ModelKeyRefused)],
)
async def test_refused(serve: Serve, status: int, error: type[BlockError]) -> None:
    served = await serve(Reply(status=status, error="not like this"))
    with pytest.raises(error, match="not like this") as raised:
        await chat(served)
    assert not raised.value.retryable
    assert "secret-key" not in str(raised.value.as_json())


@pytest.mark.parametrize(
    "fault", [Reply(text="long", delay=30), Reply(text="long answer", stall_after=1)]
)
async def test_too_slow(serve: Serve, deltas: dict[str, Any], fault: Reply) -> None:
    served = await serve(fault)
    started = time.monotonic()
    with pytest.raises(ModelTimedOut, match=r"0\.5 s") as raised:
        await chat(served, timeout=0.5, **deltas)
    assert raised.value.retryable
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "fault",
    [
        Reply(text="a long answer that is cut", cut_after=2),
        Reply(text="a long answer", malformed_after=1),
    ],
    ids=["cut", "malformed"],
)
async def test_broken_answers(serve: Serve, deltas: dict[str, Any], fault: Reply) -> None:
    served = await serve(fault)
    with pytest.raises(TemporaryError) as raised:
        await chat(served, **deltas)
    assert isinstance(raised.value, (ModelAnswerBroken, ModelUnreachable))


@pytest.mark.parametrize("finish", ["stop", "length", None])
async def test_an_answer_without_text_is_broken(
    serve: Serve, deltas: dict[str, Any], finish: str | None
) -> None:
    served = await serve(Reply(text="", finish=finish))
    with pytest.raises(ModelAnswerBroken):
        await chat(served, **deltas)


async def test_nobody_listens(serve: Serve) -> None:
    served = await serve(Reply(), base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelUnreachable, match=r"127\.0\.0\.1:9"):
        await chat(served)


async def test_an_answer_after_a_fault(serve: Serve) -> None:
    served = await serve(Reply(status=500, times=1), Reply(text="fine again"))
    with pytest.raises(ModelDown):
        await chat(served)
    assert (await chat(served)).text == "fine again"
