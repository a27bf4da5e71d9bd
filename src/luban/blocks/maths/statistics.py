"""Figures of a list of numbers."""

from __future__ import annotations

import statistics
from collections import Counter
from typing import Any

from luban.blocks.data.figures import kept, mean, number, percentile, total
from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field, Number


class Statistics(Block):
    """Works out the usual figures of numbers: sum, mean, median, spread, percentiles.

    Values that are nothing are left out. Percentiles lie between the two nearest numbers, as in
    spreadsheets. For groups, use Group and aggregate.
    """

    id = "maths.statistics"
    title = "Statistics"
    category = "maths"
    effect = Effect.NONE
    icon = "chart-no-axes-column"
    keywords = ("average", "mean", "median", "sum", "deviation", "percentile", "quantile", "mode")

    class Input(BlockInput):
        numbers: list[Any] = Field(title="Numbers", description="The numbers, or rows with them.")
        path: str = Field(
            "", title="Path", description="Where the number stands in each item, such as `price`."
        )
        percentiles: list[Number] = Field(
            default_factory=lambda: [25, 75, 90],
            title="Percentiles",
            description="Which ones, from 0 to 100.",
            advanced=True,
        )

    class Output(BlockOutput):
        count: int = Field(title="Count", description="How many numbers there are.")
        sum: Number = Field(title="Sum", description="All of them together.")
        mean: Number = Field(title="Mean", description="Their average.")
        median: Number = Field(title="Median", description="The one in the middle.")
        minimum: Number = Field(title="Minimum", description="The smallest.")
        maximum: Number = Field(title="Maximum", description="The largest.")
        deviation: Number = Field(
            title="Standard deviation", description="Of a sample; silent with less than two."
        )
        mode: Number = Field(title="Mode", description="The most frequent, the first of several.")
        percentiles: dict[str, Any] = Field(
            title="Percentiles", description="By their number: `percentiles.90`."
        )

    examples = (
        Example(
            {"numbers": [1, 2, 2, "5"], "percentiles": [50, 90]},
            {
                "count": 4,
                "sum": 10,
                "mean": 2.5,
                "median": 2,
                "minimum": 1,
                "maximum": 5,
                "deviation": 1.7320508075688772,
                "mode": 2,
                "percentiles": {"50": 2, "90": 4.1},
            },
        ),
        Example(
            {"numbers": [{"价": 0.1}] * 10, "path": "价", "percentiles": []},
            {
                "count": 10,
                "sum": 1.0,
                "mean": 0.1,
                "median": 0.1,
                "minimum": 0.1,
                "maximum": 0.1,
                "deviation": 0.0,
                "mode": 0.1,
                "percentiles": {},
            },
        ),
        Example({"numbers": [None]}, {"count": 0, "sum": 0}),
        Example({"numbers": ["n/a"]}, {"error": {"code": "not_a_number"}}),
        Example({"numbers": [1], "percentiles": [101]}, {"error": {"code": "invalid_value"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        odd = next((each for each in input.percentiles if not 0 <= each <= 100), None)
        if odd is not None:
            raise BlockError(
                f"There is no percentile {odd}. Give numbers from 0 to 100.",
                zh=f"没有第 {odd} 百分位数。请填写 0 到 100 之间的数。",
                code="invalid_value",
            )
        return await beside(len(input.numbers), lambda: _figures(input))


def _figures(input: Statistics.Input) -> dict[str, Any]:
    path = input.path.strip()
    parts = (part_or_none(item, path) for item in input.numbers)
    numbers = sorted(number(part) for part in parts if part is not None and part != "")
    if not numbers:
        return {"count": 0, "sum": 0}
    figures: dict[str, Any] = {
        "count": len(numbers),
        "sum": total(numbers),
        "mean": mean(numbers),
        "median": percentile(numbers, 50),
        "minimum": numbers[0],
        "maximum": numbers[-1],
        "mode": kept(Counter(numbers).most_common(1)[0][0]),
        "percentiles": {f"{each:g}": percentile(numbers, each) for each in input.percentiles},
    }
    if len(numbers) > 1:
        figures["deviation"] = statistics.stdev(numbers)
    return figures
