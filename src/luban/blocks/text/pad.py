"""Text made as long as it must be."""

from __future__ import annotations

from typing import Literal

from luban.blocks.text.width import columns
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class Pad(Block):
    """Fills a text up to a length, such as 7 to 007, or names to columns that line up."""

    id = "text.pad"
    title = "Pad text"
    category = "text"
    effect = Effect.NONE
    icon = "align-horizontal-space-between"
    keywords = ("fill", "zeros", "leading", "align", "width", "ljust", "rjust")

    class Input(BlockInput):
        text: str = Field(title="Text", description="What to fill up.")
        length: int = Field(
            title="Length", ge=0, le=100_000, description="How long it is to be at least."
        )
        fill: str = Field(
            " ", title="Fill with", description="One or more characters.", min_length=1
        )
        side: Literal["left", "right", "both"] = Field(
            "left", title="Side", description="On which side of the text it is filled."
        )
        wide: bool = Field(
            False,
            title="Count columns",
            description="Count a Chinese character as two, so that columns line up.",
            advanced=True,
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The filled text.")

    examples = (
        Example({"text": "7", "length": 3, "fill": "0"}, {"text": "007"}),
        Example({"text": "ab", "length": 7, "fill": "-=", "side": "both"}, {"text": "-=ab-=-"}),
        Example(
            {"text": "鲁班", "length": 6, "side": "right", "fill": ".", "wide": True},
            {"text": "鲁班.."},
        ),
        Example({"text": "long enough", "length": 3}, {"text": "long enough"}),
    )

    async def run(self, input: Input) -> dict[str, str]:
        taken = columns(input.text) if input.wide else len(input.text)
        lacking = max(0, input.length - taken)
        before = {"left": lacking, "right": 0, "both": lacking // 2}[input.side]
        return {"text": _filling(input, before) + input.text + _filling(input, lacking - before)}


def _filling(input: Pad.Input, length: int) -> str:
    whole = input.fill * (length // len(input.fill) + 1)
    if not input.wide:
        return whole[:length]
    taken = ""
    for letter in whole:
        if columns(taken + letter) > length:
            break
        taken += letter
    return taken
