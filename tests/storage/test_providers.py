"""Providers that teams defined, in every kind of storage."""

from __future__ import annotations

from luban.ports.providers import Kind, OAuth, Probe, Provider
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store

ACME = Provider(
    id="acme",
    title="Acme",
    hosts=("api.acme.example",),
    kinds=(Kind(kind="header", headers={"X-Key": "{key}"}),),
    probe=Probe(url="https://api.acme.example/me", json_body={"a": [1, "二"]}),
    oauth=OAuth(token="https://acme.example/token", extra={"a": "b"}, pkce=False),
    own=True,
)


async def test_gives_back_what_it_was_given(store: Store) -> None:
    assert await store.providers.put(OWNER, ACME, 1.0)
    assert await store.providers.find(OWNER, "acme") == ACME
    assert await store.providers.list(OWNER) == [ACME]


async def test_a_second_one_of_its_name_replaces_it(store: Store) -> None:
    assert await store.providers.put(OWNER, ACME, 1.0)
    changed = ACME.model_copy(update={"title": "Acme 2"})
    assert not await store.providers.put(OWNER, changed, 2.0)
    assert await store.providers.list(OWNER) == [changed]


async def test_what_is_anothers_is_not_there(store: Store) -> None:
    assert await store.providers.put(OWNER, ACME, 1.0)
    assert await store.providers.find(STRANGER, "acme") is None
    assert await store.providers.list(STRANGER) == []
    assert not await store.providers.delete(STRANGER, "acme")
    assert await store.providers.put(STRANGER, ACME, 1.0)
    assert await store.providers.delete(OWNER, "acme")
    assert not await store.providers.delete(OWNER, "acme")
    assert await store.providers.find(STRANGER, "acme") == ACME
