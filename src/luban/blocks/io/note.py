"""A note on the canvas."""

from __future__ import annotations

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Field, Role


class Note(Block):
    """Text on the canvas for people; it never runs."""

    id = "io.note"
    title = "Note"
    category = "output"
    role = Role.NOTE
    effect = Effect.NONE
    icon = "sticky-note"
    keywords = ("comment", "remark", "sticky")

    class Input(BlockInput):
        text: str = Field("", title="Text", description="What to remember.", widget="textarea")

    class Output(BlockOutput):
        pass

    async def run(self, input: Input) -> dict[str, str]:
        return {}
