"""What is sent is looked at first: how much it is, what it really holds, whether it has a virus."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from luban.net.clamd import Clamd
from luban.ports.scanning import NotScanned, ScannerDown
from luban.services.uploads import may_be
from tests.api.kit import V1, application, assert_error, http_client
from tools.servers import EICAR, Private

NAMES = {
    "a\r\nset-cookie: x.txt": "aset-cookie: x.txt",
    "../../etc/passwd": "passwd",
    "..\\..\\win.ini": "win.ini",
    "exe\u202etxt.scr": "exetxt.scr",
    "con": "con",
    "x" * 300 + ".csv": "x" * 196 + ".csv",
    "\"; filename*=utf-8''b.html": "\"; filename*=utf-8''b.html",
}


@asynccontextmanager
async def serving(folder: Path, **settings: Any) -> AsyncIterator[httpx2.AsyncClient]:
    async with application(folder, **settings) as (_, app), http_client(app) as http:
        yield http


async def send(
    http: httpx2.AsyncClient, content: bytes, name: str = "a.txt", type: str = "", **query: Any
) -> httpx2.Response:
    part = (name, content, type) if type else (name, content)
    return await http.post(f"{V1}/files", files={"file": part}, params=query)


async def stored(http: httpx2.AsyncClient) -> int:
    return (await http.get(f"{V1}/files")).json()["total"]


async def test_uploads_have_a_limit_of_their_own(tmp_path: Path) -> None:
    async with serving(tmp_path) as http:
        limit = (await http.get(f"{V1}/settings")).json()["upload_limit"]
        assert limit == 10 * 1024 * 1024
        assert (await send(http, b"x" * limit)).status_code == 201
        body = assert_error(await send(http, b"x" * (limit + 1)), 413, "file_too_large")
        assert "文件大小超过限制" in body["message_zh"]
        assert await stored(http) == 1


async def test_an_endless_upload_ends(tmp_path: Path) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        while sent < 2_000_000:  # as much as the server swallows to be heard
            sent += 100_000
            yield b"x" * 100_000

    async with serving(tmp_path, upload_limit=100_000) as http:
        form = {"content-type": "multipart/form-data; boundary=x"}
        refused = await http.post(f"{V1}/files", content=endless(), headers=form)
        assert refused.status_code == 413
        assert await stored(http) == 0


@pytest.mark.parametrize(
    ("content", "name", "claimed", "held"),
    [
        (b"MZ\x90\x00\x03" + b"\x00" * 90, "photo.png", "image/png", "application/x-dosexec"),
        (b"\x7fELF\x02\x01\x01" + b"\x00" * 90, "notes.txt", "text/plain", "application/x-exec"),
        (b"\xcf\xfa\xed\xfe" + b"\x00" * 90, "a.pdf", "application/pdf", "application/x-mach-o"),
    ],
    ids=["windows", "linux", "mac"],
)
async def test_a_program_is_refused_whatever_it_claims_to_be(
    tmp_path: Path, content: bytes, name: str, claimed: str, held: str
) -> None:
    async with serving(tmp_path) as http:
        body = assert_error(await send(http, content, name, claimed), 415, "file_type_refused")
        assert held in body["message"]
        assert "不允许的文件类型" in body["message_zh"]
        assert await stored(http) == 0


async def test_only_what_is_allowed_is_taken_by_what_it_holds(tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20
    async with serving(tmp_path, upload_types=("image/*", "!image/svg*")) as http:
        assert (await send(http, png, "a.exe")).status_code == 201
        for content, name in ((b"<html><script>", "a.png"), (b"hello", "a.png"), (b"", "a.gz")):
            assert_error(await send(http, content, name, "image/png"), 415, "file_type_refused")


@pytest.mark.parametrize(
    ("kind", "patterns", "allowed"),
    [
        ("text/csv", ["*"], True),
        ("text/csv", ["text/*"], True),
        ("text/csv", ["!text/*"], False),
        ("image/png", ["!text/*"], True),
        ("image/svg+xml", ["image/*", "!image/svg*"], False),
        ("text/csv", [], True),
    ],
)
def test_patterns_of_types(kind: str, patterns: list[str], allowed: bool) -> None:
    assert may_be(kind, patterns) is allowed


@pytest.mark.parametrize("name", NAMES)
async def test_names_that_attack_are_only_names(http: httpx2.AsyncClient, name: str) -> None:
    told = f"form-data; name=\"file\"; filename*=utf-8''{quote(name, safe='')}"
    form = f"--x\r\ncontent-disposition: {told}\r\n\r\nhello\r\n--x--\r\n"
    answer = await http.post(
        f"{V1}/files", content=form, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    file = answer.json()
    assert file["name"] == NAMES[name]
    given = await http.get(f"{V1}/files/{file['id']}/content")
    assert "set-cookie" not in given.headers
    _, _, shown = given.headers["content-disposition"].partition("; ")
    assert shown == f"filename*=utf-8''{quote(NAMES[name], safe='')}"


@pytest.fixture
def safe(scanner: Private) -> str:
    return scanner.address


@pytest.mark.parametrize("reached", ["tcp", "unix"])
async def test_a_virus_is_not_stored(tmp_path: Path, scanner: Private, reached: str) -> None:
    socket = f"unix://{scanner.folder / 'clamd.sock'}"
    address = scanner.address if reached == "tcp" else socket
    async with serving(tmp_path, clamav=address) as http:
        assert (await send(http, b"hello" * 100_000)).status_code == 201
        assert (await send(http, b"")).status_code == 201
        for virus in (EICAR.encode(), b"x" * 100_000 + EICAR.encode()):
            body = assert_error(await send(http, virus), 422, "file_infected")
            assert "Eicar-Test" in body["message"]
        assert await stored(http) == 2


async def test_what_the_scanner_gives_up_on_is_refused(tmp_path: Path, safe: str) -> None:
    """Past its own limit clamd drops the connection, which says nothing of the file."""
    async with serving(tmp_path, clamav=safe, clamav_down="accept") as http:
        assert_error(await send(http, b"x" * (4 << 20)), 422, "not_scanned")
        assert await stored(http) == 0


async def test_without_its_scanner_nothing_is_stored_unless_the_settings_say_so(
    tmp_path: Path,
) -> None:
    gone = "tcp://127.0.0.1:9"
    async with serving(tmp_path, clamav=gone) as http:
        body = assert_error(await send(http, b"hello"), 503, "scanner_down")
        assert "LUBAN_CLAMAV_DOWN" in body["message"]
        assert await stored(http) == 0
    async with serving(tmp_path, clamav=gone, clamav_down="accept") as http:
        assert (await send(http, b"hello")).status_code == 201


async def scanned(clamd: Clamd, pieces: int) -> str | None:
    async with clamd.scan("a.txt") as scan:
        for _ in range(pieces):
            await scan.feed(b"x" * 100_000)
        return await scan.verdict()


async def test_a_scanner_that_hangs_or_dies_has_not_scanned(scanner: Private) -> None:
    impatient = Clamd(scanner.address, answer_seconds=0.2)
    os.killpg(scanner.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises((NotScanned, ScannerDown)):
            await scanned(impatient, 1)
    finally:
        os.killpg(scanner.process.pid, signal.SIGCONT)

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotScanned):
            await scanned(Clamd(f"tcp://127.0.0.1:{port}"), 100)


@pytest.mark.parametrize("address", ["", "clamd:3310", "http://clamd", "tcp://", "unix:"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Exception, match="LUBAN_CLAMAV"):
        Clamd(address)
