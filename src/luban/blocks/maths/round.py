"""A number rounded."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
    localcontext,
)
from typing import Any, Literal

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field, Number

Way = Literal["nearest", "even", "up", "down", "cut"]
_WAYS: dict[Way, str] = {
    "nearest": ROUND_HALF_UP,
    "even": ROUND_HALF_EVEN,
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
    "cut": ROUND_DOWN,
}
_WHOLE_LIMIT = 1 << 63


class Round(Block):
    """Rounds a number to decimals, to tens or hundreds, or to a multiple such as 0.05 or 15.

    It works on the digits as they are written, so 2.675 becomes 2.68, as people expect.
    """

    id = "maths.round"
    title = "Round"
    category = "maths"
    effect = Effect.NONE
    icon = "circle-dot"
    keywords = ("ceil", "floor", "truncate", "decimals", "nearest", "multiple")

    class Input(BlockInput):
        number: Number = Field(title="Number", description="What to round.")
        decimals: int = Field(
            0,
            ge=-15,
            le=15,
            title="Decimals",
            description="Digits after the point that stay; -2 rounds to hundreds.",
        )
        way: Way = Field(
            "nearest",
            title="Way",
            description="`nearest`, a half away from zero; `even`, a half to the even digit; `up`; "
            "`down`; `cut` towards zero.",
        )
        multiple: Number | None = Field(
            None, title="Multiple", description="Round to this and not to decimals.", advanced=True
        )

    class Output(BlockOutput):
        result: Number = Field(title="Result", description="The rounded number.")

    examples = (
        Example({"number": 2.675, "decimals": 2}, {"result": 2.68}),
        Example({"number": -2.5}, {"result": -3}),
        Example({"number": 2.5, "way": "even"}, {"result": 2}),
        Example({"number": -1.01, "way": "up"}, {"result": -1}),
        Example({"number": 1250, "decimals": -2}, {"result": 1300}),
        Example({"number": 7.38, "multiple": 0.05}, {"result": 7.4}),
        Example({"number": 1, "multiple": 0}, {"error": {"code": "invalid_value"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        step = Decimal(1).scaleb(-input.decimals)
        if input.multiple is not None:
            step = Decimal(str(input.multiple))
        if step <= 0:
            raise BlockError(
                f"Nothing is a multiple of {input.multiple}. Give a number above 0.",
                zh=f"没有 {input.multiple} 的倍数可取。请填写大于 0 的数。",
                code="invalid_value",
            )
        with localcontext() as exactly:
            exactly.prec = 700
            times = (Decimal(str(input.number)) / step).to_integral_value(_WAYS[input.way])
            rounded = times * step
        whole = rounded == rounded.to_integral_value() and abs(rounded) < _WHOLE_LIMIT
        return {"result": int(rounded) if whole else float(rounded)}
