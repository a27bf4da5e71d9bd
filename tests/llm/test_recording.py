"""Answers that were written down, or kept, are given again without a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from luban.llm.answer_cache import SECONDS, CachingModels
from luban.llm.errors import AnswerNotRecorded, RecordingBroken
from luban.llm.recording import Recording
from luban.llm.scripted.script import Reply, ReplyCall
from luban.sdk.chat import ChatMessage, Tool
from luban.storage.memory.state import MemoryStateStore
from luban.storage.memory.tables import Tables
from tests.credentials.kit import TestClock
from tests.llm.conftest import Serve

ASKED = [ChatMessage("user", "hi")]
TOOL = Tool("search", "finds", {"type": "object", "properties": {}})


async def test_what_was_recorded_is_told_again(serve: Serve, tmp_path: Path) -> None:
    served = await serve(
        Reply(text="one", when="hi", times=1),
        Reply(text="two", when="hi", times=1),
        Reply(calls=(ReplyCall(name="search"),), when="find", times=1),
        Reply(vectors=((1.0, 0.0),), times=1),
    )
    file = tmp_path / "answers.jsonl"
    recorded = Recording(record=file).over(served.models)
    first = [(await recorded.chat("test/m", ASKED)).text for _ in range(2)]
    found = await recorded.chat("test/m", [ChatMessage("user", "find")], tools=[TOOL])
    assert first == ["one", "two"]
    assert file.stat().st_mode & 0o077 == 0

    asked_before = len(served.server.requests)
    replayed = Recording(replay=file).over(served.models)
    shown: list[str] = []
    again = [(await replayed.chat("test/m", ASKED, on_delta=shown.append)).text for _ in range(3)]
    assert again == ["one", "two", "two"]
    assert shown == ["one", "two", "two"]
    assert await replayed.chat("test/m", [ChatMessage("user", "find")], tools=[TOOL]) == found
    with pytest.raises(AnswerNotRecorded, match=r"answers\.jsonl"):
        await replayed.chat("test/m", ASKED, temperature=0.0)
    assert len(served.server.requests) == asked_before


async def test_a_broken_recording_says_which_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text("no json\n")
    with pytest.raises(RecordingBroken, match=r"answers\.jsonl"):
        Recording(replay=file)


async def test_an_answer_is_kept_for_a_week_when_asked_for(serve: Serve) -> None:
    served = await serve(*(Reply(text=f"answer {n}", times=1) for n in range(4)))
    clock = TestClock()
    store = MemoryStateStore(Tables(), clock)
    mine = CachingModels(served.models, store, "me", clock)
    theirs = CachingModels(served.models, store, "them", clock)

    first = await mine.chat("test/m", ASKED, cache="answer")
    again = await mine.chat("test/m", ASKED, cache="answer")
    assert (first.text, again.text) == ("answer 0", "answer 0")
    assert again.usage.usd == 0
    assert again.usage.input_tokens == 0
    assert (await theirs.chat("test/m", ASKED, cache="answer")).text == "answer 1"
    assert (await mine.chat("test/m", ASKED)).text == "answer 2"
    clock.at += SECONDS + 1
    assert (await mine.chat("test/m", ASKED, cache="answer")).text == "answer 3"
