"""The chat block: against the demo model, and over the wire against a scripted server."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pydantic import ValidationError

from luban.blocks.ai.chat import Chat
from luban.llm import ConfiguredModels, ModelConfig, ModelSettings
from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import scripted_server
from luban.model.errors import LubanError
from luban.sdk import BlockError, TemporaryError
from luban.sdk.testing import ScriptedModels, TestContext
from tests.blocks_web.conftest import run


def scripted(*answers: str | Exception) -> TestContext:
    return TestContext(llm=ScriptedModels(answers))


async def test_it_streams_into_its_pin_and_counts() -> None:
    replies = [Reply(when="鲁班是谁", pieces=("木", "匠"), usage=(1000, 500))]
    async with scripted_server(replies) as server:
        row = ModelConfig(
            id="test/m", base_url=server.base_url, input_usd=1, output_usd=2, default=True
        )
        models = ConfiguredModels(ModelSettings({row.id: row}, row.id))
        context = TestContext(llm=cast("Any", models))
        got = await run(Chat, context, prompt="鲁班是谁？", system="简短回答。")
        await models.aclose()
    assert got["answer"] == ["木匠"]
    assert context.deltas == [("answer", "木"), ("answer", "匠")]
    assert got["usage"] == [
        {"input_tokens": 1000, "output_tokens": 500, "usd": 0.002, "demo": False}
    ]
    assert got["model"] == ["test/m"]
    assert [turn["role"] for turn in got["messages"][0]] == ["system", "user", "assistant"]


async def test_the_demo_model_is_marked_in_the_usage() -> None:
    context = TestContext(llm=cast("Any", ConfiguredModels()))
    got = await run(Chat, context, prompt="用一句话总结：鲁班造锁。他不用钉子。")
    assert got["answer"] == ["鲁班造锁。"]
    assert got["usage"][0]["demo"] is True


async def test_slots_are_filled_in_prompt_and_system() -> None:
    context = scripted("ok")
    await run(
        Chat,
        context,
        prompt="{{ n }} 个 {{ what.name }}",
        system="Speak {{ language }}.",
        values={"n": 2, "what": {"name": "锁"}, "language": "中文"},
    )
    assert [turn.content for turn in context.llm.calls[0]["messages"]] == ["Speak 中文.", "2 个 锁"]


async def test_a_slot_without_a_value_is_named() -> None:
    with pytest.raises(LubanError, match="nmae"):
        await run(Chat, scripted("ok"), prompt="Hi {{ nmae }}", values={"name": "Bo"})


async def test_braces_in_a_prompt_without_values_are_left_alone() -> None:
    context = scripted("ok")
    await run(Chat, context, prompt="Explain {{ this }} and {% that %}")
    assert context.llm.calls[0]["messages"][0].content == "Explain {{ this }} and {% that %}"


async def test_values_are_not_templates_themselves() -> None:
    context = scripted("ok")
    await run(Chat, context, prompt="{{ page }}", values={"page": "{{ 7 * 7 }}"})
    assert context.llm.calls[0]["messages"][0].content == "{{ 7 * 7 }}"


async def test_a_conversation_goes_on() -> None:
    context = scripted("two", "three")
    first = await run(Chat, context, prompt="one")
    second = await run(Chat, context, messages=first["messages"][0], prompt="and?")
    assert [turn["content"] for turn in second["messages"][0]] == ["one", "two", "and?", "three"]


async def test_earlier_messages_alone_are_enough() -> None:
    got = await run(Chat, scripted("hello"), messages=[{"role": "user", "content": "hi"}])
    assert got["answer"] == ["hello"]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"prompt": "  "}, "nothing_to_ask"),
        ({"system": "only system"}, "nothing_to_ask"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "bad_message"),
        ({"messages": [{"role": "user", "content": [1]}]}, "bad_message"),
    ],
)
async def test_nothing_that_can_be_asked(inputs: dict[str, object], code: str) -> None:
    with pytest.raises(BlockError) as raised:
        await run(Chat, scripted("x"), **inputs)
    assert raised.value.code == code


async def test_a_temperature_out_of_range() -> None:
    with pytest.raises(ValidationError):
        await run(Chat, scripted("x"), prompt="x", temperature=3)


@pytest.mark.parametrize(
    ("answer", "data"),
    [
        ('{"a": 1}', {"a": 1}),
        ("[1, 2]", [1, 2]),
        ('Here you are:\n```json\n{"a": 1}\n```\nBye', {"a": 1}),
        ('Sure! {"a": {"b": 1}} Done.', {"a": {"b": 1}}),
        ("null", None),
    ],
)
async def test_json_answers(answer: str, data: object) -> None:
    context = scripted(answer)
    got = await run(Chat, context, prompt="x", json_answer=True)
    assert got["data"] == [data]
    assert got["answer"] == [answer]
    assert context.llm.calls[0]["json"] is True


async def test_an_answer_that_is_not_json_may_be_tried_again() -> None:
    with pytest.raises(TemporaryError) as raised:
        await run(Chat, scripted("sorry"), prompt="x", json_answer=True)
    assert raised.value.code == "answer_not_json"


async def test_an_error_of_the_model_reaches_the_engine_with_its_wait() -> None:
    with pytest.raises(TemporaryError) as raised:
        await run(Chat, scripted(TemporaryError("busy", retry_after=4)), prompt="x")
    assert raised.value.retry_after == 4
