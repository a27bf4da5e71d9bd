"""An agent that its owner may accept in part."""

from __future__ import annotations

from collections.abc import Sequence

from luban.blocks.build.example_catalogue import FINDING, SAID, TEXT, WARNING, WRONG
from luban.blocks.build.texts import errors_of, text_pin, told
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field
from luban.sdk.catalogue import Finding


class ProposeAgent(Block):
    """Proposes an agent to its owner, who then accepts or refuses each change.

    Nothing changes before that. An agent file with errors is refused with what to repair. A run has
    one proposal: the next takes the place of the one before.
    """

    id = "build.propose_agent"
    title = "Propose an agent"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "git-pull-request"
    keywords = ("proposal", "change", "draft", "difference", "builder", "tool")

    class Input(BlockInput):
        text: str = text_pin()
        summary: str = Field(
            title="Summary", description="What it does or what changes, in a sentence or two."
        )
        agent: str = Field(
            "",
            title="Agent",
            description="Name or id of the agent to change; empty proposes a new one.",
        )

    class Output(BlockOutput):
        text: str = Field(
            title="Answer", description="The changes proposed, and what to look at.", main=True
        )
        proposal: str = Field(title="Proposal", description="Its id.")

    examples = (
        Example(
            {"text": TEXT, "summary": "Says hello."},
            {"text": "Proposed 1 change:\n+ node `a`", "proposal": "p_test"},
            {"catalogue": {}},
        ),
        Example(
            {"text": WRONG, "summary": "Says hello.", "agent": "Hello"},
            {
                "text": "Proposed 1 change:\n+ node `a`\nTold to the owner with it:\n"
                + SAID.replace("error", "warning"),
                "proposal": "p_test",
            },
            {"catalogue": {"findings": {WRONG: [WARNING]}}},
        ),
        Example(
            {"text": WRONG, "summary": "Says hello."},
            {"error": {"code": "agent_has_errors"}},
            {"catalogue": {"findings": {WRONG: [FINDING]}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, object]:
        _require_sound(await ctx.catalogue.check(input.text))
        proposed = await ctx.catalogue.propose(input.text, input.summary, input.agent)
        changes = len(proposed.changes)
        lines = [f"Proposed {changes} {'change' if changes == 1 else 'changes'}:"]
        lines += proposed.changes
        if proposed.warnings:
            lines += ["Told to the owner with it:", told(proposed.warnings)]
        return {"text": "\n".join(lines), "proposal": proposed.id}


def _require_sound(findings: Sequence[Finding]) -> None:
    errors = errors_of(findings)
    if errors:
        raise BlockError(
            f"Not proposed: repair this first, then propose the whole text again.\n{told(errors)}",
            zh="没有提出：请先修正以下问题，再重新提交完整的文本。\n"
            + "\n".join(f"- {each.message_zh}{each.repair_zh}" for each in errors[:20]),
            code="agent_has_errors",
        )
