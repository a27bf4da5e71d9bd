"""Text cut into pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from luban.blocks.text.cutting import (
    lines,
    packed,
    paragraphs,
    sections,
    sentences,
    tokens,
    windows,
)
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)

_USUAL_SIZE = 1000
_PARTS: dict[str, Callable[[str], list[str]]] = {
    "sentences": sentences,
    "paragraphs": paragraphs,
    "lines": lines,
    "sections": sections,
}


class Split(Block):
    """Cuts text into pieces: at a delimiter, into lines, sentences, paragraphs, or by length.

    Long texts are cut so that a model can read them piece by piece; pieces may overlap.
    """

    id = "text.split"
    title = "Split text"
    category = "text"
    effect = Effect.NONE
    icon = "scissors"
    keywords = ("cut", "chunk", "separate", "sentences", "lines", "delimiter")

    class Input(BlockInput):
        text: str = Field(title="Text", description="The text to cut.", widget="textarea")
        by: Literal[
            "auto",
            "delimiter",
            "characters",
            "tokens",
            "lines",
            "sentences",
            "paragraphs",
            "sections",
        ] = Field(
            "auto",
            title="Cut by",
            description="`auto` cuts at the delimiter if there is one, else by characters; "
            "`sections` are those of Markdown headings.",
        )
        delimiter: str = Field(
            "", title="Delimiter", description="Where to cut, such as a comma or a line break."
        )
        size: int | None = Field(
            None,
            ge=1,
            title="Size",
            description="Most characters or tokens per piece, usually 1000; lines, sentences, "
            "paragraphs and sections are put together up to it, and stand alone without it.",
        )
        overlap: int = Field(
            0,
            ge=0,
            title="Overlap",
            description="How many characters or tokens of the piece before are repeated; of "
            "sentences and the like only whole ones.",
            advanced=True,
        )
        strip: bool = Field(
            True,
            title="Trim",
            description="Take the space around each piece away; not by characters or tokens.",
            advanced=True,
        )

    class Output(BlockOutput):
        piece: str = Emit("One piece after another.", title="Piece", main=True)
        texts: list[str] = Field(title="Pieces", description="All pieces as a list.")
        count: int = Field(title="Count", description="How many pieces there are.")

    examples = (
        Example(
            {"text": "abcd", "size": 2},
            {"piece": ["ab", "cd"], "texts": ["ab", "cd"], "count": 2},
        ),
        Example(
            {"text": "p; q", "delimiter": ";"},
            {"piece": ["p", "q"], "texts": ["p", "q"], "count": 2},
        ),
        Example(
            {"text": "p; q", "delimiter": ";", "strip": False},
            {"piece": ["p", " q"], "texts": ["p", " q"], "count": 2},
        ),
        Example({"text": "", "delimiter": ";"}, {"texts": [], "count": 0}),
        Example(
            {"text": "鲁班造桥", "by": "characters", "size": 3, "overlap": 1},
            {"piece": ["鲁班造", "造桥"], "texts": ["鲁班造", "造桥"], "count": 2},
        ),
        Example(
            {"text": "你好。Dr. Li 来了！Version 2.5 is out. 好", "by": "sentences"},
            {
                "piece": ["你好。", "Dr. Li 来了！", "Version 2.5 is out.", "好"],
                "texts": ["你好。", "Dr. Li 来了！", "Version 2.5 is out.", "好"],
                "count": 4,
            },
        ),
        Example(
            {"text": "一。二三。四五六。", "by": "sentences", "size": 6},
            {"piece": ["一。二三。", "四五六。"], "texts": ["一。二三。", "四五六。"], "count": 2},
        ),
        Example({"text": "p q", "by": "delimiter"}, {"error": {"code": "missing_delimiter"}}),
    )

    async def run(self, input: Input) -> Emissions:
        pieces = _cut(input)
        sent = Emissions(("piece", piece) for piece in pieces)
        sent += [("texts", pieces), ("count", len(pieces))]
        return sent


def _cut(input: Split.Input) -> list[str]:
    match input.by:
        case "delimiter" | "auto" if input.delimiter:
            parts = input.text.split(input.delimiter) if input.text else []
            return [part.strip() for part in parts] if input.strip else parts
        case "delimiter":
            raise BlockError(
                "There is no delimiter to cut at. Give one, such as a comma, or cut by characters.",
                zh="没有可用来切分的分隔符。请填写一个，例如逗号，或改为按字数切分。",
                code="missing_delimiter",
            )
        case "characters" | "auto":
            return list(windows(input.text, input.size or _USUAL_SIZE, input.overlap))
        case "tokens":
            return list(windows(tokens(input.text), input.size or _USUAL_SIZE, input.overlap))
        case _:
            parts = _PARTS[input.by](input.text)
            if input.size is not None:
                parts = list(packed(parts, input.size, input.overlap))
            return [part for part in (_trim(part, input.strip) for part in parts) if part.strip()]


def _trim(part: str, strip: bool) -> str:
    return part.strip() if strip else part.rstrip("\n")
