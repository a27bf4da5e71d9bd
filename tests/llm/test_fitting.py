"""What a model is sent when it cannot take everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luban.llm.errors import ModelContextFull
from luban.llm.fitting import fitted
from luban.llm.fitting_models import FittingModels
from luban.llm.scripted.script import Reply
from luban.llm.token_estimate import tokens_of_turns
from luban.sdk.chat import ChatMessage, ToolCall
from tests.llm.conftest import Serve

LONG = "word " * 400


def user(text: str) -> ChatMessage:
    return ChatMessage("user", text)


def test_what_fits_stays_as_it_is() -> None:
    turns = [ChatMessage("system", "Be brief."), user("Hi"), ChatMessage("assistant", "Hello")]
    assert fitted(turns, 1_000) == turns


def test_the_oldest_go_first_and_the_system_stays() -> None:
    system = ChatMessage("system", "Be brief.")
    turns = [system, user(LONG), ChatMessage("assistant", LONG), user("and now?")]
    assert fitted(turns, 200) == [system, user("and now?")]


def test_a_call_goes_together_with_what_it_gave() -> None:
    call = ChatMessage("assistant", calls=(ToolCall("c", "search", {"q": "x"}, '{"q": "x"}'),))
    result = ChatMessage("tool", LONG, call_id="c")
    turns = [user("first"), call, result, user("second")]
    assert fitted(turns, 100) == [user("second")]


def test_the_longest_texts_lose_their_middle() -> None:
    short, long = user("the question"), user("BEGIN" + "x" * 50_000 + "END")
    turns = [short, ChatMessage("assistant", "yes?"), long]
    sent = fitted(turns, 2_000)[-1].content
    assert sent.startswith("BEGIN")
    assert sent.endswith("END")
    assert "characters left out" in sent
    assert len(sent) < 9_000


turn_lists = st.lists(
    st.builds(
        ChatMessage,
        role=st.sampled_from(["system", "user", "assistant"]),
        content=st.text(max_size=3_000),
    ),
    min_size=1,
    max_size=12,
)


@given(turn_lists, st.integers(min_value=2_000, max_value=5_000))
def test_it_fits_or_only_what_must_stay_is_left(turns: list[ChatMessage], room: int) -> None:
    sent = fitted(turns, room)
    must_stay = [turn for turn in turns if turn.role == "system"]
    assert [turn for turn in sent if turn.role == "system"] == must_stay
    last = next((turn for turn in reversed(turns) if turn.role == "user"), None)
    if last is not None and tokens_of_turns(must_stay) + tokens_of_turns([last]) < 500:
        assert tokens_of_turns(sent) <= room or len(sent) > len(must_stay) + 1
        assert any(turn.content[:100] == last.content[:100] for turn in sent)


async def test_a_model_that_finds_it_too_long_is_asked_with_less(serve: Serve) -> None:
    full = Reply(
        status=400, error="This model's maximum context length is 8 tokens.", when="first", times=1
    )
    served = await serve(full, Reply(text="short enough"))
    models = FittingModels(served.models, _unknown)
    turns = [user("first " + LONG), ChatMessage("assistant", LONG), user("last")]
    answer = await models.chat("test/m", turns, fit=True)
    assert answer.text == "short enough"
    assert len(served.server.requests) == 2
    assert len(served.server.requests[1].body["messages"]) < 3


async def test_without_leave_nothing_is_left_out(serve: Serve) -> None:
    served = await serve(Reply(status=400, error="prompt is too long: 9 tokens > 8 maximum"))
    with pytest.raises(ModelContextFull, match="prompt is too long"):
        await FittingModels(served.models, _unknown).chat("test/m", [user(LONG)])
    assert len(served.server.requests) == 1


async def _unknown(model: str) -> int | None:
    return None
