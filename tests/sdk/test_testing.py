"""The tools block authors test with do what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Emissions,
    Emit,
    Example,
    FileRef,
    HttpResponse,
    block,
)
from luban.sdk.chat import ChatMessage
from luban.sdk.testing import ScriptedHttp, TestContext, run_block, run_block_now, try_example


@block(category="text", examples=(Example({"text": "a"}, {"result": "A"}),))
async def shout(text: str, times: int = 1) -> str:
    """Say it louder."""
    return text.upper() * times


@block
def plain(text: str) -> str:
    return text


@block
async def counting(upto: int) -> AsyncIterator[int]:
    for number in range(upto):
        yield number


class Fetch(Block):
    id = "test.fetch"

    class Input(BlockInput):
        url: str
        file: FileRef | None = None

    class Output(BlockOutput):
        line: str = Emit()
        seen: int

    async def run(self, input: Input, ctx: Context) -> Emissions:
        answer = await ctx.http.request("GET", input.url)
        ctx.log("fetched", status=answer.status)
        before = await ctx.state.get("seen", 0)
        await ctx.state.set("seen", before + 1)
        text = (await ctx.files.read(input.file)).decode() if input.file else ""
        lines = [*answer.text.splitlines(), *text.splitlines()]
        return Emissions([*(("line", line) for line in lines), ("seen", before)])


async def test_inputs_are_converted_and_outputs_gathered() -> None:
    assert await run_block(shout, text=5, times="2") == {"result": ["55"]}
    assert await run_block(plain, text="x") == {"result": ["x"]}
    assert await run_block(counting, upto=3) == {"result": [0, 1, 2]}


def test_a_block_runs_without_an_event_loop() -> None:
    assert run_block_now(shout, text="a") == {"result": ["A"]}


async def test_bad_inputs_are_refused() -> None:
    with pytest.raises(ValidationError):
        await run_block(shout)
    with pytest.raises(ValueError, match="loud"):
        await run_block(shout, text="a", loud=True)


async def test_the_world_answers_what_it_is_told() -> None:
    context = TestContext(http=ScriptedHttp({"https://example.org/": {"text": "one\ntwo"}}))
    file = context.files.put("t.txt", "three")
    got = await run_block(Fetch, context, url="https://example.org/", file=file.as_value())
    assert got == {"line": ["one", "two", "three"], "seen": [0]}
    assert context.logs == [("fetched", {"status": 200})]
    assert context.http.requests == [{"method": "GET", "url": "https://example.org/"}]
    assert await context.state.get("seen") == 1


async def test_answers_come_in_turn_and_the_last_for_good() -> None:
    http = ScriptedHttp({"GET https://a.example/": [BlockError("down"), {"status": 404}]})
    with pytest.raises(BlockError, match="down"):
        await http.request("get", "https://a.example/")
    for _ in range(2):
        assert (await http.request("GET", "https://a.example/")).status == 404
    with pytest.raises(BlockError, match="no answer for `POST"):
        await http.request("POST", "https://a.example/")


async def test_a_whole_response_can_be_given() -> None:
    told = HttpResponse(200, "https://b.example/", {}, b"[1]")
    assert (await ScriptedHttp({told.url: told}).request("GET", told.url)).json() == [1]


async def test_the_model_says_what_it_is_told() -> None:
    context = TestContext.from_world(
        {"llm": ["yes"], "time": 5, "credentials": {"x": {"key": "k"}}}
    )
    pieces: list[str] = []
    answer = await context.llm.chat("", [ChatMessage("user", "hm")], on_delta=pieces.append)
    assert (answer.text, pieces) == ("yes", ["yes"])
    assert context.now() == 5
    opened = await context.credential("x")
    assert (dict(opened), opened.headers()) == ({"key": "k"}, {"Authorization": "Bearer k"})
    assert await context.find_credential("y") is None
    with pytest.raises(BlockError, match="no more answers"):
        await context.llm.chat("", [])


@pytest.mark.parametrize(
    ("outputs", "differences"),
    [
        ({"result": "A"}, 0),
        ({"result": "B"}, 1),
        ({}, 1),
        ({"result": "A", "other": 1}, 1),
        ({"error": {"code": "block_failed"}}, 1),
    ],
)
async def test_an_example_is_judged(outputs: dict[str, Any], differences: int) -> None:
    found = await try_example(shout, Example({"text": "a"}, outputs))
    assert len(found) == differences


async def test_an_example_tells_whole_numbers_from_decimal_ones() -> None:
    @block
    async def half(number: int) -> float:
        return number / 2

    assert await try_example(half, Example({"number": 4}, {"result": 2}))
    assert not await try_example(half, Example({"number": 4}, {"result": 2.0}))


async def test_an_example_may_be_a_failure() -> None:
    @block
    async def fails(text: str) -> str:
        raise BlockError("no", code="never_works")

    assert not await try_example(fails, Example({"text": ""}, {"error": {"code": "never_works"}}))
    assert await try_example(fails, Example({"text": ""}, {"error": {"code": "other"}}))
    assert await try_example(fails, Example({"text": ""}, {"result": ""}))
