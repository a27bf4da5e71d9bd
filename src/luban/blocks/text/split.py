"""Text cut into pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import regex

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
_SENTENCE_END = regex.compile(
    r"[。！？…]+[”’』」）)\]]*\s*"
    r"|[!?]+[\"”’)\]]*(?:\s+|$)"
    r"|(?<!\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|No|e\.g|i\.e))\.+[\"”’)\]]*(?:\s+|$)"
    r"|\s*\n\s*"
)
_PARAGRAPH_END = regex.compile(r"\n\s*\n\s*")


class Split(Block):
    """Cuts text into pieces: at a delimiter, into sentences or paragraphs, or by length.

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
        by: Literal["auto", "delimiter", "characters", "sentences", "paragraphs"] = Field(
            "auto",
            title="Cut by",
            description="`auto` cuts at the delimiter if there is one, else by characters.",
        )
        delimiter: str = Field(
            "", title="Delimiter", description="Where to cut, such as a comma or a line break."
        )
        size: int | None = Field(
            None,
            ge=1,
            title="Size",
            description="Most characters per piece, usually 1000; sentences and paragraphs are "
            "put together up to it, and stand alone without it.",
        )
        overlap: int = Field(
            0,
            ge=0,
            title="Overlap",
            description="Characters repeated from the piece before, when cutting by characters.",
            advanced=True,
        )
        strip: bool = Field(
            True,
            title="Trim",
            description="Take the space around each piece away; not when cutting by characters.",
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
        case "sentences" | "paragraphs":
            end = _SENTENCE_END if input.by == "sentences" else _PARAGRAPH_END
            parts = list(_between(input.text, end))
            whole = parts if input.size is None else list(_packed(parts, input.size))
            return [part for part in (_trim(part, input.strip) for part in whole) if part.strip()]
        case _:
            return list(_windows(input.text, input.size or _USUAL_SIZE, input.overlap))


def _trim(part: str, strip: bool) -> str:
    return part.strip() if strip else part


def _between(text: str, end: regex.Pattern[str]) -> Iterator[str]:
    """The parts of a text, each with the end that closes it."""
    start = 0
    for found in end.finditer(text):
        yield text[start : found.end()]
        start = found.end()
    if start < len(text):
        yield text[start:]


def _packed(parts: list[str], size: int) -> Iterator[str]:
    """Neighbours put together up to a size; a part that is longer alone is cut."""
    held = ""
    for part in parts:
        if held and len((held + part).rstrip()) > size:
            yield held
            held = ""
        held += part
        while len(held.rstrip()) > size:
            yield held[:size]
            held = held[size:]
    if held:
        yield held


def _windows(text: str, size: int, overlap: int) -> Iterator[str]:
    if overlap >= size:
        raise BlockError(
            f"The overlap is {overlap} and the size {size}; the overlap must be smaller.",
            zh=f"重叠是 {overlap}，而每段字数是 {size}；重叠必须小于每段字数。",
            code="invalid_value",
        )
    step = size - overlap
    for start in range(0, max(len(text) - overlap, 1) if text else 0, step):
        yield text[start : start + size]
