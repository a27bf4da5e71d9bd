"""Archives that lie, grow or lead elsewhere; lines and parts that cross the pieces of a stream."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from luban.blocks.file.lines import Lines
from luban.blocks.file.split import Split
from luban.blocks.file.unzip import Unzip
from luban.blocks.file.zip import Zip
from luban.sdk import BlockError
from luban.sdk.testing import TestContext, run_block

MIB = 1 << 20


def packed(make: Callable[[zipfile.ZipFile], None]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        make(archive)
    return made.getvalue()


async def unpacked(content: bytes, **more: Any) -> tuple[TestContext, dict[str, list[Any]]]:
    ctx = TestContext()
    file = ctx.files.put("a.zip", content)
    return ctx, await run_block(Unzip, ctx, file=file.as_value(), **more)


async def refusal(content: bytes, **more: Any) -> str:
    with pytest.raises(BlockError) as caught:
        await unpacked(content, **more)
    return caught.value.code


async def test_what_was_zipped_comes_out_again() -> None:
    ctx = TestContext()
    files = [ctx.files.put(name, text) for name, text in (("a.txt", "1"), ("鲁班.txt", "2" * MIB))]
    made = await run_block(Zip, ctx, files=[file.as_value() for file in files])
    (archive,) = made["file"]
    other = TestContext()
    other.files.put("b.zip", await ctx.files.read(files[0].model_copy(update={"id": "f_3"})))
    got = await run_block(Unzip, other, file={**archive, "$file": "f_1"})
    assert got["paths"] == [["a.txt", "鲁班.txt"]]
    assert [each["size"] for each in got["file"]] == [1, MIB]


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/passwd", "..\\evil", "C:\\evil", "a\x01b", "con", "x" * 300],
)
async def test_a_path_that_leads_elsewhere_is_refused(name: str) -> None:
    archive = packed(lambda zip: zip.writestr(zipfile.ZipInfo(name), b"x"))
    ctx = TestContext()
    file = ctx.files.put("a.zip", archive)
    with pytest.raises(BlockError) as caught:
        await run_block(Unzip, ctx, file=file.as_value(), keep="user")
    assert caught.value.code == "unsafe_archive"
    assert await ctx.files.list(scope="user") == []


async def test_links_and_devices_are_refused() -> None:
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO):
        facts = zipfile.ZipInfo("link")
        facts.external_attr = (kind | 0o777) << 16
        archive = packed(lambda zip, facts=facts: zip.writestr(facts, "/etc/passwd"))
        assert await refusal(archive) == "unsafe_archive"


async def test_a_bomb_goes_off_within_its_limit() -> None:
    bomb = packed(lambda zip: zip.writestr("zeros", b"\0" * (8 * MIB)))
    assert len(bomb) < 10_000
    assert await refusal(bomb, max_megabytes=1) == "archive_too_large"


async def test_claimed_sizes_count_for_nothing() -> None:
    """The list says that an entry has one byte; what comes out is counted."""
    bomb = bytearray(packed(lambda zip: zip.writestr("zeros", b"\0" * (8 * MIB))))
    size = struct.pack("<I", 8 * MIB)
    listed = bomb.rfind(size)
    bomb[listed : listed + 4] = struct.pack("<I", 1)
    assert await refusal(bytes(bomb), max_megabytes=1) in ("archive_too_large", "not_an_archive")
    boast = bytearray(packed(lambda zip: zip.writestr("a", b"x")))
    listed = boast.rfind(b"PK\x01\x02") + 24
    boast[listed : listed + 4] = struct.pack("<I", 0xFFFFFFF0)
    assert await refusal(bytes(boast)) == "unsafe_archive"


async def test_many_entries_are_refused_before_they_are_read() -> None:
    many = packed(lambda zip: [zip.writestr(f"{n}", b"") for n in range(20)])  # type: ignore[func-returns-value]
    assert await refusal(many, max_files=10) == "archive_too_large"
    lying = bytearray(many)
    end = lying.rfind(b"PK\x05\x06")
    lying[end + 12 : end + 16] = struct.pack("<I", 0x7FFFFFFF)
    assert await refusal(bytes(lying)) == "archive_too_large"


async def test_an_archive_in_an_archive_stays_one() -> None:
    inner = packed(lambda zip: zip.writestr("a", b"x"))
    _, got = await unpacked(packed(lambda zip: zip.writestr("inner.zip", inner)))
    assert [each["name"] for each in got["file"]] == ["inner.zip"]


async def test_encrypted_and_broken_ones_say_so() -> None:
    plain = bytearray(packed(lambda zip: zip.writestr("a", b"x" * 1000)))
    for at in (6, plain.rfind(b"PK\x01\x02") + 8):
        plain[at] |= 1
    assert await refusal(bytes(plain)) == "archive_encrypted"
    torn = packed(lambda zip: zip.writestr("a", bytes(range(256)) * 40))
    broken = bytearray(torn)
    broken[40] ^= 0xFF
    assert await refusal(bytes(broken)) == "not_an_archive"
    assert await refusal(torn[:-30]) == "not_an_archive"
    assert await refusal(b"") == "not_an_archive"


async def test_lines_are_whole_across_pieces_and_encodings() -> None:
    text = "".join(f"第{n}行 ü\r\n" for n in range(60_000)) + "last"
    for encoding in ("utf-8", "gb18030", "utf-16"):
        ctx = TestContext()
        file = ctx.files.put("a.txt", text.encode(encoding))
        assert file.size > MIB / 2
        named = encoding if encoding != "utf-8" else "auto"
        got = await run_block(Lines, ctx, file=file.as_value(), batch=50_000, encoding=named)
        assert [len(batch) for batch in got["lines"]] == [50_000, 10_001]
        assert got["lines"][0][31_000] == "第31000行 ü"
        assert got["lines"][1][-1] == "last"


async def test_a_line_without_end_is_no_line() -> None:
    ctx = TestContext()
    file = ctx.files.put("a.bin", b"x" * (11 * MIB))
    with pytest.raises(BlockError, match="10000000"):
        await run_block(Lines, ctx, file=file.as_value())


@pytest.mark.parametrize("at_lines", [True, False])
async def test_parts_put_together_are_the_whole(at_lines: bool) -> None:
    content = b"".join(b"%07d line\n" % n for n in range(400_000)) + b"end"
    ctx = TestContext()
    file = ctx.files.put("a.csv", content)
    got = await run_block(Split, ctx, file=file.as_value(), max_megabytes=1.5, at_lines=at_lines)
    parts = [
        await ctx.files.read(file.model_copy(update={"id": each["$file"]})) for each in got["part"]
    ]
    assert b"".join(parts) == content
    assert all(len(part) <= 1_500_000 for part in parts)
    assert got["count"] == [len(parts)] == [4]
    if at_lines:
        assert all(part.endswith(b"\n") for part in parts[:-1])
