"""Several conditions made into one."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import PinKind, PinType, coerce


class Boolean(Block):
    """Says whether all, some or none of several conditions hold, and goes one of two ways."""

    id = "logic.boolean"
    title = "And, or, not"
    category = "logic"
    effect = Effect.NONE
    icon = "binary"
    keywords = ("and", "or", "not", "xor", "all", "any", "none", "conditions")

    class Input(BlockInput):
        values: list[Any] = Field(
            title="Conditions",
            description="Each true or false; link to `values[0]` to set one. Nothing is false.",
        )
        operator: Literal["all", "any", "none", "one"] = Field(
            "all", title="Holds if", description="`all` is and, `any` or, `none` not, `one` xor."
        )
        send: Any = Field(
            None, title="Send", description="What goes on; empty sends true or false."
        )

    class Output(BlockOutput):
        result: bool = Field(title="Result", description="Whether it holds.", main=True)
        yes_output: Any = Field(title="Yes", description="Given only when it holds.")
        no_output: Any = Field(title="No", description="Given only when it does not hold.")

    examples = (
        Example({"values": [True, "yes"]}, {"result": True, "yes_output": True}),
        Example(
            {"values": [False, None, 1], "operator": "any", "send": "订单"},
            {"result": True, "yes_output": "订单"},
        ),
        Example({"values": ["否"], "operator": "none"}, {"result": True, "yes_output": True}),
        Example({"values": [True, True], "operator": "one"}, {"result": False, "no_output": False}),
        Example({"values": ["maybe"]}, {"error": {"code": "type_mismatch"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        kind = PinType(PinKind.BOOLEAN)
        true = sum(value is not None and coerce(value, kind) for value in input.values)
        result = {
            "all": true == len(input.values),
            "any": true > 0,
            "none": true == 0,
            "one": true == 1,
        }[input.operator]
        sent = result if input.send is None else input.send
        return {"result": result, "yes_output" if result else "no_output": sent}
