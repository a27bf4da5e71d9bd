"""A calculator of our own: what is not in the box is a file in our own folder."""

from typing import Literal

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field, Number


class CustomizedCalculatorBlock(Block):
    """Takes a percentage off a price, or adds it. The price never falls below nothing."""

    id = "shop.customized_calculator"  # unique, and the same for good: agents find the block by it
    category = "maths"
    effect = Effect.NONE  # it only computes, so it may be repeated at any time
    icon = "percent"
    keywords = ("discount", "tax", "percent")

    class Input(BlockInput):
        operation: Literal["discount", "tax"] = Field("discount", title="Operation")
        price: Number = Field(title="Price", ge=0, description="What it costs now.")
        percent: Number = Field(10, title="Percent", ge=0, le=1000)

    class Output(BlockOutput):
        result: Number = Field(title="Result", description="What it costs then.")

    # Each example is a test: `luban block test blocks` runs them.
    examples = (
        Example({"price": 200, "percent": 25}, {"result": 150.0}),
        Example({"operation": "tax", "price": 100, "percent": 19}, {"result": 119.0}),
        Example({"price": 10, "percent": 101}, {"error": {"code": "too_much"}}),
    )

    async def run(self, input: Input) -> dict[str, float]:
        part = input.price * input.percent / 100
        if input.operation == "tax":
            return {"result": round(input.price + part, 2)}
        if part > input.price:
            raise BlockError(
                f"A discount of {input.percent}% is more than all of it. Give at most 100.",
                zh=f"{input.percent}% 的折扣超过了全价。请填写不超过 100 的数。",
                code="too_much",
            )
        return {"result": round(input.price - part, 2)}
