"""So many values in so much time, and no more."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class Throttle(Block):
    """Lets at most so many values through in a time, counted over all runs; the others wait.

    It keeps a service from being asked too often, whoever asks: values with the same key share
    their places.
    """

    id = "flow.throttle"
    title = "Throttle"
    category = "flow"
    effect = Effect.IDEMPOTENT
    icon = "gauge"
    keywords = ("rate limit", "slow down", "per minute", "quota", "pace", "queue")

    class Input(BlockInput):
        value: Any = Field(None, title="Value", description="What goes on when there is a place.")
        limit: int = Field(1, ge=1, le=1000, title="At most", description="So many values…")
        seconds: float = Field(
            60, gt=0, le=31_622_400, title="In seconds", description="…in this time."
        )
        key: str = Field(
            "", title="Key", description="What is counted together, such as a service's name."
        )
        scope: Literal["agent", "user"] = Field(
            "agent", title="Counted over", description="The runs of this agent, or all of yours."
        )
        patience: float | None = Field(
            None,
            ge=0,
            title="Longest wait",
            description="Seconds; who would wait longer goes the other way at once. 0 never waits; "
            "empty waits however long it takes.",
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="When its turn has come.", main=True)
        refused: Any = Field(
            title="Refused", description="Given instead, when it would have to wait too long."
        )
        waited: float = Field(title="Waited", description="Seconds; given when it is let through.")

    examples = (
        Example({"value": "a"}, {"value": "a", "waited": 0.0}),
        Example(
            {"value": "b", "limit": 2, "seconds": 10, "key": "k"},
            {"value": "b", "waited": 6.0},
            {"state": {"throttle:k": {"times": [1769846396.0, 1769846399.0]}}},
        ),
        Example(
            {"value": "b", "seconds": 10, "key": "k", "patience": 5},
            {"refused": "b"},
            {"state": {"throttle:k": {"times": [1769846399.0]}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        now = ctx.now()

        def take(held: Any) -> dict[str, Any]:
            times: list[float] = (held or {}).get("times", [])[-input.limit :]
            free = times[0] + input.seconds if len(times) == input.limit else now
            at = max(free, now)
            if input.patience is not None and at - now > input.patience:
                return {"times": times, "asked": now, "at": None}
            return {"times": [*times, at], "asked": now, "at": at}

        taken = await ctx.state.update(
            f"throttle:{input.key}", take, scope=input.scope, once=ctx.idempotency_key
        )
        if taken["at"] is None:
            return {"refused": input.value}
        waited = taken["at"] - taken["asked"]
        if waited:
            await ctx.sleep(taken["at"] - now)
        return {"value": input.value, "waited": waited}
