"""A grant that runs out is refreshed once, whoever asks; rotation in between costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from luban.ports.providers import Granted, GrantEnded
from luban.ports.vault import Credential, Sealed, SecretUnreachable
from luban.services.credentials import CredentialChange, Grant
from tests.credentials.kit import OWNER, Bench
from tests.storage.conftest import other, place, store  # noqa: F401  (fixtures)
from tests.storage.places import Store


async def granted(bench: Bench, lasts: float = 30.0) -> Credential:
    tokens = {"access_token": "access-0", "refresh_token": "refresh-0", "client_secret": "cs"}
    ends = bench.clock.at + lasts
    return await bench.credentials.grant(
        OWNER, Grant("oauth", "Mine", Granted(secret=tokens, expires_at=ends))
    )


async def test_one_that_lasts_is_left_alone() -> None:
    bench = Bench()
    await bench.secret(await granted(bench, lasts=1000))
    assert bench.providers.refreshed == 0


async def test_one_that_runs_out_is_refreshed_and_stored() -> None:
    bench = Bench()
    made = await granted(bench)
    secret = {"access_token": "access-1", "refresh_token": "refresh-1", "client_secret": "cs"}
    assert await bench.secret(made) == secret
    assert await bench.secret(made) == secret
    assert bench.providers.refreshed == 1
    found = await bench.credentials.get(OWNER, made.id)
    assert (found.expires_at, found.health) == (2_000_000.0, "good")


@pytest.mark.network
async def test_of_many_in_many_processes_one_refreshes(
    store: Store,  # noqa: F811
    other: Store,  # noqa: F811
) -> None:
    here = Bench(store=store.credentials)
    there = here.beside(other.credentials)
    here.providers.delay = 0.05
    made = await granted(here)
    asking: list[Awaitable[object]] = [
        bench.secret(made) for bench in (here, there) for _ in range(10)
    ]
    secrets = await asyncio.gather(*asking)
    assert {str(secret) for secret in secrets} == {str(secrets[0])}
    assert here.providers.refreshed == 1


async def test_a_grant_that_ended_says_so() -> None:
    bench = Bench()
    made = await granted(bench)
    bench.providers.refusal = GrantEnded(provider="Example", name="Mine", cause="revoked")
    with pytest.raises(GrantEnded):
        await bench.secret(made)
    found = await bench.credentials.get(OWNER, made.id)
    assert (found.health, "revoked" in found.trouble) == ("expired", True)


async def test_while_the_token_lasts_a_provider_that_is_away_does_no_harm() -> None:
    bench = Bench()
    made = await granted(bench)
    bench.providers.refusal = SecretUnreachable(address="x", cause="down")
    assert (await bench.secret(made))["access_token"] == "access-0"
    bench.clock.at += 31
    with pytest.raises(SecretUnreachable):
        await bench.secret(made)
    bench.providers.refusal = None
    assert (await bench.secret(made))["access_token"] == "access-1"


async def test_a_process_that_died_refreshing_is_waited_for_no_longer_than_its_turn() -> None:
    bench = Bench()
    made = await granted(bench)
    assert await bench.store.hold(OWNER, made.id, bench.clock.at, bench.clock.at + 60)
    waiting = asyncio.ensure_future(bench.secret(made))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    bench.clock.at += 60
    assert (await waiting)["access_token"] == "access-1"


async def test_rotation_between_reading_and_writing_loses_nothing() -> None:
    bench = Bench()
    made = await granted(bench)
    bench.providers.delay = 0.05
    refreshing = asyncio.ensure_future(bench.secret(made))
    await asyncio.sleep(0.01)
    new = bench.new_key()
    assert (await bench.rotation.rotate()).resealed == 1
    assert (await refreshing)["access_token"] == "access-1"
    assert await bench.secret(made) == await refreshing
    assert await bench.store.keys() == {new.id: 1}


async def test_what_a_person_enters_meanwhile_counts() -> None:
    bench = Bench()
    made = await bench.enter()
    sealed, _ = await bench.opening.unsealed(made)
    change = CredentialChange(fields={"api_key": "entered-meanwhile"})
    await bench.credentials.change(OWNER, made.id, change)
    assert not await bench.store.replace_secret(made, sealed, Sealed("k", b"late"))
    assert await bench.secret(made) == {"api_key": "entered-meanwhile"}
