"""Whoever does not own a thing can neither see nor change it, by any method there is."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from luban.model.errors import NotFound
from luban.ports.files import FileStore, Place
from luban.ports.search_index import Document, SearchIndex
from luban.ports.search_index import Place as Collection
from luban.ports.stores import (
    AgentStore,
    Page,
    ReplyStore,
    RunStore,
    Slice,
    StateStore,
)
from luban.ports.tables import Origin, TableStore
from luban.ports.vault import CredentialStore, Sealed
from luban.storage.files import StoredFiles
from luban.storage.memory import MemoryBytes
from tests.storage.drafts import OWNER, STRANGER, agent, draft
from tests.storage.places import Store
from tests.storage.test_credentials import credential

SEALED = Sealed("k", b"box")
MINE, THEIRS = Collection(OWNER, "user", "c"), Collection(STRANGER, "user", "c")
Attempt = Callable[[Store, StoredFiles, str], Awaitable[Any]]

ATTEMPTS: dict[str, Attempt] = {
    "AgentStore.find": lambda s, f, file: s.agents.find(STRANGER, "a_1"),
    "AgentStore.list": lambda s, f, file: s.agents.list(STRANGER, Slice()),
    "AgentStore.update": lambda s, f, file: s.agents.update(
        agent("Stolen", owner=STRANGER, revision=2), expected_revision=1
    ),
    "AgentStore.delete": lambda s, f, file: s.agents.delete(STRANGER, "a_1"),
    "AgentStore.restore": lambda s, f, file: s.agents.restore(STRANGER, "a_deleted"),
    "AgentStore.add_version": lambda s, f, file: s.agents.add_version(
        STRANGER, "a_1", {}, "d", 1.0
    ),
    "AgentStore.publish": lambda s, f, file: s.agents.publish(STRANGER, "a_1", 1, "x"),
    "AgentStore.find_version": lambda s, f, file: s.agents.find_version(STRANGER, "a_1", 1),
    "AgentStore.list_versions": lambda s, f, file: s.agents.list_versions(STRANGER, "a_1", Slice()),
    "RunStore.find": lambda s, f, file: s.runs.find(STRANGER, "r_1"),
    "RunStore.list": lambda s, f, file: s.runs.list(STRANGER, Slice(), agent_id="a_1"),
    "RunStore.request_cancel": lambda s, f, file: s.runs.request_cancel(STRANGER, "r_1", 1.0),
    "RunStore.asking": lambda s, f, file: s.runs.asking(STRANGER, Slice()),
    "RunStore.request_pause": lambda s, f, file: s.runs.request_pause(STRANGER, "r_1", 1.0),
    "RunStore.signal": lambda s, f, file: s.runs.signal(STRANGER, "r_1", "k", 1, 1.0),
    "RunStore.resume": lambda s, f, file: s.runs.resume(STRANGER, "r_1", {}, 1.0),
    "FileStore.find": lambda s, f, file: f.find(STRANGER, file),
    "FileStore.list": lambda s, f, file: f.list(STRANGER, Slice()),
    "FileStore.delete": lambda s, f, file: f.delete(STRANGER, file),
    "FileStore.find_at": lambda s, f, file: f.find_at(STRANGER, "user", "a.txt"),
    "FileStore.versions": lambda s, f, file: f.versions(STRANGER, file),
    "FileStore.restore": lambda s, f, file: f.restore(STRANGER, file),
    "FileStore.move": lambda s, f, file: f.move(STRANGER, file, Place("user", "b.txt")),
    "StateStore.get": lambda s, f, file: s.state.get(STRANGER, "user", "k"),
    "StateStore.set": lambda s, f, file: s.state.set(STRANGER, "user", "k", "stolen"),
    "StateStore.update": lambda s, f, file: nothing(
        s.state.update(STRANGER, "user", "k", lambda seen: seen)
    ),
    "StateStore.delete": lambda s, f, file: s.state.delete(STRANGER, "user", "k"),
    "StateStore.list": lambda s, f, file: s.state.list(STRANGER, "user", Slice()),
    "TableStore.append": lambda s, f, file: nothing(
        s.rows.append(STRANGER, "t", [{"stolen": 1}], Origin(1.0, once="once"), 1)
    ),
    "TableStore.tables": lambda s, f, file: s.rows.tables(STRANGER),
    "TableStore.newest": lambda s, f, file: s.rows.newest(STRANGER, "t", Slice()),
    "TableStore.scan": lambda s, f, file: gathered(s.rows.scan(STRANGER, "t")),
    "TableStore.delete": lambda s, f, file: s.rows.delete(STRANGER, "t"),
    "SearchIndex.add": lambda s, f, file: s.index.add(THEIRS, [Document("stolen", "d")], {}, 1.0),
    "SearchIndex.collections": lambda s, f, file: s.index.collections(STRANGER),
    "SearchIndex.describe": lambda s, f, file: s.index.describe(THEIRS, "d", {"a": 1}),
    "SearchIndex.find": lambda s, f, file: s.index.find(THEIRS, "d"),
    "SearchIndex.list": lambda s, f, file: s.index.list(THEIRS, Slice()),
    "SearchIndex.delete": lambda s, f, file: s.index.delete(THEIRS, ["d"]),
    "SearchIndex.drop": lambda s, f, file: s.index.drop(THEIRS),
    "SearchIndex.by_words": lambda s, f, file: gathered(s.index.by_words(THEIRS, ["mine"])),
    "SearchIndex.by_vector": lambda s, f, file: gathered(s.index.by_vector(THEIRS, [1.0, 0.0])),
    "ReplyStore.find": lambda s, f, file: s.replies.find(STRANGER, "k"),
    "ReplyStore.save": lambda s, f, file: s.replies.save(STRANGER, "k", 1, b"x", "f", 1e12),
    "CredentialStore.find": lambda s, f, file: s.credentials.find(STRANGER, "c_1"),
    "CredentialStore.find_named": lambda s, f, file: s.credentials.find_named(STRANGER, "Mine"),
    "CredentialStore.secret": lambda s, f, file: s.credentials.secret(STRANGER, "c_1"),
    "CredentialStore.list": lambda s, f, file: s.credentials.list(STRANGER, Slice()),
    "CredentialStore.update": lambda s, f, file: s.credentials.update(
        credential("Stolen", owner=STRANGER), SEALED
    ),
    "CredentialStore.judge": lambda s, f, file: s.credentials.judge(
        STRANGER, "c_1", "bad", "x", 1.0
    ),
    "CredentialStore.used": lambda s, f, file: s.credentials.used(STRANGER, "c_1", 1.0),
    "CredentialStore.hold": lambda s, f, file: s.credentials.hold(STRANGER, "c_1", 1.0, 2.0),
    "CredentialStore.release": lambda s, f, file: s.credentials.release(STRANGER, "c_1"),
    "CredentialStore.replace_secret": lambda s, f, file: s.credentials.replace_secret(
        credential("Stolen", owner=STRANGER), SEALED, SEALED
    ),
    "CredentialStore.reseal": lambda s, f, file: s.credentials.reseal(
        STRANGER, "c_1", SEALED, SEALED
    ),
    "CredentialStore.delete": lambda s, f, file: s.credentials.delete(STRANGER, "c_1"),
}
MAKING = {"CredentialStore.create", "AgentStore.create", "RunStore.create", "FileStore.put"}
OF_NOBODY = {  # what rotation asks, for all owners
    "CredentialStore.sealed_with",
    "CredentialStore.keys",
    "CredentialStore.key_is_there",
    "FileStore.unused",
}
OF_ONES_OWN = {
    "RunStore.caps",
    "RunStore.set_caps",
    "FileStore.usage",
    "FileStore.set_quota",
}  # they name nothing but the owner


async def content(file: bytes = b"secret") -> AsyncIterator[bytes]:
    yield file


async def gathered(found: AsyncIterator[Any]) -> list[Any]:
    return [each async for each in found]


async def nothing(doing: Awaitable[Any]) -> None:
    """For what makes a thing of one's own, and says so."""
    await doing


async def everything(store: Store, files: StoredFiles, file: str) -> list[Any]:
    return [
        await store.agents.find(OWNER, "a_1"),
        await store.agents.list(OWNER, Slice()),
        await store.agents.list_versions(OWNER, "a_1", Slice()),
        await store.runs.list(OWNER, Slice()),
        await store.journal.read("r_1"),
        await store.queue.signals("r_1"),
        await files.find(OWNER, file),
        await store.state.get(OWNER, "user", "k"),
        await store.rows.newest(OWNER, "t", Slice()),
        await store.index.find(MINE, "d"),
        await gathered(store.index.by_words(MINE, ["mine"])),
        await gathered(store.index.by_vector(MINE, [1.0, 0.0])),
        await store.replies.find(OWNER, "k"),
        await store.credentials.find(OWNER, "c_1"),
        await store.credentials.secret(OWNER, "c_1"),
    ]


@pytest.mark.parametrize("attempt", sorted(ATTEMPTS))
async def test_a_stranger_gets_nothing_and_changes_nothing(store: Store, attempt: str) -> None:
    files = StoredFiles(MemoryBytes(), store)
    await store.agents.create(agent())
    await store.agents.create(agent(id="a_deleted"))
    await store.agents.delete(OWNER, "a_deleted")
    await store.agents.add_version(OWNER, "a_1", {}, "d", 1.0)
    await store.runs.create(draft())
    await store.state.set(OWNER, "user", "k", "mine")
    await store.rows.append(OWNER, "t", [{"n": 1}, {"n": 2}], Origin(1.0, once="once"), 9)
    await store.index.add(MINE, [Document("mine", "d", {}, [1.0, 0.0])], {}, 1.0)
    await store.replies.save(OWNER, "k", 200, b"mine", "f", 1.0)
    assert await store.credentials.create(credential("Mine"), SEALED)
    file = (await files.put(OWNER, "a.txt", None, content())).id
    before = await everything(store, files, file)
    assert all(before[:4])
    try:
        got = await ATTEMPTS[attempt](store, files, file)
    except NotFound:
        got = None
    assert got in (None, False, [], Page([], 0))
    assert await everything(store, files, file) == before


def test_no_method_is_left_out() -> None:
    methods = {
        f"{port.__name__}.{name}"
        for port in (
            TableStore,
            SearchIndex,
            AgentStore,
            RunStore,
            FileStore,
            StateStore,
            ReplyStore,
            CredentialStore,
        )
        for name, method in inspect.getmembers(port, inspect.isfunction)
        if not name.startswith("_")
    }
    given = {"FileStore.read", "FileStore.url"}  # they take what `find` gave
    assert methods - MAKING - OF_ONES_OWN - OF_NOBODY - given == set(ATTEMPTS)


async def test_the_run_of_a_stranger_does_not_tell_the_agents_name(store: Store) -> None:
    await store.agents.create(agent("Secret plan"))
    run = await store.runs.create(draft(owner=STRANGER))
    assert run.agent_name == ""
