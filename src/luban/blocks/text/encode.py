"""Text written in fewer kinds of characters."""

from __future__ import annotations

from luban.blocks.text.coding import ENCODERS, Coding, encode_text
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show


class Encode(Block):
    """Writes text as Base64, hexadecimal, for addresses, for HTML, or with escapes such as \\n."""

    id = "text.encode"
    title = "Encode text"
    category = "text"
    effect = Effect.NONE
    icon = "lock-keyhole"
    keywords = ("base64", "url", "hex", "escape", "html entities", "percent", "unicode", "base32")

    class Input(BlockInput):
        text: str = Field(title="Text", description="What to encode.", widget="textarea")
        format: Coding = Field(
            "base64",
            title="As",
            description="`escapes` keeps letters of all languages, `unicode` writes them as "
            "escapes too.",
        )
        charset: str = Field(
            "utf-8",
            title="Characters as",
            description="How letters become bytes, such as utf-8 or gb18030.",
            advanced=True,
        )

    class Output(BlockOutput):
        encoded_text: str = Field(title="Text", description="The encoded text.")

    examples = (
        Example({"text": "鲁班"}, {"encoded_text": "6bKB54+t"}),
        Example({"text": "鲁班", "format": "base64url"}, {"encoded_text": "6bKB54-t"}),
        Example({"text": "a\tb\n鲁", "format": "escapes"}, {"encoded_text": "a\\tb\\n鲁"}),
        Example({"text": "a\tb鲁\x1b", "format": "unicode"}, {"encoded_text": "a\\tb\\u9c81\\x1b"}),
        Example({"text": "a b/桥", "format": "url"}, {"encoded_text": "a%20b%2F%E6%A1%A5"}),
        Example(
            {"text": '<a href="x">', "format": "html"},
            {"encoded_text": "&lt;a href=&quot;x&quot;&gt;"},
        ),
        Example({"text": "鲁", "format": "hex", "charset": "gbk"}, {"encoded_text": "c2b3"}),
        Example({"text": "hi", "format": "base32"}, {"encoded_text": "NBUQ===="}),
        Example({"text": "é=", "format": "quoted_printable"}, {"encoded_text": "=C3=A9=3D"}),
        Example({"text": "鲁", "charset": "ascii"}, {"error": {"code": "wrong_encoding"}}),
    )

    async def run(self, input: Input) -> dict[str, str]:
        done = encode_text(input.text, input.format)
        if done is not None:
            return {"encoded_text": done}
        try:
            raw = input.text.encode(input.charset)
        except (UnicodeEncodeError, LookupError) as error:
            raise BlockError(
                f"The text cannot be written in {show(input.charset)}. Use utf-8.",
                zh=f"文本无法以 {show(input.charset)} 编码。请使用 utf-8。",
                code="wrong_encoding",
            ) from error
        return {"encoded_text": ENCODERS[input.format](raw)}
