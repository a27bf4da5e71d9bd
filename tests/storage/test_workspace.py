"""Workspaces: what is at a path has versions, an owner keeps only so much, leavings are found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from luban.model.file_paths import BadFilePath
from luban.ports.files import SHARED, Place, StoredFile, Wanted, of_agent
from luban.ports.stores import Slice
from luban.services.file_collection import FileCollection
from luban.storage.errors import FileLost, FileQuotaReached
from luban.storage.files import FileBounds, StoredFiles
from luban.storage.memory import MemoryBytes, MemoryDatabase
from tests.storage.drafts import OWNER, STRANGER, agent, draft
from tests.storage.places import Store

AT = Place(SHARED, "reports/a.csv")


@pytest.fixture
def files(store: Store) -> StoredFiles:
    return StoredFiles(MemoryBytes(), store, FileBounds(quota=1000, versions=3))


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def put(
    files: StoredFiles, content: bytes, place: Place = AT, owner: str = OWNER
) -> StoredFile:
    return await files.put(owner, "given.txt", None, once(content), place=place)


async def whole(files: StoredFiles, file: StoredFile) -> bytes:
    return b"".join([piece async for piece in files.read(file)])


async def numbers(files: StoredFiles, file: StoredFile) -> list[int]:
    return [each.version for each in await files.versions(OWNER, file.id)]


async def test_writing_a_path_again_keeps_the_old_version(files: StoredFiles) -> None:
    old, new = await put(files, b"old"), await put(files, b"newer")
    assert (old.version, new.version, new.name, new.path) == (1, 2, "a.csv", "reports/a.csv")
    assert await files.find_at(OWNER, SHARED, "reports/a.csv") == new
    assert [each.id for each in await files.versions(OWNER, old.id)] == [new.id, old.id]
    assert (await files.list(OWNER, Slice())).items == [new]
    known = await files.find(OWNER, old.id)
    assert known is not None
    assert not known.newest
    assert await whole(files, known) == b"old"  # who holds the older reference reads the older one


async def test_workspaces_are_apart(files: StoredFiles) -> None:
    mine = await put(files, b"1")
    of_one = await put(files, b"2", Place(of_agent("a_1"), AT.path))
    hers = await put(files, b"3", AT, STRANGER)
    assert (mine.version, of_one.version, hers.version) == (1, 1, 1)
    assert await files.find_at(OWNER, of_agent("a_1"), AT.path) == of_one
    assert await files.find_at(OWNER, of_agent("a_2"), AT.path) is None


async def test_folders_are_the_beginnings_of_paths(files: StoredFiles) -> None:
    for path in ("reports/2026/b.csv", "reports/a.csv", "reports_old/c.csv", "a_b/x", "aXb/y"):
        await put(files, b"x", Place(SHARED, path))
    loose = await put(files, b"x", Place(run="r_1"))

    async def below(folder: str) -> list[str]:
        wanted = Wanted(workspace=SHARED, folder=folder)
        return [
            each.path
            for each in (await files.list(OWNER, Slice(), wanted=wanted, sort="name")).items
        ]

    assert await below("reports") == ["reports/2026/b.csv", "reports/a.csv"]
    assert await below("a_b") == ["a_b/x"]
    assert len(await below("")) == 5
    assert (await files.list(OWNER, Slice(), wanted=Wanted(loose=True))).items == [loose]


async def test_an_older_version_comes_back(files: StoredFiles) -> None:
    old, new = await put(files, b"old"), await put(files, b"new")
    back = await files.restore(OWNER, old.id)
    assert back is not None
    assert (back.id, back.version, back.newest) == (old.id, 3, True)
    assert await files.find_at(OWNER, SHARED, AT.path) == back
    assert [each.id for each in await files.versions(OWNER, old.id)] == [old.id, new.id]
    assert await files.restore(OWNER, old.id) == back  # it is the newest already


async def test_only_so_many_versions_are_kept(files: StoredFiles) -> None:
    made = [await put(files, b"x" * size) for size in range(1, 6)]
    assert await numbers(files, made[-1]) == [5, 4, 3]
    let_go = await files.find(OWNER, made[0].id)
    assert let_go is not None
    assert let_go.path == ""
    assert [each.id for each in await files.unused(1e12, 10)] == [made[0].id, made[1].id]
    assert (await files.list(OWNER, Slice())).total == 1


async def test_moving_takes_versions_along_and_keeps_what_is_there(files: StoredFiles) -> None:
    old, new = await put(files, b"old"), await put(files, b"new")
    there = await put(files, b"there", Place(SHARED, "b.csv"))
    moved = await files.move(OWNER, new.id, Place(SHARED, "b.csv"))
    assert moved is not None
    assert (moved.id, moved.name, moved.version) == (new.id, "b.csv", 3)
    assert [each.id for each in await files.versions(OWNER, moved.id)] == [new.id, old.id, there.id]
    assert await files.find_at(OWNER, SHARED, AT.path) is None
    assert (await files.list(OWNER, Slice())).items == [moved]
    loose = await put(files, b"loose", Place(run="r_1"))
    placed = await files.move(OWNER, loose.id, Place(SHARED, "b.csv"))
    assert placed is not None
    assert (placed.id, placed.version) == (loose.id, 4)
    assert await files.move(OWNER, loose.id, Place(SHARED, "b.csv")) == placed


async def test_the_newest_takes_the_older_ones_with_it(files: StoredFiles) -> None:
    made = [await put(files, b"x") for _ in range(3)]
    assert await files.delete(OWNER, made[1].id)
    assert await numbers(files, made[2]) == [3, 1]
    assert await files.delete(OWNER, made[2].id)
    assert await files.find_at(OWNER, SHARED, AT.path) is None
    with pytest.raises(FileLost):
        await whole(files, made[0])
    assert (await files.usage(OWNER))[:2] == (0, 0)
    assert not await files.delete(OWNER, made[2].id)


async def test_a_quota_holds_for_all_versions_together(files: StoredFiles) -> None:
    await put(files, b"x" * 400)
    await put(files, b"x" * 500)
    assert await files.usage(OWNER) == (900, 2, 1000, False)
    with pytest.raises(FileQuotaReached, match="900 of 1000 bytes"):
        await put(files, b"x" * 101)
    await put(files, b"x" * 100, AT, STRANGER)
    await put(files, b"x" * 100)
    await files.set_quota(OWNER, 2000)
    await put(files, b"x" * 100)
    assert (await files.usage(OWNER)).own_quota
    await files.set_quota(OWNER, 0)
    await put(files, b"x" * 5000)
    assert (await files.usage(OWNER)).quota is None
    await files.set_quota(OWNER, None)
    with pytest.raises(FileQuotaReached):
        await put(files, b"x")


async def test_a_quota_ends_an_endless_stream(files: StoredFiles) -> None:
    seen = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal seen
        while True:
            seen += 100
            yield b"x" * 100

    with pytest.raises(FileQuotaReached):
        await files.put(OWNER, "a.bin", None, endless())
    assert seen <= 8192 + 1100
    assert (await files.usage(OWNER))[:2] == (0, 0)


async def test_many_at_once_get_versions_and_room_one_after_the_other(files: StoredFiles) -> None:
    made = await asyncio.gather(
        *(put(files, b"x" * 100) for _ in range(15)), return_exceptions=True
    )
    stored = [each for each in made if isinstance(each, StoredFile)]
    assert sorted(each.version for each in stored) == list(range(1, 11))
    assert sum(isinstance(each, FileQuotaReached) for each in made) == 5
    assert (await files.usage(OWNER))[:2] == (1000, 10)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../a",
        "a/../../b",
        "a//b",
        "a/./b",
        "a\\b",
        "C:/a",
        "a\r\nb",
        "a\u202eb",
        "a\x00",
        "con.txt",
        "a/NUL",
        "a ",
        "a.",
        "x" * 201,
        "/".join("a" * 30),
    ],
)
async def test_no_other_paths_are_taken(path: str) -> None:
    files = StoredFiles(MemoryBytes(), MemoryDatabase())
    with pytest.raises(BadFilePath):
        await put(files, b"x", Place(SHARED, path))
    with pytest.raises(BadFilePath):
        await files.find_at(OWNER, SHARED, path)
    file = await put(files, b"x", Place(run="r"))
    with pytest.raises(BadFilePath):
        await files.move(OWNER, file.id, Place(SHARED, path))
    assert (await files.usage(OWNER)).files == 1


async def test_a_name_written_in_two_ways_is_one_path(files: StoredFiles) -> None:
    await put(files, b"x", Place(SHARED, "e\u0301.txt"))
    assert (await put(files, b"x", Place(SHARED, "\u00e9.txt"))).version == 2


async def test_leavings_of_runs_go_once_nothing_names_them(
    store: Store, files: StoredFiles
) -> None:
    await store.runs.create(draft("r_here"))
    made = {
        name: await put(files, b"x", Place(run=run))
        for name, run in {
            "of a run that is there": "r_here",
            "lost": "r_gone",
            "in a state": "r_gone",
            "in a document": "r_gone",
            "in inputs": "r_gone",
        }.items()
    }
    uploaded = await put(files, b"x", Place())
    placed = await put(files, b"x", Place(SHARED, "kept.txt", "r_gone"))

    def named(name: str) -> dict[str, object]:
        return {"deep": [{"$file": made[name].id, "name": "a"}]}

    await store.state.set(OWNER, "user", "k", named("in a state"))
    known = agent()
    await store.agents.create(known.model_copy(update={"document": named("in a document")}))
    await store.runs.create(draft("r_other").model_copy(update={"inputs": named("in inputs")}))
    unused = await files.unused(1e12, 10)
    assert [each.id for each in unused] == [made["lost"].id]
    assert await files.unused(made["lost"].created_at - 1, 10) == []
    collection = FileCollection(files, Later(), grace=0)
    assert await collection.pass_over() == 1
    assert await collection.pass_over() == 0
    for kept in (uploaded, placed, *(made[name] for name in made if name != "lost")):
        assert await files.find(OWNER, kept.id) is not None


class Later:
    def now(self) -> float:
        return 1e12

    def monotonic(self) -> float:
        return 0.0
