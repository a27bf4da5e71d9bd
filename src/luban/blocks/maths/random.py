"""A number by chance."""

from __future__ import annotations

import random
from typing import Any

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    Number,
)

_MOST_DIGITS = 15


class Random(Block):
    """Draws numbers by chance, whole or with decimals, between two bounds that may come out too.

    They are the same in every attempt of a step, and with a seed in every run. Not for passwords.
    To draw from a list, use Sample.
    """

    id = "maths.random"
    title = "Random number"
    category = "maths"
    effect = Effect.NONE
    icon = "dice-5"
    keywords = ("chance", "dice", "lottery", "draw", "seed")

    class Input(BlockInput):
        minimum: Number = Field(1, title="From", description="The smallest it may be.")
        maximum: Number = Field(100, title="To", description="The largest it may be.")
        decimals: int = Field(
            0, ge=0, le=_MOST_DIGITS, title="Decimals", description="Digits after the point."
        )
        count: int = Field(
            1, ge=1, le=100_000, title="How many", description="Numbers to draw.", advanced=True
        )
        seed: int | None = Field(
            None, title="Seed", description="A number that gives the same again.", advanced=True
        )

    class Output(BlockOutput):
        number: Number = Field(title="Number", description="The first number drawn.")
        numbers: list[Number] = Field(title="Numbers", description="All of them.")

    examples = (
        Example({"minimum": 5, "maximum": 5}, {"number": 5, "numbers": [5]}),
        Example(
            {"minimum": 0.5, "maximum": 0.5, "decimals": 1, "count": 2},
            {"number": 0.5, "numbers": [0.5, 0.5]},
        ),
        Example({"minimum": 2, "maximum": 1}, {"error": {"code": "invalid_value"}}),
        Example({"minimum": 0.2, "maximum": 0.7}, {"error": {"code": "invalid_value"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        scale = 10**input.decimals
        low, high = _whole(input.minimum, scale, up=True), _whole(input.maximum, scale, up=False)
        if low > high or high - low > 1 << 63:
            raise BlockError(
                f"From {input.minimum} to {input.maximum} there is no number with "
                f"{input.decimals} decimals to draw. Put the smaller one first, nearer than 2^63.",
                zh=f"从 {input.minimum} 到 {input.maximum} 之间没有"
                f" {input.decimals} 位小数的数可取。请先填较小的数，且范围不超过 2^63。",
                code="invalid_value",
            )
        seed = ctx.idempotency_key if input.seed is None else input.seed
        chance = random.Random(seed)
        drawn = [chance.randint(low, high) for _ in range(input.count)]
        numbers = [each if scale == 1 else each / scale for each in drawn]
        return {"number": numbers[0], "numbers": numbers}


def _whole(bound: float, scale: int, *, up: bool) -> int:
    from fractions import Fraction

    exact = Fraction(str(bound)) * scale
    return -(-exact // 1) if up else int(exact // 1)
