"""One line of Python over values, in the safe subset of it."""

from __future__ import annotations

from typing import Any

from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    CodeFailed,
    Context,
    Effect,
    Example,
    Field,
)

_SECONDS = 5.0
_MEGABYTES = 64
_LATE = 20.0


class Expression(Block):
    """Works out a Python expression over values: `[row["name"] for row in rows if row["ok"]]`.

    Runs in the safe subset of Python, which reaches nothing outside; takes a millisecond.
    """

    id = "code.expression"
    title = "Expression"
    category = "code"
    effect = Effect.NONE
    icon = "variable"
    keywords = ("python", "compute", "formula", "comprehension", "calculate", "map", "lambda")
    timeout = _LATE
    exempt = (("effect", "the subset of Python computes, and reaches nothing outside"),)

    class Input(BlockInput):
        expression: str = Field(
            title="Expression",
            description="Python, such as `value * 2` or `len(names)`.",
            min_length=1,
            widget="textarea",
        )
        value: Any = Field(None, title="Value", description="Known as `value`.")
        inputs: dict[str, Any] = Field(
            default_factory=dict,
            title="Inputs",
            description="Further values; each is known by its name.",
        )

    class Output(BlockOutput):
        result: Any = Field(title="Result", description="What it is worth.")

    examples = (
        Example(
            {"expression": "value * 2 + 1", "value": 20},
            {"result": 41},
            {"sandbox": [{"result": 41, "run_in": "subset"}]},
        ),
        Example(
            {
                "expression": '{row["name"]: row["n"] for row in rows if row["n"] > 1}',
                "inputs": {"rows": [{"name": "a", "n": 1}, {"name": "b", "n": 2}]},
            },
            {"result": {"b": 2}},
            {"sandbox": [{"result": {"b": 2}, "run_in": "subset"}]},
        ),
        Example(
            {"expression": "valeu + 1", "value": 1},
            {"error": {"code": "code_failed"}},
            {"sandbox": [CodeFailed("NameError: name 'valeu' is not defined", 1)]},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Any:
        got = await ctx.sandbox.run(
            "python",
            f"({input.expression.strip()}\n)",
            inputs={"value": input.value, **input.inputs},
            run_in="subset",
            seconds=_SECONDS,
            memory_mb=_MEGABYTES,
        )
        return got.result
