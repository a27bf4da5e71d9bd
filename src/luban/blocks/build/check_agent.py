"""What is wrong with the text of an agent."""

from __future__ import annotations

from luban.blocks.build.example_catalogue import FINDING, SAID, TEXT, WRONG
from luban.blocks.build.texts import errors_of, text_pin, told
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class CheckAgent(Block):
    """Says what is wrong with an agent file before it runs, and how to repair it."""

    id = "build.check_agent"
    title = "Check an agent"
    category = "ai"
    effect = Effect.NONE
    icon = "list-checks"
    keywords = ("validate", "lint", "findings", "builder", "tool")

    class Input(BlockInput):
        text: str = text_pin()

    class Output(BlockOutput):
        text: str = Field(
            title="Findings", description="One line for each, errors first.", main=True
        )
        errors: int = Field(title="Errors", description="While there are any, it cannot run.")
        warnings: int = Field(title="Warnings", description="What may be meant so.")

    examples = (
        Example(
            {"text": TEXT},
            {"text": "Nothing is wrong with it.", "errors": 0, "warnings": 0},
            {"catalogue": {}},
        ),
        Example(
            {"text": WRONG},
            {"text": SAID, "errors": 1, "warnings": 0},
            {"catalogue": {"findings": {WRONG: [FINDING]}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, object]:
        findings = await ctx.catalogue.check(input.text)
        errors = len(errors_of(findings))
        return {
            "text": told(findings) or "Nothing is wrong with it.",
            "errors": errors,
            "warnings": len(findings) - errors,
        }
