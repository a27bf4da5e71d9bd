"""A stored file made from content."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from luban.blocks.file.workspaces import KEPT, Kept
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)
from luban.sdk.charset import known_encoding

_FORBIDDEN = frozenset('/\\:*?"<>|')


class Write(Block):
    """Stores text, or an object as JSON, as a file and gives its reference."""

    id = "file.write"
    title = "Write file"
    category = "file"
    effect = Effect.IDEMPOTENT
    icon = "file-output"
    keywords = ("save", "store", "export", "create", "download", "base64")

    class Input(BlockInput):
        name: str = Field(
            title="Name",
            description="With its ending, such as report.md; in a workspace a path.",
            min_length=1,
        )
        content: Any = Field(
            title="Content",
            description="Text as it is; objects and lists are written as JSON.",
            widget="textarea",
        )
        encoding: str = Field(
            "utf-8",
            title="Encoding",
            description="Such as utf-8, utf-8-sig (for spreadsheets) or gb18030; `base64` when "
            "the content is bytes in base64.",
            advanced=True,
        )
        type: str = Field(
            "",
            title="Type",
            description="What it holds, such as text/csv; found out when empty.",
            advanced=True,
        )
        keep: Kept = Field("run", title="Keep", description=KEPT)

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="The stored file.")

    examples = (
        Example(
            {"name": "a.txt", "content": "鲁班", "type": "text/plain"},
            {"file": {"$file": "f_1", "name": "a.txt", "type": "text/plain", "size": 6}},
        ),
        Example(
            {"name": "a.json", "content": {"b": [1]}, "type": "application/json"},
            {"file": {"$file": "f_1", "name": "a.json", "type": "application/json", "size": 22}},
        ),
        Example(
            {"name": "x.bin", "content": "AAEC", "encoding": "base64", "type": "x/y"},
            {"file": {"$file": "f_1", "name": "x.bin", "type": "x/y", "size": 3}},
        ),
        Example(
            {"name": "2026/a.txt", "content": "x", "type": "text/plain", "keep": "agent"},
            {"file": {"$file": "f_1", "name": "a.txt", "type": "text/plain", "size": 1}},
        ),
        Example({"name": "../x", "content": ""}, {"error": {"code": "bad_file_name"}}),
        Example(
            {"name": "../x", "content": "", "keep": "user"}, {"error": {"code": "bad_file_path"}}
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        name = input.name.strip() if input.keep != "run" else _checked_name(input.name)
        kind = input.type.strip() or None
        stored = await ctx.files.write(name, _bytes(input), kind, scope=input.keep)
        return {"file": stored.as_value()}


def _checked_name(name: str) -> str:
    name = name.strip()
    bad = sorted({letter for letter in name if letter in _FORBIDDEN or not letter.isprintable()})
    if bad or name in ("", ".", "..") or len(name.encode()) > 200:
        raise BlockError(
            f"`{name[:80]}` cannot be the name of a file. Use letters, digits, spaces, - _ and a "
            "dot; no folders, and at most 200 bytes.",
            zh=f"“{name[:80]}”不能用作文件名。请使用文字、数字、空格、- _ 和点；"
            "不要包含文件夹，且不超过 200 字节。",
            code="bad_file_name",
        )
    return name


def _bytes(input: Write.Input) -> bytes:
    content, encoding = input.content, input.encoding.strip().lower()
    if encoding == "base64":
        return _unpacked(content)
    if not isinstance(content, str):
        content = orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
    if known_encoding(encoding) is None:
        raise BlockError(
            f"There is no encoding `{input.encoding}`. Write utf-8, utf-8-sig, gb18030 or base64.",
            zh=f"没有名为“{input.encoding}”的编码。可填 utf-8、utf-8-sig、gb18030 或 base64。",
            code="unknown_encoding",
        )
    try:
        return content.encode(encoding)
    except UnicodeEncodeError as error:
        letter = content[error.start]
        raise BlockError(
            f"{input.encoding} has no letter {letter!r}. Use utf-8 or gb18030.",
            zh=f"{input.encoding} 无法表示字符 {letter!r}。请改用 utf-8 或 gb18030。",
            code="wrong_encoding",
        ) from error


def _unpacked(content: Any) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise BlockError(
            "The content is not base64. Take the encoding base64 away if it is text.",
            zh="内容不是 base64。如果是普通文本，请不要选择 base64 编码。",
            code="not_base64",
        ) from error
