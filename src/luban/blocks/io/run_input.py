"""What all input blocks share: a name in the run's inputs, texts for its form, one value out."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Field, Role


class RunInput(BlockInput):
    """The pins of an input block; `value` is the run's, or else the default kept on the node."""

    name: str = Field(title="Name", description="The input's name, by which a run gives it.")
    value: Any = Field(
        None, title="Default", description="Used when a run gives nothing for this name."
    )
    title: str = Field(
        "", title="Label", description="Shown in the form instead of the name.", advanced=True
    )
    description: str = Field(
        "", title="Help", description="A line below the field in the form.", advanced=True
    )
    required: bool = Field(
        True,
        title="Required",
        description="Whether a run without a value, and without a default, is refused.",
        advanced=True,
    )


class RunInputOutput(BlockOutput):
    """Where the value leaves."""

    value: Any = Field(title="Value", description="What the run gave, or the default.")


class InputBlock(Block):
    """The way a value enters a run; without a value it emits nothing."""

    category = "input"
    role = Role.INPUT
    static = True
    effect = Effect.NONE

    Input = RunInput
    Output = RunInputOutput

    async def run(self, input: Any) -> dict[str, Any]:
        return {} if input.value is None else {"value": input.value}
