"""Figures of many values, worked out so that little is lost: sums, means, percentiles."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal

from luban.blocks.data.sameness import identity
from luban.sdk import BlockError
from luban.sdk.compare import as_operand
from luban.sdk.values import show

Figure = Literal[
    "count",
    "distinct",
    "sum",
    "mean",
    "min",
    "max",
    "median",
    "percentile",
    "stdev",
    "first",
    "last",
    "list",
]
_OF_NUMBERS = frozenset({"sum", "mean", "median", "percentile", "stdev"})


def worked_out(figure: str, parts: list[Any], percent: float = 50) -> Any:
    """One figure of the parts that are there; nothing where there are none. Raises `BlockError`."""
    there = [part for part in parts if part is not None and part != ""]
    if figure in _OF_NUMBERS:
        there = [number(part) for part in there]
    if figure == "percentile":
        return percentile(sorted(there), percent)
    return _FIGURES[figure](there)


def number(part: Any) -> int | float:
    """A number, or a text that is written as one. Raises `BlockError`."""
    value = as_operand(part)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BlockError(
            f"{show(part)} is no number, so nothing can be worked out of it. Filter such values "
            "out first.",
            zh=f"{show(part)} 不是数字，无法计算。请先筛掉这样的值。",
            code="not_a_number",
        )
    return value


def total(numbers: list[int | float]) -> int | float:
    """Whole numbers exactly, others with one rounding at the end: 0.1 ten times is 1."""
    if all(isinstance(each, int) for each in numbers):
        return kept(sum(numbers))
    return kept(math.fsum(numbers))


def kept(value: int | float) -> int | float:
    """A result that can travel: whole numbers beyond 64 bits go on as decimal ones."""
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return float(value)
    return value


def mean(numbers: list[int | float]) -> float | int | None:
    if not numbers:
        return None
    value = math.fsum(numbers) / len(numbers)
    return int(value) if value.is_integer() and abs(value) < 1 << 53 else value


def median(numbers: list[int | float]) -> float | int | None:
    return percentile(sorted(numbers), 50)


def percentile(ordered: list[int | float], percent: float) -> float | int | None:
    """Between the two nearest values, in proportion, as spreadsheets do (`PERCENTILE.INC`)."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * Fraction(str(percent)) / 100
    below = math.floor(place)
    low = Fraction(str(ordered[below]))
    high = Fraction(str(ordered[math.ceil(place)]))
    value = low + (high - low) * (place - below)
    return kept(int(value)) if value.denominator == 1 else float(value)


def _stdev(numbers: list[int | float]) -> float | None:
    return statistics.stdev(numbers) if len(numbers) > 1 else None


def _extreme(last: bool) -> Callable[[list[Any]], Any]:
    """Of numbers by size, else of texts by their letters; dates as texts are in order too."""

    def chosen(parts: list[Any]) -> Any:
        if not parts:
            return None
        values = [as_operand(part) for part in parts]
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
        compared = values if numbers else [str(value) for value in values]
        at = (max if last else min)(range(len(parts)), key=lambda place: compared[place])
        return values[at] if numbers else parts[at]

    return chosen


_FIGURES: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "distinct": lambda parts: len({identity(part) for part in parts}),
    "sum": total,
    "mean": mean,
    "min": _extreme(False),
    "max": _extreme(True),
    "median": median,
    "stdev": _stdev,
    "first": lambda parts: parts[0] if parts else None,
    "last": lambda parts: parts[-1] if parts else None,
    "list": list,
}
