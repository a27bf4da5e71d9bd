"""Stored files made into tables that a query can read: what they are, and their letters."""

from __future__ import annotations

import asyncio
import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from luban.blocks.data.duck import Source
from luban.sdk import BlockError, Context, FileRef
from luban.sdk.charset import guess_encoding, known_encoding
from luban.sdk.values import encode, show

Format = Literal["auto", "csv", "excel", "json", "parquet"]
_NAME = re.compile(r"[^\W\d]\w{0,62}")
_SAMPLE = 200_000
_PIECE = 1 << 20
_UTF8 = ("utf-8", "utf-8-sig", "ascii")


async def laid_out(
    files: Mapping[str, FileRef], folder: Path, ctx: Context, **how: Any
) -> list[Source]:
    """Each file in the folder, as the table of its name. Raises `BlockError`."""
    return [await _laid(name, file, folder, ctx, **how) for name, file in files.items()]


async def rows_as_table(name: str, rows: list[Any], folder: Path) -> Source:
    """Rows that travelled along a link, as a table."""
    path = folder / f"{_checked(name)}.rows.json"
    odd = next((row for row in rows if not isinstance(row, dict)), None)
    if odd is not None:
        raise BlockError(
            f"A row of `{name}` is {show(odd)}, which is no object. Give rows such as "
            "{'name': 'a'}.",
            zh=f"“{name}”中有一行是 {show(odd)}，不是对象。请给出形如 {{'name': 'a'}} 的行。",
            code="not_a_row",
        )
    await asyncio.to_thread(path.write_bytes, encode(rows))
    return Source(name, str(path), "json")


async def _laid(
    name: str,
    file: FileRef,
    folder: Path,
    ctx: Context,
    *,
    format: Format = "auto",
    sheet: str = "",
    encoding: str = "auto",
    **how: Any,
) -> Source:
    path = await ctx.files.save(file, folder, f"{_checked(name)}.table")
    head = await asyncio.to_thread(_head, path)
    kind = _told_by_content(head, file.name) if format == "auto" else format
    match kind:
        case "parquet" | "json":
            return Source(name, str(path), kind)
        case "excel":
            path = await _as_csv(path, file, sheet)
            return Source(name, str(path), "csv", **{**how, "delimiter": ","})
        case _:
            zipped = head.startswith(b"\x1f\x8b")
            said = encoding.strip().lower()
            codec = guess_encoding(head, None if said in ("", "auto") else said)
            if not zipped and codec not in _UTF8:
                path = await asyncio.to_thread(_in_utf8, path, codec)
            return Source(name, str(path), "csv", gzip=zipped, **how)


def _checked(name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    raise BlockError(
        f"{show(name)} cannot be the name of a table. Use letters, digits and _, a letter first.",
        zh=f"{show(name)} 不能用作表名。请使用文字、数字和 _，并以文字开头。",
        code="bad_table_name",
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SAMPLE)


def _told_by_content(head: bytes, name: str) -> Format:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "excel"
    named = name.lower().endswith((".json", ".jsonl", ".ndjson"))
    begins = head.lstrip(codecs.BOM_UTF8).lstrip()[:1]
    return "json" if begins in (b"{", b"[") and (named or begins == b"{") else "csv"


def _in_utf8(path: Path, codec: str) -> Path:
    """The same text in UTF-8, in the place of the other; what does not fit becomes `�`."""
    other = path.with_suffix(".utf8")
    with (
        path.open(encoding=codec, errors="replace", newline="") as source,
        other.open("w", encoding="utf-8", newline="") as target,
    ):
        while piece := source.read(_PIECE):
            target.write(piece)
    path.unlink()
    return other


async def _as_csv(path: Path, file: FileRef, sheet: str) -> Path:
    from luban.blocks.data.workbooks import sheet_as_csv

    target = path.with_suffix(".csv")
    await asyncio.to_thread(sheet_as_csv, path, target, file.name, sheet)
    await asyncio.to_thread(path.unlink)
    return target


def checked_encoding(encoding: str) -> str:
    """The encoding as it was written. Raises `BlockError` when there is none of the name."""
    if encoding.strip().lower() in ("", "auto") or known_encoding(encoding) is not None:
        return encoding
    raise BlockError(
        f"There is no encoding `{encoding}`. Write auto, utf-8, gb18030 or big5.",
        zh=f"没有名为“{encoding}”的编码。可填 auto、utf-8、gb18030 或 big5。",
        code="unknown_encoding",
    )
