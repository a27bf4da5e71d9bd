"""A condition in plain words."""

from __future__ import annotations

import json
import re
from typing import Any

from luban.blocks.ai.asking import needed
from luban.blocks.ai.pins import (
    Cache,
    cache_pin,
    max_tokens_pin,
    model_out,
    model_pin,
    timeout_pin,
    usage_out,
)
from luban.blocks.ai.prompts import IS_DATA, as_data
from luban.blocks.ai.re_asking import Unfit, until_it_fits
from luban.sdk import Block, BlockInput, BlockOutput, ChatMessage, Context, Effect, Example, Field

_YES = frozenset({"true", "yes", "y", "1", "是", "对", "真", "成立", "是的"})
_NO = frozenset({"false", "no", "n", "0", "否", "不", "假", "不是", "不成立", "不对"})
_WORD = re.compile(r"[A-Za-z0-9]+|[\u4e00-\u9fff]+")
_DENIED = re.compile(r"\b(?:not|cannot|never|neither)\b|n['’]t\b|不|没", re.IGNORECASE)
_RULES = (
    "You decide whether a condition holds for a value. Answer with the one word `true` or the one "
    f"word `false`. {IS_DATA}"
)


class Condition(Block):
    """Lets a model decide whether a condition in plain words holds, and goes one of two ways."""

    id = "ai.condition"
    title = "If, decided by a model"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "git-branch"
    keywords = ("condition", "branch", "decide", "yes no", "llm", "route", "when")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="What the condition is about.")
        condition: str = Field(
            title="Condition",
            description="In plain words, such as `is a complaint`.",
            widget="textarea",
        )
        yes_value: Any = Field(
            None, title="Value for yes", description="Sent on Yes; empty sends the value."
        )
        no_value: Any = Field(
            None, title="Value for no", description="Sent on No; empty sends the value."
        )
        model: str = model_pin()
        retries: int = Field(
            1,
            ge=0,
            le=10,
            title="More tries",
            description="How often the model is asked again when it says neither yes nor no.",
            advanced=True,
        )
        temperature: float | None = Field(
            0,
            ge=0,
            le=2,
            title="Temperature",
            description="0 is steady; empty leaves it to the model.",
            advanced=True,
        )
        max_tokens: int | None = max_tokens_pin()
        timeout: float = timeout_pin()
        cache: Cache = cache_pin()

    class Output(BlockOutput):
        result: bool = Field(title="Result", description="Whether the condition holds.")
        yes_output: Any = Field(title="Yes", description="Given only when the condition holds.")
        no_output: Any = Field(
            title="No", description="Given only when the condition does not hold."
        )
        usage: dict[str, Any] = usage_out()
        model: str = model_out()

    examples = (
        Example(
            {"value": "a@b.c", "condition": "is an e-mail address", "model": "m/x"},
            {
                "result": True,
                "yes_output": "a@b.c",
                "usage": {"input_tokens": 338, "output_tokens": 5, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["True."]},
        ),
        Example(
            {"value": 3, "condition": "is even", "no_value": "odd", "model": "m/x"},
            {
                "result": False,
                "no_output": "odd",
                "usage": {"input_tokens": 789, "output_tokens": 9, "usd": None, "demo": False},
                "model": "m/x",
            },
            {"llm": ["It is 3", "否。"]},
        ),
        Example({"value": 3, "condition": ""}, {"error": {"code": "nothing_to_ask"}}),
        Example(
            {"value": 3, "condition": "is lucky", "retries": 0},
            {"error": {"code": "answer_unusable"}},
            {"llm": ["Perhaps"]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        condition = needed(input.condition, "the condition", "条件")
        value = input.value
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        asked = f"Condition: {condition}\n\nValue:\n{as_data(shown)}"
        turns = [ChatMessage("system", _RULES), ChatMessage("user", asked)]
        found = await until_it_fits(ctx, input, turns, _decided)
        chosen = input.yes_value if found.value else input.no_value
        return {
            "result": found.value,
            "yes_output" if found.value else "no_output": value if chosen is None else chosen,
            "usage": found.usage,
            "model": found.model,
        }


def _decided(text: str) -> bool:
    """The first word says it, or else the only `true` or `false` of a sentence without a `not`.

    Raises `Unfit`.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    first = words[0] if words else ""
    if first in _YES or first in _NO:
        return first in _YES
    said = {word for word in words if word in ("true", "false")}
    if len(said) == 1 and not _DENIED.search(text):
        return said.pop() == "true"
    raise Unfit("it says neither `true` nor `false`")
