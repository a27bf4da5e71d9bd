"""Something tried again until it is as it should be."""

from __future__ import annotations

from typing import Any

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    CallFailed,
    Context,
    Effect,
    Example,
    Field,
)
from luban.sdk.compare import Operator, holds
from luban.sdk.values import PathMissing, parse_path, pick

_LONGEST = 86_400.0 * 31


class Poll(Block):
    """Runs another block again and again until what it gives fits a condition, or it succeeds.

    The pauses hold neither worker nor memory, and may grow; after so many tries it gives up.
    """

    id = "flow.poll"
    title = "Wait until"
    category = "flow"
    # What the other block does is accounted for by its own steps.
    effect = Effect.NONE
    icon = "refresh-cw"
    keywords = ("until", "poll", "retry", "condition", "repeat", "while", "check", "attempts")

    class Input(BlockInput):
        block: str = Field(
            min_length=1, title="Block", description="The id of the block, such as `time.now`."
        )
        inputs: dict[str, Any] = Field(
            default_factory=dict,
            title="Inputs",
            description="What it is given, by name; link to `inputs.name` to set one.",
        )
        path: str = Field(
            "",
            title="Look at",
            description="One of its outputs, or a part: `body.status`. Empty waits for success.",
        )
        operator: Operator = Field("==", title="Operator", description="How to compare.")
        target: Any = Field(True, title="Compare with", description="What it must be.")
        attempts: int = Field(10, ge=1, le=1000, title="Tries", description="At most so many.")
        seconds: float = Field(
            10, ge=0, le=_LONGEST, title="Pause", description="Seconds between tries."
        )
        factor: float = Field(
            1.0,
            ge=1,
            le=10,
            title="Growing by",
            description="2 makes each pause twice as long as the one before.",
            advanced=True,
        )
        otherwise: Any = Field(
            None,
            title="Otherwise",
            description="Given when it gives up; empty fails then.",
        )

    class Output(BlockOutput):
        outputs: dict[str, Any] = Field(
            title="Outputs", description="What the block gave at last, by name.", main=True
        )
        value: Any = Field(title="Value", description="What was looked at, or Otherwise.")
        attempts: int = Field(title="Tries", description="How many were needed.")

    examples = (
        Example(
            {
                "block": "time.now",
                "inputs": {"zone": "UTC"},
                "path": "time",
                "operator": ">=",
                "target": "08:00:30",
                "seconds": 20,
            },
            {
                "outputs": {
                    "text": "Saturday, 31 January 2026, 08:00",
                    "iso": "2026-01-31T08:00:40+00:00",
                    "date": "2026-01-31",
                    "time": "08:00:40",
                    "weekday": 6,
                    "timestamp": 1769846440.0,
                },
                "value": "08:00:40",
                "attempts": 3,
            },
        ),
        Example(
            {"block": "data.parse_json", "inputs": {"text": "{"}, "attempts": 2, "otherwise": "?"},
            {"value": "?", "attempts": 2},
        ),
        Example(
            {"block": "data.parse_json", "inputs": {"text": "{"}, "attempts": 2, "seconds": 0},
            {"error": {"code": "gave_up"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        path = parse_path(input.path)
        pause, why, why_zh = input.seconds, "", ""
        for attempt in range(1, input.attempts + 1):
            try:
                outputs = await ctx.call(input.block, input.inputs)
            except CallFailed as error:
                why, why_zh = str(error), error.message_zh
            else:
                value = _value(outputs, path)
                if not path or holds(value, input.operator, input.target):
                    return {"outputs": outputs, "value": value, "attempts": attempt}
                why, why_zh = (
                    f"`{input.path}` is {value!r:.100}",
                    f"“{input.path}”是 {value!r:.100}",
                )
            ctx.progress(attempt, input.attempts)
            if attempt < input.attempts and pause:
                await ctx.sleep(min(pause, _LONGEST))
                pause *= input.factor
        if input.otherwise is not None:
            return {"value": input.otherwise, "attempts": input.attempts}
        raise BlockError(
            f"`{input.block}` was tried {input.attempts} times: {why}",
            zh=f"“{input.block}”已尝试 {input.attempts} 次：{why_zh}",
            code="gave_up",
        )


def _value(outputs: dict[str, Any], path: tuple[str | int, ...]) -> Any:
    try:
        return pick(outputs, path)
    except PathMissing:
        return None
