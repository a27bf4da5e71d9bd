"""The end of a run, wherever it is."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field


class Stop(Block):
    """Ends the whole run at once, as done or as failed; other branches are given up.

    What went to outputs before stays the result of the run. For an end that depends on something,
    put an If before it.
    """

    id = "flow.stop"
    title = "Stop"
    category = "flow"
    effect = Effect.NONE
    ends_run = True
    icon = "octagon-x"
    keywords = ("end", "exit", "abort", "finish", "fail", "throw", "return")

    class Input(BlockInput):
        value: Any = Field(
            None, title="When", description="Link what comes before; it is not looked at."
        )
        outcome: Literal["completed", "failed"] = Field(
            "completed", title="Outcome", description="How the run ends."
        )
        message: str = Field(
            "", title="Message", description="Why, for people who look at the run."
        )
        code: str = Field(
            "stopped",
            title="Code",
            description="Of a failure, for programs that look at it.",
            pattern=r"^[a-z][a-z0-9_]{0,63}$",
            advanced=True,
        )

    class Output(BlockOutput):
        message: str = Field(title="Message", description="Why the run ended.")

    examples = (
        Example({"message": "nothing new"}, {"message": "nothing new"}),
        Example(
            {"outcome": "failed", "message": "库存不足", "code": "out_of_stock"},
            {"error": {"code": "out_of_stock"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, str]:
        if input.outcome == "failed":
            message = input.message or "The run was stopped as failed."
            raise BlockError(message, zh=input.message or "运行以失败停止。", code=input.code)
        if input.message:
            ctx.log(input.message)
        return {"message": input.message}
