"""Other models stand in for one that cannot answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pytest

from luban.llm.errors import ModelBusy, ModelDown, ModelRefused
from luban.llm.fallback_models import FallbackModels
from luban.sdk.chat import ChatAnswer, ChatMessage, ChatOptions
from luban.sdk.scripted_models import Said, ScriptedModels

ASKED = [ChatMessage("user", "hi")]


def models(*answers: Said) -> tuple[FallbackModels, ScriptedModels]:
    asked = ScriptedModels(answers)

    async def others(model: str) -> Sequence[str]:
        return ("b/two", "c/three") if model == "a/one" else ()

    return FallbackModels(asked, others), asked


def busy(model: str) -> ModelBusy:
    return ModelBusy(model=model, answer="later", wait="", wait_zh="", retry_after=3)


async def test_the_next_one_answers() -> None:
    over, asked = models(busy("a/one"), ModelDown(model="b/two", status=500, answer="x"), "here")
    answer = await over.chat("a/one", ASKED)
    assert (answer.text, answer.model) == ("here", "c/three")
    assert [call["model"] for call in asked.calls] == ["a/one", "b/two", "c/three"]


async def test_when_none_can_the_first_error_counts() -> None:
    over, _ = models(busy("a/one"), busy("b/two"), busy("c/three"))
    with pytest.raises(ModelBusy, match="a/one") as raised:
        await over.chat("a/one", ASKED)
    assert raised.value.retry_after == 3


async def test_a_wrong_question_is_wrong_for_all() -> None:
    over, asked = models(ModelRefused(model="a/one", status=400, answer="no"), "never")
    with pytest.raises(ModelRefused):
        await over.chat("a/one", ASKED)
    assert len(asked.calls) == 1


async def test_nobody_stands_in_once_something_was_shown() -> None:
    class Breaks(ScriptedModels):
        async def chat(
            self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
        ) -> ChatAnswer:
            tell = options.get("on_delta")
            assert tell is not None
            tell("half an ")
            raise ModelDown(model=model, status=500, answer="gone")

    async def others(model: str) -> Sequence[str]:
        return ("b/two",)

    shown: list[str] = []
    with pytest.raises(ModelDown, match="a/one"):
        await FallbackModels(Breaks(), others).chat("a/one", ASKED, on_delta=shown.append)
    assert shown == ["half an "]
