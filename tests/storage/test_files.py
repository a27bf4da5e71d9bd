"""Files go in and out as streams, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from luban.ports.files import FileStore, Wanted
from luban.ports.stores import Slice
from luban.storage.errors import FileLost, FileTooLarge
from luban.storage.files import DiskBytes, FileBounds, StoredFiles
from luban.storage.files.naming import display_name, tell_type
from luban.storage.memory import MemoryBytes
from tests.storage.drafts import OWNER
from tests.storage.places import Store

PIECE = 64 * 1024


@pytest.fixture(params=["memory", "disk"])
def files(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> FileStore:
    content = MemoryBytes() if request.param == "memory" else DiskBytes(tmp_path / "files")
    return StoredFiles(content, store, FileBounds(limit=1 << 20))


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def whole(files: FileStore, owner: str, file_id: str) -> bytes:
    file = await files.find(owner, file_id)
    assert file is not None
    return b"".join([piece async for piece in files.read(file)])


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("pieces", [[], [b"one"], [b"a" * 700_000, b"", b"b" * 300_000]])
async def test_what_was_put_is_read(files: FileStore, pieces: list[bytes]) -> None:
    file = await files.put(OWNER, "a.bin", None, stream(*pieces))
    assert file.size == sum(map(len, pieces))
    assert await files.find(OWNER, file.id) == file
    assert await whole(files, OWNER, file.id) == b"".join(pieces)
    assert (await files.list(OWNER, Slice())).items == [file]


async def test_a_deleted_file_is_gone(files: FileStore, tmp_path: Path) -> None:
    file = await files.put(OWNER, "a.txt", None, stream(b"x"))
    assert await files.delete(OWNER, file.id)
    assert not await files.delete(OWNER, file.id)
    assert await files.find(OWNER, file.id) is None
    with pytest.raises(FileLost, match=file.id):
        [piece async for piece in files.read(file)]
    assert kept(tmp_path / "files") == []


async def test_files_are_listed_newest_first(files: FileStore) -> None:
    made = [await files.put(OWNER, f"{n}.txt", None, stream(b"x")) for n in range(3)]
    page = await files.list(OWNER, Slice(1, 2))
    newest = sorted(made, key=lambda file: (file.created_at, file.id), reverse=True)
    assert (page.items, page.total) == (newest[:2], 3)


async def test_files_are_found_by_a_part_of_their_name(files: FileStore) -> None:
    for name, size in (("Report 100%.txt", 3), ("report_b.txt", 1), ("图.png", 2)):
        await files.put(OWNER, name, None, stream(b"x" * size))

    async def found(**wanted: Any) -> list[str]:
        search, sort = wanted.get("search", ""), wanted.get("sort", "newest")
        page = await files.list(OWNER, Slice(), wanted=Wanted(search), sort=sort)
        assert page.total == len(page.items)
        return [file.name for file in page.items]

    assert await found(search="REPORT", sort="name") == ["Report 100%.txt", "report_b.txt"]
    assert await found(search="0%") == ["Report 100%.txt"]
    assert await found(search="_") == ["report_b.txt"]
    assert await found(search="图") == ["图.png"]
    assert await found(sort="size") == ["Report 100%.txt", "图.png", "report_b.txt"]


class BrokenOffError(Exception):
    pass


async def broken_off() -> AsyncIterator[bytes]:
    yield b"x" * 100_000
    raise BrokenOffError


async def test_nothing_is_left_when_a_stream_breaks_off(files: FileStore, tmp_path: Path) -> None:
    with pytest.raises(BrokenOffError):
        await files.put(OWNER, "a.txt", None, broken_off())
    assert (await files.list(OWNER, Slice())).total == 0
    assert kept(tmp_path / "files") == []


async def test_nothing_is_left_when_the_sender_goes_away(files: FileStore, tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"
        begun.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(files.put(OWNER, "a.txt", None, endless()))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert (await files.list(OWNER, Slice())).total == 0
    assert kept(tmp_path / "files") == []


async def test_a_file_over_the_limit_is_refused_while_it_is_read(
    files: FileStore, tmp_path: Path
) -> None:
    read = 0

    async def too_much() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += PIECE
            yield b"x" * PIECE

    with pytest.raises(FileTooLarge, match="1048576 bytes") as caught:
        await files.put(OWNER, "big.bin", None, too_much())
    assert "big.bin" in caught.value.message_zh
    assert read <= (1 << 20) + PIECE
    assert kept(tmp_path / "files") == []


def blocks_of(size: int) -> Iterator[bytes]:
    for number in range(size // PIECE):
        yield number.to_bytes(4) * (PIECE // 4)


async def test_fifty_megabytes_need_only_a_few_of_memory(store: Store, tmp_path: Path) -> None:
    size, sent, got = 50 << 20, hashlib.sha256(), hashlib.sha256()
    files = StoredFiles(DiskBytes(tmp_path / "files"), store)

    async def sending() -> AsyncIterator[bytes]:
        for piece in blocks_of(size):
            sent.update(piece)
            yield piece

    tracemalloc.start()
    try:
        file = await files.put(OWNER, "big.bin", None, sending())
        async for piece in files.read(file):
            assert len(piece) <= 1 << 20
            got.update(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (file.size, got.digest()) == (size, sent.digest())
    assert peak < 8 << 20


async def test_a_path_in_a_name_leads_nowhere(store: Store, tmp_path: Path) -> None:
    files = StoredFiles(DiskBytes(tmp_path / "files"), store)
    file = await files.put(OWNER, "../../etc/passwd", None, stream(b"x"))
    assert file.name == "passwd"
    assert [path.name for path in kept(tmp_path / "files")] == [file.id]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] <= ["files", "workers"]


async def test_what_a_killed_process_left_is_swept_up(tmp_path: Path) -> None:
    incoming = tmp_path / "files" / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "f_old").write_bytes(b"x")
    os.utime(incoming / "f_old", (1.0, 1.0))
    (incoming / "f_now").write_bytes(b"x")
    DiskBytes(tmp_path / "files")
    assert [path.name for path in incoming.iterdir()] == ["f_now"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("表格.csv", "表格.csv"),
        ("/etc/passwd", "passwd"),
        (r"C:\Users\me\a.txt", "a.txt"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("exe\u202etxt.scr", "exetxt.scr"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_made_fit_to_show(name: str, shown: str) -> None:
    assert display_name(name) == shown


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
ZIP = b"PK\x03\x04\x14\x00\x00\x00\x08\x00"


@pytest.mark.parametrize(
    ("name", "head", "declared", "type_"),
    [
        ("a.csv", b"a,b\n1,2\n", None, "text/csv"),
        ("表.csv", "甲,乙\n".encode(), "application/octet-stream", "text/csv"),
        ("a.txt", b"hello", None, "text/plain"),
        ("a.md", b"# hi", None, "text/markdown"),
        ("a.json", b"{}", None, "application/json"),
        ("a.yaml", b"a: 1", None, "application/yaml"),
        ("noname", b"a,b", "text/csv; charset=utf-8", "text/csv"),
        ("noname", b"hello", None, "text/plain"),
        ("noname", "鲁班".encode()[:-1], None, "text/plain"),
        ("a.txt", b"MZ is no program", None, "text/plain"),
        ("a.pdf", b"%PDF-1.7\n", None, "application/pdf"),
        ("a.png", PNG, None, "image/png"),
        ("a.txt", PNG, "text/plain", "image/png"),
        ("noname", PNG, None, "image/png"),
        ("a.png", b"<html><script>", "image/png", "text/html"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", None, "image/jpeg"),
        (
            "a.xlsx",
            ZIP,
            None,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("noname", ZIP, None, "application/zip"),
        ("a.bin", b"\x00\x01\x02", None, "application/octet-stream"),
        ("a.dat", b"\x00\x01\x02", "not a type", "application/octet-stream"),
        ("a.csv", b"\x00\x01\x02", "text/csv", "application/octet-stream"),
        ("empty.csv", b"", None, "text/csv"),
        ("empty", b"", None, "text/plain"),
    ],
)
def test_types_are_told_from_content_then_name(
    name: str, head: bytes, declared: str | None, type_: str
) -> None:
    assert tell_type(name, head, declared) == type_
