"""JMESPath within a budget: `[@, @][] | [@, @][] | …` would double a list with every part.

Imported only where a query is worked out, as it loads the library.
"""

from __future__ import annotations

from typing import Any, cast

from jmespath.visitor import TreeInterpreter


class TooMuch(Exception):
    """The expression made more values than it may."""


class Interpreter(TreeInterpreter):
    """Counts what each part of an expression gives, however often it holds the same list."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most
        self._most = most
        self._weights: dict[int, tuple[Any, int]] = {}
        """By identity, with the value itself, so that its place in memory is not used again."""

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        result = super().visit(node, *args, **kwargs)
        self._pay(1)
        if isinstance(result, (list, dict)) and self._weight(result) > self._most:
            raise TooMuch
        return result

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
