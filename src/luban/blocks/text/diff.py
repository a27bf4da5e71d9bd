"""What is different between two texts."""

from __future__ import annotations

import asyncio
import difflib
import html
from typing import Any, Literal

import regex

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field

_WORD = regex.compile(r"\p{Han}|\p{Hiragana}|\p{Katakana}|[\p{L}\p{N}\p{M}_]+|\s+|.", regex.DOTALL)
_MOST = 20_000
"""Lines or words of each text that are compared: the work grows with their product."""


class Diff(Block):
    """Compares two texts: which lines or words came and went, and how alike the texts are."""

    id = "text.diff"
    title = "Compare texts"
    category = "text"
    effect = Effect.NONE
    icon = "diff"
    keywords = ("difference", "changes", "unified", "patch", "similarity", "versions", "html")
    exempt = (("failure", "only longer texts than in an example, see test_large_inputs"),)

    class Input(BlockInput):
        before: str = Field(title="Before", description="The older text.", widget="textarea")
        after: str = Field(title="After", description="The newer text.", widget="textarea")
        format: Literal["unified", "words", "html"] = Field(
            "unified",
            title="Format",
            description="Lines as programmers know them; words as `[-old-]{+new+}`; or HTML with "
            "<del> and <ins>.",
        )
        context: int = Field(
            3,
            ge=0,
            le=1000,
            title="Lines around",
            description="Of `unified`: equal lines shown around each change.",
            advanced=True,
        )

    class Output(BlockOutput):
        diff: str = Field(
            title="Differences", description="Empty if the texts are equal.", main=True
        )
        changed: bool = Field(title="Changed", description="Whether anything is different.")
        similarity: float = Field(
            title="Similarity", description="From 0, nothing in common, to 1, equal."
        )
        added: int = Field(title="Added", description="Lines (or words) only after has.")
        removed: int = Field(title="Removed", description="Lines (or words) only before has.")

    examples = (
        Example(
            {"before": "a\nb\nc", "after": "a\nB\nc\nd"},
            {
                "diff": "--- before\n+++ after\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d",
                "changed": True,
                "similarity": 0.5714,
                "added": 2,
                "removed": 1,
            },
        ),
        Example(
            {"before": "鲁班造桥", "after": "鲁班修桥", "format": "words"},
            {
                "diff": "鲁班[-造-]{+修+}桥",
                "changed": True,
                "similarity": 0.75,
                "added": 1,
                "removed": 1,
            },
        ),
        Example(
            {"before": "a < b", "after": "a < c", "format": "html"},
            {
                "diff": "a &lt; <del>b</del><ins>c</ins>",
                "changed": True,
                "similarity": 0.8,
                "added": 1,
                "removed": 1,
            },
        ),
        Example(
            {"before": "x", "after": "x"},
            {"diff": "", "changed": False, "similarity": 1.0, "added": 0, "removed": 0},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        lines = input.format == "unified"
        before, after = (_parts(text, lines) for text in (input.before, input.after))
        if max(len(before), len(after)) > _MOST:
            unit, unit_zh = ("lines", "行") if lines else ("words", "词")
            raise BlockError(
                f"A text has more than {_MOST:,} {unit}. Compare parts of it.",
                zh=f"文本超过 {_MOST:,} {unit_zh}。请分段比较。",
                code="text_too_long",
            )
        if input.before == input.after:
            return {"diff": "", "changed": False, "similarity": 1.0, "added": 0, "removed": 0}
        return await asyncio.to_thread(_compared, before, after, input)


def _parts(text: str, lines: bool) -> list[str]:
    return text.splitlines() if lines else _WORD.findall(text)


def _compared(before: list[str], after: list[str], input: Diff.Input) -> dict[str, Any]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > 2000)
    changes = [each for each in matcher.get_opcodes() if each[0] != "equal"]
    if input.format == "unified":
        around = input.context
        told = difflib.unified_diff(before, after, "before", "after", lineterm="", n=around)
        text = "\n".join(told)
    else:
        text = "".join(_words(matcher, before, after, input.format == "html"))
    return {
        "diff": text,
        "changed": True,
        "similarity": round(matcher.ratio(), 4),
        "added": sum(end - start for _, _, _, start, end in changes),
        "removed": sum(end - start for _, start, end, _, _ in changes),
    }


def _words(
    matcher: difflib.SequenceMatcher[str], before: list[str], after: list[str], as_html: bool
) -> list[str]:
    shown: list[str] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        old, new = "".join(before[a:b]), "".join(after[c:d])
        if as_html:
            old, new = html.escape(old), html.escape(new)
        if kind == "equal":
            shown.append(old)
            continue
        removed, added = ("<del>{}</del>", "<ins>{}</ins>") if as_html else ("[-{}-]", "{{+{}+}}")
        shown += [mark.format(part) for mark, part in ((removed, old), (added, new)) if part]
    return shown
