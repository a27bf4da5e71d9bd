"""Another agent, run as a part of this one."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field
from luban.sdk.values import show


class RunAgent(Block):
    """Runs another agent to its end, as a run of its own below this one.

    Cancelling this run cancels that one; if that one fails, so does this step.
    """

    id = "flow.run_agent"
    title = "Run an agent"
    category = "flow"
    # What the agent does is accounted for by its own steps, which a dry run simulates in turn.
    effect = Effect.NONE
    icon = "bot"
    keywords = ("sub-agent", "child", "call", "delegate", "nested", "reuse")

    class Input(BlockInput):
        agent: str = Field(min_length=1, title="Agent", description="Its name or id.")
        inputs: dict[str, Any] = Field(
            default_factory=dict,
            title="Inputs",
            description="What its run is given, by name; link to `inputs.name` to set one.",
        )
        version: str = Field(
            "published",
            title="Version",
            description="`published`, `latest` (with changes not published yet), or a number.",
            examples=["published", "latest"],
            advanced=True,
        )

    class Output(BlockOutput):
        outputs: dict[str, Any] = Field(
            title="Outputs",
            description="What its run gave, by name; link from `outputs.name` to take one.",
        )

    examples = (
        Example(
            {"agent": "Calculator", "inputs": {"a": 2, "b": 3}},
            {"outputs": {"result": 5}},
            {"agents": {"Calculator": {"result": 5}}},
        ),
        Example(
            {"agent": "Calculator", "version": "2"},
            {"error": {"code": "child_run_failed"}},
            {"agents": {"Calculator": BlockError("it is out of order")}},
        ),
        Example({"agent": "Calculator", "version": "old"}, {"error": {"code": "bad_version"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        version = _version(input.version)
        return {"outputs": await ctx.run_agent(input.agent, input.inputs, version=version)}


def _version(given: str) -> Literal["published", "latest"] | int:
    wanted = given.strip().lower()
    if wanted == "latest":
        return "latest"
    if wanted in ("", "published"):
        return "published"
    if wanted.isdecimal() and wanted.isascii():
        return int(wanted)
    raise BlockError(
        f"{show(given)} is no version. Use `published`, `latest`, or a number such as 3.",
        zh=f"{show(given)} 不是版本。请使用 published、latest，或 3 这样的编号。",
        code="bad_version",
    )
