"""Whether a text has something in it, as two ways out."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.patterns import bounded, compile_pattern
from luban.sdk.values import PinKind, PinType, coerce


class Match(Block):
    """Searches a text for a pattern or a word, and goes one way if it is there, else the other."""

    id = "text.match"
    title = "Match text"
    category = "text"
    effect = Effect.NONE
    icon = "text-search"
    keywords = ("regex", "contains", "find", "test", "search", "condition")

    class Input(BlockInput):
        text: Any = Field(title="Text", description="Where to search.")
        match: str = Field(title="Find", description="A regular expression, or a text as it is.")
        data: Any = Field(None, title="Value", description="What to send on; empty sends the text.")
        mode: Literal["pattern", "contains"] = Field(
            "pattern", title="Find by", description="Whether to read it as a pattern or as text."
        )
        case_sensitive: bool = Field(True, title="Match case", description="Tell A from a.")
        dot_all: bool = Field(
            True,
            title="Dot is any character",
            description="Let `.` in a pattern match line breaks too.",
            advanced=True,
        )

    class Output(BlockOutput):
        positive: Any = Field(title="Found", description="Given only when it was found.")
        negative: Any = Field(title="Not found", description="Given only when it was not found.")

    examples = (
        Example({"text": "Order 66", "match": r"\d+", "data": "D"}, {"positive": "D"}),
        Example({"text": "none", "match": r"\d+", "data": "D"}, {"negative": "D"}),
        Example(
            {"text": "价格 (含税)", "match": "(含税)", "mode": "contains"},
            {"positive": "价格 (含税)"},
        ),
        Example({"text": "ABC", "match": "b", "case_sensitive": False}, {"positive": "ABC"}),
        Example({"text": "x", "match": "("}, {"error": {"code": "bad_pattern"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        sent = input.text if input.data is None else input.data
        return {"positive" if await _found(input) else "negative": sent}


async def _found(input: Match.Input) -> bool:
    text = "" if input.text is None else coerce(input.text, PinType(PinKind.TEXT))
    if input.mode == "contains":
        if input.case_sensitive:
            return input.match in text
        return input.match.casefold() in text.casefold()
    compiled = compile_pattern(
        input.match, case_sensitive=input.case_sensitive, dot_all=input.dot_all
    )
    return await bounded(compiled, partial(compiled.search, text)) is not None
