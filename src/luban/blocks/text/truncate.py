"""Text cut short where it may be cut."""

from __future__ import annotations

from typing import Literal

import regex

from luban.blocks.text.cutting import sentences, tokens
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

_WORD = regex.compile(
    r"\s*(?:\p{Han}|\p{Hiragana}|\p{Katakana}|[^\s\p{Han}\p{Hiragana}\p{Katakana}]+)"
)
_SEEN_CHARACTERS = regex.compile(r"\X")


class Truncate(Block):
    """Cuts a text that is too long, at a word if there is one, and says that it did."""

    id = "text.truncate"
    title = "Shorten text"
    category = "text"
    effect = Effect.NONE
    icon = "scissors-line-dashed"
    keywords = ("truncate", "limit", "ellipsis", "preview", "excerpt", "max length")

    class Input(BlockInput):
        text: str = Field(title="Text", description="What may be too long.", widget="textarea")
        length: int = Field(
            200, ge=0, title="Length", description="At most so many, the ending included."
        )
        by: Literal["characters", "words", "sentences", "tokens"] = Field(
            "characters", title="Counted in", description="A Chinese character is a word."
        )
        ending: str = Field("…", title="Ending", description="Put where the text was cut.")
        whole_words: bool = Field(
            True,
            title="Whole words",
            description="When counting characters, do not cut through a word.",
            advanced=True,
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The text, short enough.")
        cut: bool = Field(title="Was cut", description="Whether something is missing.")
        rest: str = Field(title="Rest", description="What was cut off.")

    examples = (
        Example(
            {"text": "The bridge of Zhao", "length": 12},
            {"text": "The bridge…", "cut": True, "rest": " of Zhao"},
        ),
        Example(
            {"text": "鲁班造赵州桥", "length": 4},
            {"text": "鲁班造…", "cut": True, "rest": "赵州桥"},
        ),
        Example({"text": "short"}, {"text": "short", "cut": False, "rest": ""}),
        Example(
            {"text": "一。二。三。", "length": 2, "by": "sentences", "ending": ""},
            {"text": "一。二。", "cut": True, "rest": "三。"},
        ),
        Example(
            {"text": "one two three", "length": 2, "by": "words"},
            {"text": "one two…", "cut": True, "rest": " three"},
        ),
    )

    async def run(self, input: Input) -> dict[str, str | bool]:
        units = _units(input)
        if len(units) <= input.length:
            return {"text": input.text, "cut": False, "rest": ""}
        if input.by != "characters":
            kept = "".join(units[: input.length])
        else:
            kept = _characters(units, input)
        return {
            "text": kept.rstrip() + input.ending if input.ending else kept,
            "cut": True,
            "rest": input.text[len(kept.rstrip() if input.ending else kept) :],
        }


def _units(input: Truncate.Input) -> list[str]:
    match input.by:
        case "words":
            return _WORD.findall(input.text)
        case "sentences":
            return sentences(input.text)
        case "tokens":
            return tokens(input.text)
        case _:
            return _SEEN_CHARACTERS.findall(input.text)


def _characters(units: list[str], input: Truncate.Input) -> str:
    room = max(0, input.length - len(input.ending))
    if not input.whole_words or room >= len(units):
        return "".join(units[:room])
    kept = "".join(units[:room])
    found = 0
    for word in _WORD.finditer(input.text):
        if word.end() > len(kept):
            break
        found = word.end()
    # A word longer than the room is cut all the same: nothing at all would say less.
    return kept[:found] if found else kept
