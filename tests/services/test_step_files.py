"""What blocks do with files: the same in a server as with the files of the kit for tests."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from luban.engine.discreet_files import DiscreetFiles, without
from luban.model.errors import LubanError
from luban.model.hiding import MASK, Hidden
from luban.ports.clock import SystemClock
from luban.sdk import Files
from luban.sdk.memory_files import MemoryFiles
from luban.services.file_links import FileLinks
from luban.services.step_files import StepFiles, StepOwner
from luban.storage.files import StoredFiles
from luban.storage.memory import MemoryBytes, MemoryDatabase
from luban.vault.key_ring import KeyRing, new_key
from luban.vault.sealing import EnvelopeSealing
from tests.services.kit import ME, agent_of, memory_home, over


class Server:
    """The files of one installation, as steps of this and that see them."""

    def __init__(self, public: str = "") -> None:
        self.store = StoredFiles(MemoryBytes(), MemoryDatabase())
        sealing = EnvelopeSealing(KeyRing.of(new_key()))
        clock = SystemClock()
        self.links = FileLinks(self.store, sealing, clock, public, "http://127.0.0.1:1")

    def of(self, owner: str = ME, agent: str = "a_1", run: str = "r_1") -> StepFiles:
        return StepFiles(self.store, self.links, StepOwner(owner, agent, run))


@pytest.fixture(params=["server", "kit"])
def files(request: pytest.FixtureRequest) -> Files:
    return Server().of() if request.param == "server" else MemoryFiles()


async def twice(piece: bytes) -> AsyncIterator[bytes]:
    yield piece
    yield piece


async def test_paths_and_versions(files: Files) -> None:
    old = await files.write("x/a.txt", b"old", scope="agent")
    new = await files.write_stream("x/a.txt", twice(b"new"), "text/plain", scope="agent")
    assert (new.name, new.type, new.size) == ("a.txt", "text/plain", 6)
    assert await files.get("x/a.txt") == new
    assert await files.read(old) == b"old"
    facts = await files.info(new)
    assert (facts.scope, facts.path, facts.version) == ("agent", "x/a.txt", 2)
    loose = await files.write("b.txt", b"b")
    assert (await files.info(loose)).scope == "run"
    moved = await files.move(loose, "x/b.txt", scope="agent")
    assert (moved.id, moved.name) == (loose.id, "b.txt")
    copied = await files.copy(new, "c.txt", scope="user")
    assert [each.path for each in await files.list("x")] == ["x/a.txt", "x/b.txt"]
    assert [each.file for each in await files.list(scope="user")] == [copied]
    await files.delete(new)
    for gone in (old, new):
        with pytest.raises(LubanError) as caught:
            await files.read(gone)
        assert caught.value.code == "not_found"
    with pytest.raises(LubanError):
        await files.get("x/a.txt")
    with pytest.raises(LubanError) as caught:
        await files.write("../a", b"", scope="user")
    assert caught.value.code == "bad_file_path"


async def test_what_consumers_need(files: Files, tmp_path: Path) -> None:
    file = await files.write("a b.txt", b"abc", "text/plain")
    assert await files.data_uri(file) == "data:text/plain;base64,YWJj"
    assert (await files.url(file, seconds=60)).startswith("http")
    assert (await files.for_outside(file)).startswith("data:")  # nobody else reaches this machine
    with pytest.raises(LubanError) as caught:
        await files.data_uri(file, max_bytes=2)
    assert caught.value.code == "file_too_large"
    assert (await files.save(file, tmp_path)).name == "a b.txt"
    assert (await files.save(file, tmp_path)).name == "a b (2).txt"


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("../../x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("a\r\nb", "ab"),
        ("..", "file"),
        ("con.txt", "_con.txt"),
        ("a:b?.txt", "a_b_.txt"),
        ("长" * 200 + ".csv", "长" * 65 + ".csv"),
    ],
)
async def test_no_name_leads_out_of_the_folder(
    files: Files, tmp_path: Path, name: str, saved: str
) -> None:
    file = await files.write("a", b"abc")
    path = await files.save(file, tmp_path, name)
    assert path == tmp_path / saved
    assert path.read_bytes() == b"abc"


async def test_a_link_that_lies_there_is_not_written_through(files: Files, tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "a.txt").symlink_to(target)
    file = await files.write("a.txt", b"abc")
    assert (await files.save(file, tmp_path / "box")).name == "a (2).txt"
    assert not target.exists()


async def test_agents_and_owners_are_apart() -> None:
    server = Server("https://luban.example")
    mine = await server.of().write("a.txt", b"mine", scope="agent")
    await server.of().write("b.txt", b"all", scope="user")
    for other in (server.of(agent="a_2"), server.of(owner="eve")):
        with pytest.raises(LubanError):
            await other.get("a.txt")
    second = server.of(agent="a_2")
    assert await second.read(await second.get("b.txt", scope="user")) == b"all"
    eve = server.of(owner="eve")
    for attempt in (
        eve.read(mine),
        eve.url(mine),
        eve.delete(mine),
        eve.move(mine, "c"),
        eve.info(mine),
    ):
        with pytest.raises(LubanError) as caught:
            await attempt
        assert caught.value.code == "not_found"
    assert (await server.of().for_outside(mine)).startswith("https://luban.example/api/v1/files/")


async def test_secrets_stay_out_of_streams_also_across_pieces() -> None:
    hidden = Hidden(["geheim-token"])

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 7):
            yield content[start : start + 7]

    content = b"a geheim-token and geheim-" + b"x" * 300 + b" geheim-token"
    told = b"".join([piece async for piece in without(hidden, pieces())])
    assert told == content.replace(b"geheim-token", MASK.encode())

    class Host:
        hidden: Hidden | None = Hidden(["geheim-token"])

    kit = MemoryFiles()
    file = await DiscreetFiles(kit, Host()).write_stream("geheim-token.txt", pieces())
    assert file.name == f"{MASK}.txt"
    assert b"geheim-token" not in await kit.read(file)


READING = {
    "luban": 1,
    "name": "Reader",
    "nodes": {
        "given": {"block": "io.input_file", "with": {"name": "f"}},
        "read": {"block": "file.read"},
        "out": {"block": "io.output", "with": {"name": "text"}},
    },
    "links": ["given.value -> read.file", "read.content -> out.value"],
}


@pytest.mark.parametrize("coded", [True, False])
async def test_a_run_takes_a_data_uri_for_a_file(tmp_path: Path, coded: bool) -> None:
    text = base64.b64encode("鲁班".encode()).decode()
    given = f"data:text/plain;base64,{text}" if coded else "data:text/plain,%E9%B2%81%E7%8F%AD"
    async with memory_home(tmp_path) as home:
        await home.worker.start()
        run = await home.house.runs.start(ME, await agent_of(home, READING), {"f": given})
        ended = await over(home, run.id)
        assert ended.outputs == {"text": "鲁班"}, ended.error


async def test_an_address_is_fetched_past_the_guard(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello"
        )
        await writer.drain()
        writer.close()

    async def ended(allow: tuple[str, ...], address: str) -> Any:
        async with memory_home(tmp_path, allow_hosts=allow) as home:
            await home.worker.start()
            run = await home.house.runs.start(ME, await agent_of(home, READING), {"f": address})
            done = await over(home, run.id)
            return (done.outputs or {}).get("text") or done.error

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        address = f"http://127.0.0.1:{port}/a.txt"
        assert await ended(("127.0.0.1",), address) == "hello"
        refused = await ended((), address)
        assert refused["code"] == "address_forbidden"
