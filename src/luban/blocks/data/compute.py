"""A value worked out by an expression."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.blocks.data.cel import Expression
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Emissions, Example, Field


class Compute(Block):
    """Works out a CEL expression over values: a condition, a number, a text, a list, an object.

    `order.total > 100 && order.city == '北京'`, `items.filter(i, i.price > 5).map(i, i.name)`,
    `price * (1 + rate)`. It can neither loop for ever nor reach anything but the values.
    """

    id = "data.compute"
    title = "Compute (CEL)"
    category = "data"
    effect = Effect.NONE
    icon = "function-square"
    keywords = ("expression", "formula", "condition", "cel", "map", "evaluate", "transform")

    class Input(BlockInput):
        expression: str = Field(
            title="Expression",
            widget="code",
            min_length=1,
            description="What to work out, with the names of the values.",
        )
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="Values",
            description="By the names the expression uses; link to `values.order` to set one.",
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="What the expression comes to.")
        yes: Any = Field(title="Yes", description="The values, only when it comes to true.")
        no: Any = Field(title="No", description="The values, only when it comes to false.")

    examples = (
        Example(
            {"expression": "price * n + 0.5", "values": {"price": 2.5, "n": 3}}, {"value": 8.0}
        ),
        Example(
            {"expression": "城市 in ['北京', '上海']", "values": {"城市": "北京"}},
            {"value": True, "yes": {"城市": "北京"}},
        ),
        Example(
            {
                "expression": "rows.filter(r, r.n > 1).map(r, {'name': r.name.upperAscii()})",
                "values": {"rows": [{"name": "a", "n": 1}, {"name": "b", "n": 2}]},
            },
            {"value": [{"name": "B"}]},
        ),
        Example({"expression": "has(a.b) ? a.b : 'none'", "values": {"a": {}}}, {"value": "none"}),
        Example(
            {"expression": "n > limit", "values": {"n": 1, "limit": 5}},
            {"value": False, "no": {"n": 1, "limit": 5}},
        ),
        Example({"expression": "1 +"}, {"error": {"code": "bad_expression"}}),
        Example({"expression": "total > 5"}, {"error": {"code": "unknown_name"}}),
        Example(
            {
                "expression": "l.map(a, l.map(b, l.map(c, a + b + c)))",
                "values": {"l": list(range(100))},
            },
            {"error": {"code": "expression_too_slow"}},
        ),
    )

    async def run(self, input: Input) -> Emissions:
        ready = Expression(input.expression)
        # Without a call it ends as soon as its text does.
        if "(" in input.expression:
            value = await asyncio.to_thread(ready.value, input.values)
        else:
            value = ready.value(input.values)
        sent = Emissions([("value", value)])
        if isinstance(value, bool):
            sent.append(("yes" if value else "no", input.values))
        return sent
