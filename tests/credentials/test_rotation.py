"""Everything comes under the current key, in batches, resumed where it was left."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from luban.ports.vault import CredentialStore, Sealed, SealedRecord
from luban.services.credentials import CredentialChange
from luban.services.credentials.rotation import Rotated
from luban.vault.key_ring import new_key
from tests.credentials.kit import OWNER, STRANGER, Bench
from tests.storage.conftest import place, store  # noqa: F401  (fixtures)
from tests.storage.places import Store


@pytest.mark.network
async def test_all_of_all_owners_come_under_the_new_key(store: Store) -> None:  # noqa: F811
    bench = Bench(store=store.credentials)
    made = [
        await bench.enter(str(n), OWNER if n % 2 else STRANGER, fields={"api_key": f"secret-{n}"})
        for n in range(250)
    ]
    new = bench.new_key()
    assert await bench.rotation.rotate() == Rotated(new.id, 250, 0, 0)
    assert await bench.store.keys() == {new.id: 250}
    assert await bench.rotation.rotate() == Rotated(new.id, 0, 0, 0)
    for credential in made[::25]:
        assert await bench.secret(credential) == {"api_key": f"secret-{credential.name}"}


class StopsAfterOneBatch:
    """Records whose process ends while they are rotated."""

    def __init__(self, kept: CredentialStore) -> None:
        self._store = kept
        self._batches = 0

    async def sealed_with(self, key: str, limit: int, after: str = "") -> list[SealedRecord]:
        self._batches += 1
        if self._batches > 1:
            raise asyncio.CancelledError
        return await self._store.sealed_with(key, limit, after)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_it_goes_on_where_it_was_stopped() -> None:
    bench = Bench()
    for n in range(150):
        await bench.enter(str(n))
    new = bench.new_key()
    stopped = bench.beside(cast("CredentialStore", StopsAfterOneBatch(bench.store)))
    with pytest.raises(asyncio.CancelledError):
        await stopped.rotation.rotate()
    assert (await bench.store.keys())[new.id] == 100
    assert (await bench.rotation.rotate()).resealed == 50
    assert await bench.store.keys() == {new.id: 150}


async def test_two_at_once_and_people_in_between_spoil_nothing() -> None:
    bench = Bench()
    made = [await bench.enter(str(n), fields={"api_key": f"secret-{n}"}) for n in range(120)]
    new = bench.new_key()
    other = bench.beside()

    async def change() -> None:
        for credential in made[::10]:
            fields = CredentialChange(fields={"api_key": f"changed-{credential.name}"})
            await other.credentials.change(OWNER, credential.id, fields)

    await asyncio.gather(bench.rotation.rotate(), other.rotation.rotate(), change())
    await bench.rotation.rotate()
    assert await bench.store.keys() == {new.id: 120}
    for n, credential in enumerate(made):
        expected = f"{'secret' if n % 10 else 'changed'}-{n}"
        assert await bench.secret(credential) == {"api_key": expected}


async def test_what_cannot_be_opened_is_counted_and_left() -> None:
    bench = Bench()
    lost = await bench.enter("lost")
    bench.keys[:] = [new_key()]
    bench.ring.read_again()
    broken = await bench.enter("broken")
    sealed = await bench.store.secret(OWNER, broken.id)
    assert sealed is not None
    await bench.store.update(broken, Sealed(sealed.key, sealed.box[:-1] + b"\0"))
    new = bench.new_key()
    rotated = await bench.rotation.rotate()
    assert (rotated.lost, rotated.broken, rotated.resealed) == (1, 1, 0)
    assert (await bench.credentials.get(OWNER, lost.id)).health == "key_lost"
    states = {state.id: state for state in await bench.rotation.state()}
    assert states[new.id].current and states[new.id].here
    assert sum(state.records for state in states.values() if not state.here) == 1
