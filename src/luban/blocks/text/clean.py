"""Text rid of what came along with it."""

from __future__ import annotations

import unicodedata

import regex

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

_CONTROLS = regex.compile(
    r"(?![\n\t])[\p{Cc}\u200b\u200c\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]"
)
_BLANKS = regex.compile(r"[^\S\n]+")
_EMPTY_LINES = regex.compile(r"\n(?:[^\S\n]*\n)+")
_ACCENTS = regex.compile(r"(?<=\p{Script=Latin})\p{Mn}+")
_QUOTES = str.maketrans("“”„«»‘’‚‹›–—…", "\"\"\"\"\"'''''--…") | {ord("…"): "..."}


class Clean(Block):
    """Takes out of a text what disturbs: spare spaces, empty lines, hidden or wide characters."""

    id = "text.clean"
    title = "Clean text"
    category = "text"
    effect = Effect.NONE
    icon = "brush-cleaning"
    keywords = ("trim", "whitespace", "normalize", "sanitize", "full width", "accents", "strip")

    class Input(BlockInput):
        text: str = Field(title="Text", description="The text to clean.", widget="textarea")
        spaces: bool = Field(
            True, title="Spaces", description="One space instead of several, none at line ends."
        )
        empty_lines: bool = Field(True, title="Empty lines", description="Leave empty lines out.")
        hidden: bool = Field(
            True,
            title="Hidden characters",
            description="Take out control characters, marks of no width and of direction.",
        )
        width: bool = Field(
            False,
            title="Wide forms",
            description="Ａ１％ becomes A1%, and so do other forms made for layout.",
        )
        quotes: bool = Field(
            False, title="Plain quotes", description="“ ” ‘ ’ – … become \" \" ' ' - and ...."
        )
        accents: bool = Field(
            False, title="Accents", description="é becomes e; only of Latin letters."
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The clean text.")
        removed: int = Field(title="Removed", description="How many characters shorter it is.")

    examples = (
        Example({"text": "  a \u200b b\n\n\nc \t d  "}, {"text": "a b\nc d", "removed": 10}),
        Example(
            {"text": "Ｐ１００％　鲁班", "width": True},
            {"text": "P100% 鲁班", "removed": 0},
        ),
        Example(
            {"text": "“Café” – naïve…", "quotes": True, "accents": True},
            {"text": '"Cafe" - naive...', "removed": -2},
        ),
        Example(
            {"text": " a  b ", "spaces": False, "empty_lines": False},
            {"text": " a  b ", "removed": 0},
        ),
    )

    async def run(self, input: Input) -> dict[str, str | int]:
        text = input.text.replace("\r\n", "\n").replace("\r", "\n")
        if input.hidden:
            text = _CONTROLS.sub("", text)
        if input.width:
            text = unicodedata.normalize("NFKC", text)
        if input.quotes:
            text = text.translate(_QUOTES)
        if input.accents:
            text = unicodedata.normalize(
                "NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text))
            )
        if input.spaces:
            text = "\n".join(_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
            text = text.strip("\n") if input.empty_lines else text
        if input.empty_lines:
            text = _EMPTY_LINES.sub("\n", text)
        return {"text": text, "removed": len(input.text) - len(text)}
