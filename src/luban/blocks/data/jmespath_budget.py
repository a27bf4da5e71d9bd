"""JMESPath within a budget: `[@, @][] | [@, @][] | …` would double a list with every part."""

from __future__ import annotations

from functools import cache
from typing import Any, cast


class TooMuch(Exception):
    """The expression made more values than it may."""


class Budget:
    """Counts what each part of an expression gives, however often it holds the same list."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._most = most
        self._weights: dict[int, tuple[Any, int]] = {}
        """By identity, with the value itself, so that its place in memory is not used again."""

    def charge(self, result: Any) -> None:
        self._pay(1)
        if isinstance(result, (list, dict)) and self._weight(result) > self._most:
            raise TooMuch

    def _pay(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuch

    def _weight(self, value: Any) -> int:
        """How many values there are in a value, each list counted as often as it is held."""
        if not isinstance(value, (list, dict)):
            return 1
        known = self._weights.get(id(cast("object", value)))
        if known is not None:
            return known[1]
        self._pay(len(cast("list[Any]", value)))
        inner = value.values() if isinstance(value, dict) else cast("list[Any]", value)
        weight = 1 + sum(map(self._weight, cast("list[Any]", inner)))
        self._weights[id(cast("object", value))] = (value, weight)
        return weight


def search(parsed: Any, value: Any, most: int) -> Any:
    """What a parsed expression finds. Raises `TooMuch` beside what the library raises."""
    return _interpreter()(Budget(most)).visit(parsed, value)


@cache
def _interpreter() -> Any:
    """Made when it is needed first, as it loads the library."""
    from jmespath.visitor import TreeInterpreter

    class Interpreter(TreeInterpreter):
        def __init__(self, budget: Budget) -> None:
            super().__init__()
            self._budget = budget

        def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
            result = super().visit(node, *args, **kwargs)
            self._budget.charge(result)
            return result

    return Interpreter
