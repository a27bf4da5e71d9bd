"""One question to a model as a durable step, and what several of them took together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from luban.blocks.ai.pins import Cache
from luban.sdk import BlockError, ChatAnswer, ChatMessage, Context, Usage
from luban.sdk.chat import ChatOptions


class Asks(Protocol):
    """The inputs that say which model is asked, and how."""

    model: str
    temperature: float | None
    max_tokens: int | None
    timeout: float
    cache: Cache


class Heard(NamedTuple):
    """An answer as the record of the step keeps it."""

    text: str
    model: str
    usage: dict[str, Any]
    reasoning: str = ""
    finish: str = "stop"


def spent(usage: Usage, *, demo: bool = False) -> dict[str, Any]:
    """What an answer took, as blocks emit it."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "usd": usage.usd,
        "demo": demo,
    }


def together(usages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sum; its price is unknown as soon as one of them is."""
    each = list(usages)
    prices = [usage["usd"] for usage in each]
    return {
        "input_tokens": sum(usage["input_tokens"] for usage in each),
        "output_tokens": sum(usage["output_tokens"] for usage in each),
        "usd": None if None in prices else sum(prices),
        "demo": any(usage["demo"] for usage in each),
    }


def heard(answer: ChatAnswer) -> Heard:
    usage = spent(answer.usage, demo=answer.demo)
    return Heard(answer.text, answer.model, usage, answer.reasoning, answer.finish)


def options_of(input: Asks) -> ChatOptions:
    """What the node says about every answer."""
    return {
        "temperature": input.temperature,
        "max_tokens": input.max_tokens,
        "timeout": input.timeout,
        "cache": input.cache,
    }


async def ask(
    ctx: Context,
    key: str,
    model: str,
    messages: Sequence[ChatMessage],
    options: ChatOptions,
) -> Heard:
    """Asks once and for all: after a crash the answer comes from the record, unpaid."""

    async def work() -> dict[str, Any]:
        return heard(await ctx.llm.chat(model, messages, **options))._asdict()

    return Heard(**await ctx.step("ask the model", work, key=key))


def as_values(turns: Iterable[ChatMessage]) -> list[dict[str, Any]]:
    """Turns as they travel along links."""
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def needed(text: str, what: str, what_zh: str) -> str:
    """The text, which has to say something. Raises `BlockError`."""
    if not text.strip():
        raise BlockError(
            f"There is nothing to ask: {what} is empty. Fill it in or link it.",
            zh=f"没有可提的问题：{what_zh}为空。请填写或连线。",
            code="nothing_to_ask",
        )
    return text
