"""The content of a stored file."""

from __future__ import annotations

import base64

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
    FileRef,
)
from luban.sdk.charset import decode, known_encoding

_CSV = {"$file": "f_1", "name": "a.csv", "type": "text/csv", "size": 6}


class Read(Block):
    """Reads a stored file as text, in whatever encoding it is, whole or piece by piece."""

    id = "file.read"
    title = "Read file"
    category = "file"
    effect = Effect.NONE
    icon = "file-search"
    keywords = ("open", "load", "text", "content", "encoding", "base64", "chunk", "convert")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The file to read.")
        encoding: str = Field(
            "auto",
            title="Encoding",
            description="`auto` finds out; else a name such as utf-8, gb18030 or big5; `base64` "
            "gives the bytes of a file that is no text.",
        )
        delimiter: str = Field(
            "",
            title="Row delimiter",
            description="Where rows end, when rows are skipped or limited; usually a line break.",
            advanced=True,
        )
        skip_size: int = Field(
            0, ge=0, title="Skip characters", description="Left out at the start.", advanced=True
        )
        skip_rows: int = Field(
            0, ge=0, title="Skip rows", description="Left out after that.", advanced=True
        )
        row_limit: int = Field(
            0, ge=0, title="Most rows", description="0 reads all of them.", advanced=True
        )
        size_limit: int = Field(
            0,
            ge=0,
            title="Characters per piece",
            description="Longer content leaves in several pieces; 0 keeps it whole.",
            advanced=True,
        )
        max_megabytes: float = Field(
            20, gt=0, le=500, title="Size limit", description="Megabytes.", advanced=True
        )

    class Output(BlockOutput):
        content: str = Emit("The text, or one piece after another.", title="Content", main=True)
        name: str = Field(title="Name", description="The name of the file.")
        type: str = Field(title="Type", description="What it holds, such as text/csv.")
        size: int = Field(title="Size", description="Bytes.")

    examples = (
        Example(
            {"file": _CSV},
            {"content": ["a;b;c\n"], "name": "a.csv", "type": "text/csv", "size": 6},
            {"files": {"f_1": {"name": "a.csv", "text": "a;b;c\n"}}},
        ),
        Example(
            {"file": _CSV, "size_limit": 4},
            {"content": ["a;b;", "c\n"], "name": "a.csv", "type": "text/csv", "size": 6},
            {"files": {"f_1": {"name": "a.csv", "text": "a;b;c\n"}}},
        ),
        Example(
            {"file": _CSV, "delimiter": ";", "skip_rows": 1, "row_limit": 1},
            {"content": ["b"], "name": "a.csv", "type": "text/csv", "size": 6},
            {"files": {"f_1": {"name": "a.csv", "text": "a;b;c\n"}}},
        ),
        Example(
            {"file": {"$file": "f_1", "name": "old.txt"}},
            {
                "content": ["鲁班，木匠的祖师"],
                "name": "old.txt",
                "type": "application/octet-stream",
                "size": 16,
            },
            {"files": {"f_1": {"name": "old.txt", "bytes": "鲁班，木匠的祖师".encode("gbk")}}},
        ),
        Example(
            {"file": {"$file": "f_1", "name": "x.png", "type": "image/png"}, "encoding": "base64"},
            {"content": ["iVBO"], "name": "x.png", "type": "image/png", "size": 3},
            {"files": {"f_1": {"name": "x.png", "bytes": b"\x89PN"}}},
        ),
        Example(
            {"file": _CSV, "encoding": "klingon"},
            {"error": {"code": "unknown_encoding"}},
            {"files": {"f_1": {"name": "a.csv", "text": "a;b;c\n"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        content = await _bytes(input, ctx)
        pieces = _pieces(_text(content, input), input)
        sent = Emissions(("content", piece) for piece in pieces)
        sent += [("name", input.file.name), ("type", input.file.type), ("size", len(content))]
        return sent


async def _bytes(input: Read.Input, ctx: Context) -> bytes:
    """The file's bytes; a file over the limit is not held in memory."""
    limit = int(input.max_megabytes * 1_000_000)
    parts: list[bytes] = []
    size = 0
    async for part in ctx.files.stream(input.file):
        size += len(part)
        if size > limit:
            raise BlockError(
                f"`{input.file.name}` is larger than {input.max_megabytes:g} MB. Raise the size "
                "limit, or pass the file on without reading it.",
                zh=f"“{input.file.name}”超过 {input.max_megabytes:g} MB。"
                "请提高大小上限，或直接传递文件而不读取内容。",
                code="file_too_large",
            )
        parts.append(part)
    return b"".join(parts)


def _text(content: bytes, input: Read.Input) -> str:
    wanted = input.encoding.strip().lower()
    if wanted == "base64":
        return base64.b64encode(content).decode("ascii")
    if wanted in ("", "auto"):
        return decode(content)
    if known_encoding(wanted) is None:
        raise BlockError(
            f"There is no encoding `{input.encoding}`. Write auto, utf-8, gb18030, big5 or base64.",
            zh=f"没有名为“{input.encoding}”的编码。可填 auto、utf-8、gb18030、big5 或 base64。",
            code="unknown_encoding",
        )
    try:
        return content.decode(wanted)
    except UnicodeDecodeError as error:
        raise BlockError(
            f"`{input.file.name}` is not {input.encoding}: byte {error.start} does not fit. "
            "Set the encoding to auto.",
            zh=f"“{input.file.name}”不是 {input.encoding} 编码：第 {error.start} 个字节不符。"
            "可将编码设为 auto。",
            code="wrong_encoding",
        ) from error


def _pieces(text: str, input: Read.Input) -> list[str]:
    """Skip characters, skip and limit rows, then cut: in that order."""
    text = text[input.skip_size :]
    delimiter = input.delimiter or ("\n" if input.skip_rows or input.row_limit else "")
    if delimiter:
        rows = text.split(delimiter)[input.skip_rows :]
        text = delimiter.join(rows[: input.row_limit] if input.row_limit else rows)
    if not input.size_limit or len(text) <= input.size_limit:
        return [text]
    return [text[at : at + input.size_limit] for at in range(0, len(text), input.size_limit)]
