"""One question to the model as a durable step, and the answer as its record keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from luban.forge.bounds import Spent, spent_of
from luban.sdk import ChatAnswer, ChatMessage, Context, ToolCall
from luban.sdk.chat import ChatOptions


class Heard(NamedTuple):
    """What a model answered and when; `late` says that there was no time left to ask it."""

    text: str
    calls: tuple[ToolCall, ...]
    reasoning: str
    finish: str
    sealed: Mapping[str, Any]
    model: str
    spent: Spent
    at: float
    late: bool = False


async def think(
    ctx: Context,
    key: str,
    model: str,
    messages: Sequence[ChatMessage],
    options: ChatOptions,
    until: float | None = None,
) -> Heard:
    """Asks once and for all: after a crash the answer comes from the record, unpaid.

    `until` is the moment after which nothing is asked any more. Raises what the model raises.
    """

    async def work() -> dict[str, Any]:
        now = ctx.now()
        if until is not None and now >= until:
            return {"late": True, "at": now}
        if until is not None:
            options["timeout"] = min(options.get("timeout", 120.0), max(until - now, 1.0))
        answer = await ctx.llm.chat(model, messages, **options)
        return _recorded(answer, ctx.now())

    return _heard(await ctx.step("think", work, key=key))


def _recorded(answer: ChatAnswer, at: float) -> dict[str, Any]:
    return {
        "text": answer.text,
        "calls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments, "written": call.written}
            for call in answer.calls
        ],
        "reasoning": answer.reasoning,
        "finish": answer.finish,
        "sealed": dict(answer.sealed),
        "model": answer.model,
        "usage": {
            "input_tokens": answer.usage.input_tokens,
            "output_tokens": answer.usage.output_tokens,
            "usd": answer.usage.usd,
            "demo": answer.demo,
        },
        "at": at,
    }


def _heard(told: Mapping[str, Any]) -> Heard:
    if told.get("late"):
        return Heard("", (), "", "stop", {}, "", Spent(), told["at"], late=True)
    calls = tuple(
        ToolCall(call["id"], call["name"], call["arguments"], call["written"])
        for call in told["calls"]
    )
    return Heard(
        told["text"],
        calls,
        told["reasoning"],
        told["finish"],
        told["sealed"],
        told["model"],
        spent_of(told["usage"]),
        told["at"],
    )
