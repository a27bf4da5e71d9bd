"""Parts of a text exchanged for others."""

from __future__ import annotations

from functools import partial
from typing import Any

import regex

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.patterns import bounded, compile_pattern
from luban.sdk.values import show


class Replace(Block):
    """Replaces every occurrence of a text, or of a pattern."""

    id = "text.replace"
    title = "Replace text"
    category = "text"
    effect = Effect.NONE
    icon = "replace"
    keywords = ("substitute", "exchange", "regex", "clean")

    class Input(BlockInput):
        text: str = Field(title="Text", description="Where to replace.", widget="textarea")
        old: str = Field(title="Find", description="What to replace.", min_length=1)
        new: str = Field("", title="Replace with", description="What to put there instead.")
        pattern: bool = Field(
            False,
            title="Is a pattern",
            description=r"Find by regular expression; `\1` in the new text is its first group.",
            advanced=True,
        )
        case_sensitive: bool = Field(
            True, title="Match case", description="Tell A from a.", advanced=True
        )

    class Output(BlockOutput):
        output: str = Field(title="Text", description="The text with everything replaced.")
        count: int = Field(title="Count", description="How many places were replaced.")

    examples = (
        Example({"text": "aXbX", "old": "X", "new": "-"}, {"output": "a-b-", "count": 2}),
        Example(
            {"text": "Tea and tea", "old": "TEA", "new": "茶", "case_sensitive": False},
            {"output": "茶 and 茶", "count": 2},
        ),
        Example(
            {"text": "2026-01-31", "old": r"(\d+)-(\d+)-\d+", "new": r"\1年\2月", "pattern": True},
            {"output": "2026年01月", "count": 1},
        ),
        Example(
            {"text": "a", "old": "a", "new": r"\1", "pattern": True},
            {"error": {"code": "bad_replacement"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if not input.pattern and input.case_sensitive:
            count = input.text.count(input.old)
            return {"output": input.text.replace(input.old, input.new), "count": count}
        find = input.old if input.pattern else regex.escape(input.old)
        compiled = compile_pattern(find, case_sensitive=input.case_sensitive, dot_all=False)
        new = input.new if input.pattern else input.new.replace("\\", "\\\\")
        try:
            output, count = await bounded(compiled, partial(compiled.subn, new, input.text))
        except (regex.error, IndexError) as error:
            raise BlockError(
                rf"`{show(input.new)}` cannot be put in: {error}. Use \1 for the first group.",
                zh=rf"“{show(input.new)}”无法用于替换：{error}。第一个分组写作 \1。",
                code="bad_replacement",
            ) from error
        return {"output": output, "count": count}
