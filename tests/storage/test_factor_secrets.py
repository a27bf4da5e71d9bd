"""The secrets of apps for codes in every kind of storage: found by key, sealed anew by one."""

from __future__ import annotations

from luban.ports.people import SecondFactor
from luban.ports.sealed_bytes import packed, unpacked
from luban.ports.vault import Sealed
from tests.storage.places import Store
from tests.storage.test_people import having

OLD, NEW = Sealed("k1", b"old"), Sealed("a longer name", b"new")


def factor(number: int, sealed: Sealed, kind: str = "totp") -> SecondFactor:
    return SecondFactor.model_validate(
        {
            "id": f"f_{number:03}",
            "user": "u_ann",
            "kind": kind,
            "secret": packed(sealed) if kind == "totp" else b"",
            "created_at": 1.0,
        }
    )


def test_a_key_may_have_any_name() -> None:
    for sealed in (OLD, NEW, Sealed("", b""), Sealed("钥匙", b"\0" * 300)):
        assert unpacked(packed(sealed)) == sealed


async def test_they_are_found_by_key_and_sealed_anew_once(store: Store) -> None:
    await having(store, "ann")
    for number in range(5):
        await store.users.add_factor(factor(number, OLD if number % 2 else NEW))
    await store.users.add_factor(factor(9, OLD, "passkey"))
    secrets = store.factor_secrets
    assert await secrets.keys() == {"k1": 2, "a longer name": 3}
    assert [each.id for each in await secrets.sealed_with("k1", 10)] == ["f_001", "f_003"]
    assert [each.id for each in await secrets.sealed_with("k1", 1)] == ["f_001"]
    assert [each.id for each in await secrets.sealed_with("k1", 1, "f_001")] == ["f_003"]
    assert not await secrets.reseal("u_bob", "f_001", OLD, NEW)
    assert await secrets.reseal("u_ann", "f_001", OLD, NEW)
    assert not await secrets.reseal("u_ann", "f_001", OLD, NEW)
    assert await secrets.keys() == {"k1": 1, "a longer name": 4}


async def test_there_may_be_more_than_are_read_at_once(store: Store) -> None:
    await having(store, "ann")
    for number in range(700):
        await store.users.add_factor(factor(number, OLD if number == 650 else NEW))
    assert await store.factor_secrets.keys() == {"k1": 1, "a longer name": 699}
    (found,) = await store.factor_secrets.sealed_with("k1", 10)
    assert found == ("u_ann", "f_650", OLD)
