"""What a run has proposed."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class MadeProposal(Block):
    """Gives the proposal that this run has made; stays silent if it made none."""

    id = "build.made_proposal"
    title = "Proposal of this run"
    category = "ai"
    effect = Effect.NONE
    icon = "git-pull-request-draft"
    keywords = ("proposal", "builder", "result")

    class Input(BlockInput):
        after: Any = Field(None, title="After", description="Link what must have happened before.")

    class Output(BlockOutput):
        proposal: str = Field(
            title="Proposal", description="Its id; given only if there is one.", main=True
        )

    examples = (
        Example({"after": "Done."}, {"proposal": "p_1"}, {"catalogue": {"proposed": "p_1"}}),
        Example({}, {}, {"catalogue": {}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, object]:
        proposed = await ctx.catalogue.proposed()
        return {} if proposed is None else {"proposal": proposed.id}
