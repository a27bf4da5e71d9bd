"""Credentials in every kind of storage: found by their owner, changed by one writer at a time."""

from __future__ import annotations

import asyncio

import pytest

from luban.ports.stores import Page, Slice
from luban.ports.vault import Credential, CredentialStore, Sealed, SealedRecord
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store

OLD, NEW = Sealed("k1", b"old"), Sealed("k2", b"new")


@pytest.fixture
def kept(store: Store) -> CredentialStore:
    return store.credentials


def credential(
    name: str = "Work", *, id: str = "c_1", owner: str = OWNER, **more: object
) -> Credential:
    values = {"provider": "github", "kind": "api_key", "created_at": 1.0, "updated_at": 1.0}
    return Credential.model_validate({"id": id, "owner": owner, "name": name, **values, **more})


async def test_gives_back_what_it_was_given(kept: CredentialStore) -> None:
    whole = credential(
        account="octocat",
        scopes=("repo", "gist"),
        settings={"host": "github.example.com", "port": 8443},
        health="good",
        trouble="",
        external="env:TOKEN",
        made_by="u_1",
        expires_at=9.0,
        checked_at=8.0,
    )
    assert await kept.create(whole, OLD)
    assert await kept.find(OWNER, "c_1") == whole
    assert await kept.find_named(OWNER, "Work") == whole
    assert await kept.secret(OWNER, "c_1") == OLD


async def test_one_without_a_secret_has_none(kept: CredentialStore) -> None:
    assert await kept.create(credential(external="env:TOKEN"), None)
    assert await kept.secret(OWNER, "c_1") is None
    assert await kept.keys() == {}


async def test_a_name_is_given_once_per_owner(kept: CredentialStore) -> None:
    assert await kept.create(credential(), OLD)
    assert not await kept.create(credential(id="c_2"), NEW)
    assert await kept.create(credential(id="c_3", owner=STRANGER), NEW)
    assert await kept.create(credential("Home", id="c_4"), NEW)
    assert not await kept.update(credential("Work", id="c_4"))
    assert await kept.update(credential("Work", account="me"))
    assert (await kept.list(OWNER, Slice())).total == 2


async def test_lists_by_name_and_provider(kept: CredentialStore) -> None:
    await kept.create(credential("b", id="c_1"), OLD)
    await kept.create(credential("a", id="c_2", provider="slack"), OLD)
    await kept.create(credential("c", id="c_3"), OLD)
    await kept.create(credential("d", id="c_4", owner=STRANGER), OLD)
    names = [each.name for each in (await kept.list(OWNER, Slice())).items]
    assert names == ["a", "b", "c"]
    of_github = await kept.list(OWNER, Slice(page_size=1), provider="github")
    assert ([each.name for each in of_github.items], of_github.total) == (["b"], 2)


async def test_an_update_leaves_the_secret_unless_it_brings_one(kept: CredentialStore) -> None:
    await kept.create(credential(), OLD)
    assert await kept.update(credential("Renamed"))
    assert await kept.secret(OWNER, "c_1") == OLD
    assert await kept.update(credential("Renamed"), NEW)
    assert await kept.secret(OWNER, "c_1") == NEW
    assert not await kept.update(credential("Other", id="c_none"))


async def test_tests_and_uses_undo_nothing(kept: CredentialStore) -> None:
    await kept.create(credential(), OLD)
    await kept.used(OWNER, "c_1", 5.0)
    assert await kept.judge(OWNER, "c_1", "bad", "401 from the provider", 6.0)
    assert await kept.update(credential("Renamed", health="good"))
    found = await kept.find(OWNER, "c_1")
    assert found is not None
    assert (found.name, found.last_used_at, found.health) == ("Renamed", 5.0, "good")
    assert not await kept.judge(OWNER, "c_none", "bad", "", 6.0)


async def test_a_refreshed_secret_replaces_only_the_one_it_came_from(
    kept: CredentialStore,
) -> None:
    before = credential()
    await kept.create(before, OLD)
    await kept.update(credential("Renamed meanwhile"))
    fresh = before.model_copy(update={"expires_at": 99.0, "health": "good"})
    assert await kept.replace_secret(fresh, OLD, NEW)
    assert not await kept.replace_secret(fresh, OLD, Sealed("k2", b"newer"))
    found = await kept.find(OWNER, "c_1")
    assert found is not None
    assert (found.name, found.expires_at, found.health) == ("Renamed meanwhile", 99.0, "good")
    assert await kept.secret(OWNER, "c_1") == NEW


async def test_one_at_a_time_refreshes(store: Store, other: Store) -> None:
    await store.credentials.create(credential(), OLD)
    turns = await asyncio.gather(
        *(each.credentials.hold(OWNER, "c_1", 10.0, 40.0) for each in (store, other, store))
    )
    assert sorted(turns) == [False, False, True]
    assert not await other.credentials.hold(OWNER, "c_1", 39.9, 70.0)
    assert await other.credentials.hold(OWNER, "c_1", 40.0, 70.0)  # whoever had it is gone
    await other.credentials.release(OWNER, "c_1")
    assert await store.credentials.hold(OWNER, "c_1", 41.0, 71.0)


async def test_rotation_finds_what_is_under_a_key(kept: CredentialStore) -> None:
    await kept.create(credential("a", id="c_1"), OLD)
    await kept.create(credential("b", id="c_2", owner=STRANGER), Sealed("k1", b"theirs"))
    await kept.create(credential("c", id="c_3"), NEW)
    await kept.create(credential("d", id="c_4", external="env:X"), None)
    assert await kept.keys() == {"k1": 2, "k2": 1}
    assert await kept.sealed_with("k1", 10) == [
        SealedRecord(OWNER, "c_1", OLD),
        SealedRecord(STRANGER, "c_2", Sealed("k1", b"theirs")),
    ]
    assert [each.id for each in await kept.sealed_with("k1", 1)] == ["c_1"]
    assert [each.id for each in await kept.sealed_with("k1", 1, after="c_1")] == ["c_2"]
    assert await kept.reseal(OWNER, "c_1", OLD, Sealed("k2", b"again"))
    assert not await kept.reseal(OWNER, "c_1", OLD, Sealed("k2", b"late"))
    assert await kept.secret(OWNER, "c_1") == Sealed("k2", b"again")
    assert await kept.keys() == {"k1": 1, "k2": 2}


async def test_marks_what_is_under_a_lost_key(kept: CredentialStore) -> None:
    await kept.create(credential("a", id="c_1", health="good"), OLD)
    await kept.create(credential("b", id="c_2", owner=STRANGER), OLD)
    await kept.create(credential("c", id="c_3"), NEW)
    assert await kept.key_is_there("k1", False) == 2
    assert await kept.key_is_there("k1", False) == 0
    listed = (await kept.list(OWNER, Slice())).items
    assert [each.health for each in listed] == ["key_lost", "unknown"]
    assert await kept.key_is_there("k1", True) == 2
    assert [each.health for each in (await kept.list(OWNER, Slice())).items] == ["unknown"] * 2


async def test_a_deleted_one_is_gone(kept: CredentialStore) -> None:
    await kept.create(credential(), OLD)
    assert await kept.delete(OWNER, "c_1")
    assert not await kept.delete(OWNER, "c_1")
    assert await kept.find(OWNER, "c_1") is None
    assert await kept.secret(OWNER, "c_1") is None
    assert await kept.list(OWNER, Slice()) == Page([], 0)


async def test_a_stranger_gets_nothing_and_changes_nothing(kept: CredentialStore) -> None:
    mine = credential()
    await kept.create(mine, OLD)
    stolen = credential("Stolen", owner=STRANGER)
    assert await kept.find(STRANGER, "c_1") is None
    assert await kept.find_named(STRANGER, "Work") is None
    assert await kept.secret(STRANGER, "c_1") is None
    assert await kept.list(STRANGER, Slice()) == Page([], 0)
    assert not await kept.update(stolen)
    assert not await kept.update(stolen, NEW)
    assert not await kept.judge(STRANGER, "c_1", "bad", "", 1.0)
    await kept.used(STRANGER, "c_1", 1.0)
    assert not await kept.hold(STRANGER, "c_1", 1.0, 2.0)
    assert not await kept.replace_secret(stolen, OLD, NEW)
    assert not await kept.reseal(STRANGER, "c_1", OLD, NEW)
    assert not await kept.delete(STRANGER, "c_1")
    assert await kept.find(OWNER, "c_1") == mine
    assert await kept.secret(OWNER, "c_1") == OLD
