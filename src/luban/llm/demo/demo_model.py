"""The built-in demo model: which of its few skills a prompt asks for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Unpack

from luban.llm.demo import json_answer, summary, twenty_four
from luban.llm.demo.language import is_chinese
from luban.sdk.chat import ChatAnswer, ChatMessage, ChatOptions, Usage

DEMO_TITLE = "Luban demo (no model, no key)"
_PIECE = 24
_MARKS = re.compile(r'^</?data id="\w+">$\n?', re.MULTILINE)
"""What blocks put around texts that are material only."""
_ASKS_FOR_JSON = re.compile(r"\bjson\b|JSON", re.IGNORECASE)


class DemoModel:
    """Answers by rules: summaries, the 24-point game, JSON of a shown shape; else it echoes.

    It stands in where no model is configured, so that examples run; everything it says is marked
    `demo`. It costs nothing, and its counts of model tokens are characters divided by four.
    """

    async def chat(
        self,
        messages: Sequence[ChatMessage],
        **options: Unpack[ChatOptions],
    ) -> ChatAnswer:
        """The answer at once; `on_delta` gets it in pieces. Tools it does not know how to use."""
        json = options.get("json", False) or options.get("schema") is not None
        on_delta = options.get("on_delta")
        text = await asyncio.to_thread(answer, messages, json=json)
        if on_delta is not None:
            for start in range(0, len(text), _PIECE):
                on_delta(text[start : start + _PIECE])
                await asyncio.sleep(0)
        asked = sum(len(message.content) for message in messages)
        usage = Usage(max(1, asked // 4), max(1, len(text) // 4), 0.0)
        return ChatAnswer(text=text, model="demo/luban", usage=usage, demo=True)


def answer(messages: Sequence[ChatMessage], *, json: bool = False) -> str:
    """What the demo model says; pure."""
    system = "\n".join(message.content for message in messages if message.role == "system")
    asked = next((m.content for m in reversed(messages) if m.role == "user"), "")
    asked = _MARKS.sub("", asked)
    plain = _plain(system, asked)
    if json or _ASKS_FOR_JSON.search(system) or _ASKS_FOR_JSON.search(asked):
        return json_answer.write(system, asked, plain)
    return plain


def _plain(system: str, asked: str) -> str:
    game = twenty_four.find(f"{system}\n{asked}", asked)
    if game is not None:
        return twenty_four.reply(game, f"{system}\n{asked}")
    wanted = summary.find(system, asked)
    if wanted is not None:
        return summary.write(wanted)
    return _echo(asked)


def _echo(asked: str) -> str:
    if is_chinese(asked):
        return f"（演示模型，未连接真正的模型）你说：{asked}"
    return f"(Demo model: no real model is configured.) You said: {asked}"
