"""Text read back from how it was encoded."""

from __future__ import annotations

from luban.blocks.text.coding import Coding, NotCoded, decode_bytes, decode_text
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show


class Decode(Block):
    """Reads text written as Base64, hexadecimal, for addresses, for HTML, or with escapes."""

    id = "text.decode"
    title = "Decode text"
    category = "text"
    effect = Effect.NONE
    icon = "lock-keyhole-open"
    keywords = ("base64", "url", "hex", "unescape", "html entities", "percent", "unicode", "base32")

    class Input(BlockInput):
        text: str = Field(title="Text", description="What to decode.", widget="textarea")
        format: Coding = Field(
            "base64",
            title="From",
            description="How it is written; `escapes` and `unicode` read the same.",
        )
        charset: str = Field(
            "utf-8",
            title="Characters as",
            description="How bytes become letters, such as utf-8 or gb18030.",
            advanced=True,
        )

    class Output(BlockOutput):
        decoded_text: str = Field(title="Text", description="The decoded text.")

    examples = (
        Example({"text": "6bKB54+t"}, {"decoded_text": "鲁班"}),
        Example({"text": "6bKB\n54-t", "format": "base64url"}, {"decoded_text": "鲁班"}),
        Example(
            {"text": "桥\\tb\\u9c81\\ud83d\\ude00\\q", "format": "escapes"},
            {"decoded_text": "桥\tb鲁😀\\q"},
        ),
        Example({"text": "a%20b%2F%E6%A1%A5", "format": "url"}, {"decoded_text": "a b/桥"}),
        Example(
            {"text": "&lt;b&gt; &eacute;&#40065;", "format": "html"}, {"decoded_text": "<b> é鲁"}
        ),
        Example({"text": "C2 B3", "format": "hex", "charset": "gbk"}, {"decoded_text": "鲁"}),
        Example({"text": "nbuq", "format": "base32"}, {"decoded_text": "hi"}),
        Example({"text": "=C3=A9=\n=3D", "format": "quoted_printable"}, {"decoded_text": "é="}),
        Example({"text": "?", "format": "base64"}, {"error": {"code": "not_encoded"}}),
        Example({"text": "ff", "format": "hex"}, {"error": {"code": "not_text"}}),
        Example({"text": "\\ud83d", "format": "escapes"}, {"error": {"code": "not_encoded"}}),
    )

    async def run(self, input: Input) -> dict[str, str]:
        try:
            done = decode_text(input.text, input.format)
            if done is not None:
                return {"decoded_text": done}
            raw = decode_bytes(input.text, input.format)
        except NotCoded as error:
            raise BlockError(
                f"{show(input.text)} is not written as {input.format}. Choose how it is written.",
                zh=f"{show(input.text)} 不是 {input.format} 编码。请选择它实际的编码方式。",
                code="not_encoded",
            ) from error
        try:
            return {"decoded_text": raw.decode(input.charset)}
        except (UnicodeDecodeError, LookupError) as error:
            raise BlockError(
                f"What is encoded is {len(raw)} bytes that are no text in {show(input.charset)}. "
                "Give another one, such as gb18030 or latin-1.",
                zh=f"解码得到的 {len(raw)} 个字节不是 {show(input.charset)} 文本。"
                "请换一种，例如 gb18030 或 latin-1。",
                code="not_text",
            ) from error
