"""Text made into a name that addresses and file systems bear."""

from __future__ import annotations

import unicodedata

import regex

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

_KEPT = regex.compile(r"[\p{L}\p{N}]+")
_ASCII = regex.compile(r"[A-Za-z0-9]+")
_MARKS = regex.compile(r"(?<=\p{Script=Latin})\p{Mn}+")
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "ø": "o", "Ø": "O", "đ": "d", "ł": "l", "Ł": "L"}
    | {"'": "", "’": ""}
)


class Slug(Block):
    """Makes a title into a short name for addresses and files: `Über uns!` becomes `ueber-uns`."""

    id = "text.slug"
    title = "Slug"
    category = "text"
    effect = Effect.NONE
    icon = "link-2"
    keywords = ("url", "address", "file name", "transliterate", "permalink", "ascii")

    class Input(BlockInput):
        text: str = Field(title="Text", description="A title, such as that of a page.")
        separator: str = Field("-", title="Between words", description="Such as - or _.")
        ascii: bool = Field(
            False,
            title="Only a to z",
            description="Leave out letters that are not Latin, such as Chinese ones.",
        )
        length: int = Field(
            80, ge=1, title="Length", description="At most so many characters.", advanced=True
        )
        lower: bool = Field(
            True, title="Lower case", description="Write capitals small.", advanced=True
        )

    class Output(BlockOutput):
        slug: str = Field(title="Slug", description="The name.")

    examples = (
        Example({"text": "Über uns: Café & Möbel!"}, {"slug": "ueber-uns-cafe-moebel"}),
        Example({"text": "鲁班 的 Blog 2.0"}, {"slug": "鲁班-的-blog-2-0"}),
        Example({"text": "鲁班's Blog", "ascii": True, "separator": "_"}, {"slug": "s_blog"}),
        Example({"text": "one two three", "length": 9}, {"slug": "one-two"}),
        Example({"text": "鲁班", "ascii": True}, {"error": {"code": "nothing_left"}}),
    )

    async def run(self, input: Input) -> dict[str, str]:
        plain = unicodedata.normalize("NFKC", input.text).translate(_LETTERS)
        plain = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", plain)))
        words = (_ASCII if input.ascii else _KEPT).findall(plain.lower() if input.lower else plain)
        slug = ""
        for word in words:
            longer = f"{slug}{input.separator}{word}" if slug else word[: input.length]
            if len(longer) > input.length:
                break
            slug = longer
        if not slug:
            raise BlockError(
                f"{show(input.text)} has no letter or number that may stay. Give another text, or "
                "allow letters of all languages.",
                zh=f"{show(input.text)} 中没有可以保留的字母或数字。请换一段文本，或允许各种文字。",
                code="nothing_left",
            )
        return {"slug": slug}
