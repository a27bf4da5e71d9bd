"""Blocks that wait: what they ask for, and which way a value goes."""

from __future__ import annotations

from typing import Any

import pytest

from luban.blocks.flow.ask import Ask
from luban.blocks.flow.delay import Delay
from luban.blocks.flow.run_agent import RunAgent
from luban.blocks.flow.signal import WaitForSignal
from luban.sdk import BlockError
from luban.testing import TestContext, probe, run_block

DAY = 86_400.0


@pytest.mark.parametrize(
    ("inputs", "seconds"),
    [
        ({"seconds": 90}, 90.0),
        ({"seconds": 0}, 0.0),
        ({"until": "2026-01-31T10:00", "zone": "UTC"}, 7200.0),
        ({"until": "2026-01-31T10:00+02:00"}, 0.0),
        ({"until": 1769846400 + DAY}, DAY),
        ({"until": "2026-02-01", "zone": "UTC", "seconds": 5}, 16 * 3600.0),
        ({"until": "2020-01-01", "zone": "UTC", "seconds": 5}, 5.0),
    ],
)
async def test_a_delay_ends_when_it_should(inputs: dict[str, Any], seconds: float) -> None:
    ctx = TestContext()
    assert await run_block(Delay, ctx, value="x", **inputs) == {"value": ["x"]}
    assert [max(each, 0.0) for each in ctx.slept] == [seconds]


async def test_a_delay_sleeps_once_however_often_its_code_runs() -> None:
    ctx = TestContext()
    for attempt in (ctx, ctx.again()):
        assert await run_block(Delay, attempt, value=1, until="2026-02-02") == {"value": [1]}
    assert len(ctx.slept) == 1


async def test_a_value_goes_through_or_not_by_the_answer() -> None:
    context = TestContext(answers=["publish", "drop"])
    seen = await probe(
        Ask,
        {"value": ["one", "two"]},
        context=context,
        question="Publish?",
        choices=["publish", "drop"],
    )
    assert (seen["approved"], seen["rejected"]) == (["one"], ["two"])
    assert seen["choice"] == ["publish", "drop"]
    assert [asked.details for asked in context.asked] == [{"value": "one"}, {"value": "two"}]


async def test_a_question_shows_what_it_is_told_to() -> None:
    context = TestContext(answers=["yes"])
    form = {"type": "object", "properties": {"to": {"type": "string"}}}
    await run_block(
        Ask,
        context,
        question="Write to {{ who.name }}?",
        value={"draft": "Dear"},
        values={"who": {"name": "Li"}},
        details={"until": "noon"},
        form=form,
        timeout=60,
    )
    (asked,) = context.asked
    assert asked.question == "Write to Li?"
    assert asked.details == {"until": "noon", "value": {"draft": "Dear"}, "form": form}
    assert asked.timeout == 60


async def test_braces_in_a_question_without_values_do_no_harm() -> None:
    context = TestContext(answers=["yes"])
    await run_block(Ask, context, question="Is {{ this }} right?", value=0)
    assert context.asked[0].question == "Is {{ this }} right?"


async def test_a_question_with_a_slot_and_no_value_is_refused() -> None:
    with pytest.raises(BlockError, match="who"):
        await run_block(Ask, TestContext(), question="{{ who }}?", values={"other": 1})


async def test_silence_leaves_by_the_error_pin() -> None:
    for block, context, inputs in (
        (Ask, TestContext(answers=[TimeoutError]), {"question": "Still there?"}),
        (WaitForSignal, TestContext(signals={"paid": [TimeoutError]}), {"name": "paid"}),
    ):
        seen = await probe(block, {"value": [1]}, context=context, timeout=60, **inputs)
        (error,) = seen["error"]
        assert error["code"] == "wait_timed_out"
        assert "60" in error["message"] and "60" in error["message_zh"]


async def test_signals_come_in_turn() -> None:
    context = TestContext(signals={"paid": [{"sum": 1}, {"sum": 2}]})
    seen = await probe(WaitForSignal, {"value": ["a", "b"]}, context=context, name="paid")
    assert seen["data"] == [{"sum": 1}, {"sum": 2}]
    assert seen["value"] == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "asked"),
    [("published", "published"), ("", "published"), ("Latest", "latest"), ("3", 3), (3, 3)],
)
async def test_an_agent_is_run_in_a_version(given: Any, asked: Any) -> None:
    context = TestContext(agents={"Calculator": {"result": 5}})
    got = await run_block(RunAgent, context, agent="Calculator", inputs={"a": 1}, version=given)
    assert got == {"outputs": [{"result": 5}]}
    assert context.agent_runs == [("Calculator", {"a": 1}, asked)]


async def test_an_agent_that_fails_leaves_by_the_error_pin() -> None:
    context = TestContext(agents={"Calculator": BlockError("out of order")})
    seen = await probe(RunAgent, {"inputs": [{}]}, context=context, agent="Calculator")
    (error,) = seen["error"]
    assert error["code"] == "child_run_failed"
    assert "out of order" in error["message"] and "Calculator" in error["message_zh"]
