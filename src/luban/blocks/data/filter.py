"""The items of a list that meet a condition, and the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from luban.blocks.data.cel import Budget, Expression
from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.compare import Operator, holds
from luban.sdk.values import show


class Filter(Block):
    """Parts a list in two: the items for which a condition holds, and the others.

    Values are compared as in If. An item without the tested part counts as empty there: it never
    is greater, smaller or equal to anything but nothing.
    """

    id = "data.filter"
    title = "Filter"
    category = "data"
    effect = Effect.NONE
    icon = "list-filter"
    keywords = ("where", "select", "keep", "remove", "rows", "condition", "query")

    class Input(BlockInput):
        items: list[Any] = Field(title="Items", description="The list to go through.")
        path: str = Field(
            "",
            title="Path",
            description="Which part of each item is tested, such as `price`; empty tests the item.",
        )
        operator: Operator = Field("==", title="Operator", description="How to compare.")
        condition: str = Field(
            "",
            title="Condition",
            widget="code",
            description="Instead of the comparison: a CEL condition such as "
            "`price > 5 && has(item.city)`, with the fields of the item, `item` and `index`.",
            advanced=True,
        )
        value: Any = Field(
            None,
            title="Value",
            description="What to compare with; not used by `is_empty` and `is_not_empty`.",
        )
        unclear: Literal["fail", "no"] = Field(
            "fail",
            title="Not comparable",
            description="What to do with an item such as `n/a` where a number is expected: `fail`, "
            "or take it for a `no`.",
            advanced=True,
        )

    class Output(BlockOutput):
        yes: list[Any] = Field(title="Yes", description="The items for which it holds, in order.")
        no: list[Any] = Field(title="No", description="The other items, in order.")
        count: int = Field(title="Count", description="For how many items it holds.")

    examples = (
        Example(
            {"items": [3, 9, "12"], "operator": ">", "value": 5},
            {"yes": [9, "12"], "no": [3], "count": 2},
        ),
        Example(
            {
                "items": [{"城市": "北京", "n": 1}, {"城市": "上海", "n": 2}, {"n": 3}],
                "path": "城市",
                "value": "上海",
            },
            {
                "yes": [{"城市": "上海", "n": 2}],
                "no": [{"城市": "北京", "n": 1}, {"n": 3}],
                "count": 1,
            },
        ),
        Example(
            {"items": ["a", "", None], "operator": "is_not_empty"},
            {"yes": ["a"], "no": ["", None], "count": 1},
        ),
        Example(
            {"items": [{"p": "n/a"}, {"p": 2}], "path": "p", "operator": "<", "value": 3},
            {"error": {"code": "not_comparable"}},
        ),
        Example(
            {"items": [{"p": 2, "q": 3}, {"p": 2, "q": 2.0}], "condition": "p * 1.5 == q"},
            {"yes": [{"p": 2, "q": 3}], "no": [{"p": 2, "q": 2.0}], "count": 1},
        ),
        Example(
            {"items": [{"p": 1}, {}], "condition": "p > 0"}, {"error": {"code": "unknown_name"}}
        ),
        Example({"items": []}, {"yes": [], "no": [], "count": 0}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        # A condition may go through lists itself, so that the number of items does not tell.
        size = len(input.items) + (20_000 if "(" in input.condition else 0)
        yes, no = await beside(size, lambda: _parted(input))
        return {"yes": yes, "no": no, "count": len(yes)}


def _parted(input: Filter.Input) -> tuple[list[Any], list[Any]]:
    yes: list[Any] = []
    no: list[Any] = []
    passes = _condition(input) if input.condition.strip() else _passes
    for index, item in enumerate(input.items):
        (yes if passes(index, item, input) else no).append(item)
    return yes, no


def _condition(input: Filter.Input) -> Callable[[int, Any, Filter.Input], bool]:
    ready = Expression(input.condition)
    budget = Budget(steps=10_000_000 + 1000 * len(input.items))

    def passes(index: int, item: Any, input: Filter.Input) -> bool:
        fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        try:
            return ready.holds({**fields, "item": item, "index": index}, budget)
        except BlockError as error:
            if input.unclear == "no" and error.code != "expression_too_slow":
                return False
            raise BlockError(
                f"Item {index} of the list, {show(item)}: {error}",
                zh=f"列表的第 {index} 项（从 0 数起）{show(item)}：{error.message_zh}",
                code=error.code,
            ) from error

    return passes


def _passes(index: int, item: Any, input: Filter.Input) -> bool:
    part = part_or_none(item, input.path.strip())
    if part is None and input.operator in (">", "<", ">=", "<="):
        return False
    try:
        return holds(part, input.operator, input.value)
    except BlockError as error:
        if input.unclear == "no":
            return False
        raise BlockError(
            f"Item {index} of the list, {show(item)}: {error} "
            "Or set Not comparable to `no`, to leave such items out.",
            zh=f"列表的第 {index} 项（从 0 数起）{show(item)}：{error.message_zh}"
            "也可以把“无法比较”设为 no，让这样的项归入“否”。",
            code=error.code,
        ) from error
