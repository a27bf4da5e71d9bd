"""What holds of bytes wherever they lie: memory, a disk, and buckets of two kinds of server."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import cast

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from luban.ports.stored_bytes import PIECE, BytesCutOff, BytesMissing, BytesThere, ByteStore, Shown
from luban.storage.errors import ObjectStoreRefused, ObjectStoreUnreachable
from luban.storage.files import DiskBytes
from luban.storage.files.objects import Bucket, ObjectBytes
from luban.storage.memory import MemoryBytes
from tools import servers, swift_server

TEXT = Shown("鲁班 a.txt", "text/plain")
LARGE = 20
"""MiB that go to a bucket in parts."""


@pytest.fixture(scope="session")
def moto() -> Iterator[Bucket]:
    """It knows conditional writes, and looks at no signature."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    bucket = Bucket("luban", f"http://127.0.0.1:{port}", "us-east-1", "key", "secret", links=True)
    make(bucket)
    yield bucket
    server.stop()


@pytest.fixture(scope="session")
def swift() -> Iterator[Bucket]:
    """It checks signatures, and knows no conditional writes."""
    with servers.private("swift") as own:
        if own is None:
            pytest.skip("OpenStack Swift is not on this machine")
        keys = swift_server.ACCESS_KEY, swift_server.SECRET_KEY
        bucket = Bucket("luban", own.address, "us-east-1", *keys, links=True)
        make(bucket)
        yield bucket


def make(bucket: Bucket) -> None:
    """The bucket itself, which an administrator makes."""
    store = S3Store(
        bucket.name,
        endpoint=bucket.endpoint,
        access_key_id=bucket.access_key,
        secret_access_key=bucket.secret_key,
        region=bucket.region,
        client_options={"allow_http": True},
    )
    address = obstore.sign(store, "PUT", "", timedelta(seconds=60))
    end = time.monotonic() + 30
    while True:  # what stands behind the door may still be starting
        try:
            asked(address, "PUT")
            return
        except urllib.error.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def asked(address: str, method: str = "GET") -> tuple[bytes, str]:
    """What stands at an address, and how it is to be shown."""
    request = urllib.request.Request(address, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(), answer.headers.get("content-disposition", "")


@pytest.fixture(params=["memory", "disk", "moto", "swift"])
def content(request: pytest.FixtureRequest, tmp_path: Path) -> ByteStore:
    if request.param == "memory":
        return MemoryBytes()
    if request.param == "disk":
        return DiskBytes(tmp_path / "files")
    return ObjectBytes(request.getfixturevalue(request.param))


async def mib(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        yield bytes([number]) * PIECE


async def once(piece: bytes) -> AsyncIterator[bytes]:
    yield piece


async def whole(content: ByteStore, key: str) -> bytes:
    return b"".join([piece async for piece in content.read(key)])


async def keys(content: ByteStore) -> list[str]:
    return [kept.key async for kept in content.list()]


async def test_what_is_put_is_read_found_listed_and_deleted(content: ByteStore) -> None:
    for key, piece in (("f_small1", b"x" * 100), ("f_empty1", b"")):
        assert await content.put(key, once(piece), TEXT) == len(piece)
        assert await whole(content, key) == piece
        kept = await content.find(key)
        assert kept is not None
        assert (kept.key, kept.size) == (key, len(piece))
        assert kept.changed_at > 1e9
    assert {"f_small1", "f_empty1"} <= set(await keys(content))
    for key in ("f_small1", "f_small1", "f_empty1"):
        await content.delete(key)
    assert await content.find("f_small1") is None
    assert not {"f_small1", "f_empty1"} & set(await keys(content))
    with pytest.raises(BytesMissing, match="f_small1"):
        await whole(content, "f_small1")


async def test_much_goes_in_and_out_in_small_pieces(content: ByteStore) -> None:
    assert await content.put("f_large1", mib(LARGE), TEXT) == LARGE * PIECE
    place = 0
    async for piece in content.read("f_large1"):
        assert len(piece) <= PIECE
        assert piece[0] == place // PIECE
        place += len(piece)
    assert place == LARGE * PIECE
    await content.delete("f_large1")


@pytest.mark.parametrize("size", [1, LARGE])
async def test_a_key_is_written_once(content: ByteStore, size: int) -> None:
    await content.put("f_once1", once(b"first"), TEXT)
    with pytest.raises(BytesThere, match="f_once1"):
        await content.put("f_once1", mib(size), TEXT)
    assert await whole(content, "f_once1") == b"first"
    await content.delete("f_once1")


class BrokenOffError(Exception):
    pass


@pytest.mark.parametrize("size", [1, LARGE])
async def test_nothing_is_there_when_a_stream_breaks_off(content: ByteStore, size: int) -> None:
    async def broken() -> AsyncIterator[bytes]:
        async for piece in mib(size):
            yield piece
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        await content.put("f_broken1", broken(), TEXT)
    assert await content.find("f_broken1") is None
    assert "f_broken1" not in await keys(content)


async def test_nothing_is_there_when_the_sender_goes_away(content: ByteStore) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        async for piece in mib(LARGE):
            yield piece
        begun.set()
        await asyncio.Event().wait()

    putting = asyncio.create_task(content.put("f_gone1", endless(), TEXT))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert await content.find("f_gone1") is None


async def test_who_has_begun_to_read_reads_to_the_end(
    request: pytest.FixtureRequest, content: ByteStore
) -> None:
    await content.put("f_read1", mib(LARGE), TEXT)
    pieces = content.read("f_read1")
    async with aclosing(cast("AsyncGenerator[bytes]", pieces)):
        got = len(await anext(pieces))
        await content.delete("f_read1")
        try:
            async for piece in pieces:
                got += len(piece)
        except BytesCutOff:  # Swift takes parts away that were not read yet, and says so
            assert "swift" in request.node.name
        else:
            assert got == LARGE * PIECE
    assert await content.find("f_read1") is None


@pytest.mark.parametrize("kind", ["moto", "swift"])
async def test_an_address_of_the_bucket_gives_the_file_as_a_download(
    request: pytest.FixtureRequest, kind: str
) -> None:
    bucket = request.getfixturevalue(kind)
    content = ObjectBytes(bucket)
    for key in ("f_linked1", "f_other1"):
        await content.put(key, once(b"<script>"), Shown("鲁.html", "text/html"))
    address = await content.url("f_linked1", 60)
    assert address is not None
    body, disposition = await asyncio.to_thread(asked, address)
    assert body == b"<script>"
    assert disposition.startswith("attachment")
    assert await ObjectBytes(bucket._replace(links=False)).url("f_linked1", 60) is None
    if kind == "swift":  # who changes the address gets nothing
        with pytest.raises(urllib.error.HTTPError, match="403"):
            await asyncio.to_thread(asked, address.replace("f_linked1", "f_other1"))
        wrong = ObjectBytes(bucket._replace(secret_key="wrong"))
        with pytest.raises(ObjectStoreRefused, match="S3_SECRET_KEY"):
            await whole(wrong, "f_linked1")


async def test_a_bucket_that_is_not_there_is_named(moto: Bucket) -> None:
    content = ObjectBytes(moto._replace(name="nowhere"))
    for attempt in (content.put("f_1", once(b"x"), TEXT), whole(content, "f_1")):
        with pytest.raises(ObjectStoreRefused, match="nowhere"):
            await attempt


async def test_a_store_that_does_not_answer_is_named_soon() -> None:
    content = ObjectBytes(Bucket("luban", "http://127.0.0.1:9", "", "k", "s"))
    with pytest.raises(ObjectStoreUnreachable, match=r"127\.0\.0\.1:9") as caught:
        await content.put("f_1", once(b"x"), TEXT)
    assert caught.value.retryable


@pytest.mark.parametrize("key", ["../f_1", "a/b", "..", "f_1\n"])
async def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    content = DiskBytes(tmp_path / "files")
    with pytest.raises(ValueError, match=r".*"):
        await content.put(key, once(b"x"), TEXT)
    with pytest.raises(ValueError, match=r".*"):
        await whole(content, key)


async def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    content = DiskBytes(tmp_path / "files")
    place = tmp_path / "files" / "k1" / "f_link1"
    place.parent.mkdir()
    place.symlink_to(secret)
    with pytest.raises(BytesMissing):
        await whole(content, "f_link1")
    assert await content.find("f_link1") is None
