"""Several of some texts a run is given."""

from __future__ import annotations

from typing import Any

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import BlockError, Example, Field
from luban.sdk.values import show


class InputChoices(InputBlock):
    """Any number of the options you list, chosen when a run is started."""

    id = "io.input_choices"
    title = "Several choices input"
    icon = "square-check-big"
    keywords = ("input", "multiple", "checkboxes", "select", "options", "tags")

    class Input(RunInput):
        value: list[str] | None = Field(
            None, title="Default", description="The options used when a run chooses none."
        )
        options: list[str] = Field(
            default_factory=list, title="Options", description="What can be chosen."
        )
        least: int = Field(
            0, ge=0, title="At least", description="How many must be chosen.", advanced=True
        )
        most: int | None = Field(
            None, ge=1, title="At most", description="How many may be chosen.", advanced=True
        )

    class Output(RunInputOutput):
        value: list[str] = Field(
            title="Value", description="The chosen options, in the order they are listed."
        )

    examples = (
        Example(
            {"name": "c", "value": ["blue", "red"], "options": ["red", "green", "blue"]},
            {"value": ["red", "blue"]},
        ),
        Example({"name": "c", "options": ["red"]}, {}),
        Example(
            {"name": "c", "value": ["pink"], "options": ["red", "blue"]},
            {"error": {"code": "invalid_value"}},
        ),
        Example(
            {"name": "c", "value": ["red"], "options": ["red", "blue"], "least": 2},
            {"error": {"code": "invalid_value"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.value is None:
            return {}
        chosen = list(dict.fromkeys(input.value))
        strange = [each for each in chosen if each not in input.options]
        if input.options and strange:
            known, told = show(", ".join(input.options)), show(", ".join(strange))
            raise BlockError(
                f"The input `{input.name}` has {told}; choose from {known}.",
                zh=f"输入“{input.name}”含有 {told}，请从这些中选择：{known}。",
                code="invalid_value",
            )
        if len(chosen) < input.least or (input.most is not None and len(chosen) > input.most):
            span = f"{input.least}–{input.most}" if input.most else f"{input.least}+"
            raise BlockError(
                f"The input `{input.name}` has {len(chosen)} choices; choose {span}.",
                zh=f"输入“{input.name}”选了 {len(chosen)} 项，请选择 {span} 项。",
                code="invalid_value",
            )
        if input.options:
            chosen.sort(key=input.options.index)
        return {"value": chosen}
