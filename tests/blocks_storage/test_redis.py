"""Redis blocks on a real Redis."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from luban.blocks.storage.redis_change import RedisChange
from luban.blocks.storage.redis_get import RedisGet
from luban.blocks.storage.redis_set import RedisSet
from luban.model.errors import LubanError
from luban.providers.database_trial import DatabaseTrial
from luban.sdk.testing import run_block
from luban.storage.outside import OutsideDatabases
from tests.blocks_storage.kit import context, here

pytestmark = pytest.mark.network


@pytest.fixture
def key() -> str:
    return f"luban test:{secrets.token_hex(6)} 键"


class Redis:
    def __init__(self, url: str) -> None:
        self.login = {"url": url}

    async def __call__(self, block: Any, /, **inputs: Any) -> Any:
        given = await run_block(block, context("redis", self.login), **inputs)
        return {pin: values[0] for pin, values in given.items()}


@pytest.fixture
def redis(redis_address: str) -> Redis:
    return Redis(redis_address)


async def test_values_come_back_as_they_went_in(redis: Redis, key: str) -> None:
    for value in ("text\r\nDEL x\r\n", {"a": [1, None]}, 7, "", "墨斗", False):
        assert await redis(RedisSet, key=key, value=value, seconds=60) == {"done": True}
        assert await redis(RedisGet, key=key) == {"value": value, "found": True}
    assert await redis(RedisSet, key=key, value=1, only_new=True) == {"done": False}
    assert await redis(RedisGet, key=key, as_json=False) == {"value": "false", "found": True}
    assert await redis(RedisSet, key=key) == {"done": True}
    assert await redis(RedisSet, key=key) == {"done": False}
    assert await redis(RedisGet, key=key, default="d") == {"value": "d", "found": False}


async def test_values_are_kept_for_a_time(redis: Redis, key: str) -> None:
    await redis(RedisSet, key=key, value=1, seconds=0.001)
    for _ in range(200):
        if not (await redis(RedisGet, key=key))["found"]:
            return
    pytest.fail("the value is still there")


async def test_counters_queues_and_messages(redis: Redis, key: str) -> None:
    change = RedisChange
    assert await redis(change, operation="increment", key=key) == {"value": 1}
    assert await redis(change, operation="increment", key=key, by=-3) == {"value": -2}
    assert await redis(change, operation="increment", key=key, by=0.5) == {"value": -1.5}
    await redis(RedisSet, key=key)
    for n in range(3):
        assert await redis(change, operation="push_last", key=key, value={"n": n}) == {
            "value": n + 1
        }
    assert await redis(change, operation="push_first", key=key, value="first") == {"value": 4}
    assert (await redis(RedisGet, key=key, most=2))["value"] == ["first", {"n": 0}]
    assert await redis(change, operation="pop_first", key=key) == {"value": "first"}
    assert await redis(change, operation="pop_last", key=key) == {"value": {"n": 2}}
    assert await redis(change, operation="publish", key=key, value="hi") == {"value": 0}
    with pytest.raises(LubanError) as raised:
        await redis(change, operation="increment", key=key)
    assert raised.value.code == "redis_failed"
    assert "WRONGTYPE" in str(raised.value)
    await redis(RedisSet, key=key)
    assert await redis(change, operation="pop_first", key=key) == {"value": None}


async def test_what_cannot_be_reached_or_is_refused_says_so(redis_address: str) -> None:
    for url, code in (
        ("redis://127.0.0.1:1/0", "outside_database_unreachable"),
        (redis_address.replace("redis://", "redis://user:wrong-word@"), "outside_database_refused"),
        ("redis://127.0.0.1/shop", "credential_unusable"),
    ):
        with pytest.raises(LubanError) as raised:
            await Redis(url)(RedisGet, key="k")
        assert raised.value.code == code
        assert "wrong-word" not in str(raised.value)


async def test_a_login_is_tried_by_the_page_of_credentials(
    redis_address: str, postgres_address: str
) -> None:
    from luban.ports.vault import Credential
    from luban.providers.catalogue import catalogue

    trial = DatabaseTrial(OutsideDatabases(here))
    tries = [
        ("redis", redis_address, "good"),
        ("redis", "redis://127.0.0.1:1", "unknown"),
        ("redis", "http://127.0.0.1", "bad"),
        ("postgresql", f"{postgres_address}?sslmode=disable", "good"),
        ("postgresql", f"{postgres_address}_gone?sslmode=disable", "bad"),
    ]
    for name, url, health in tries:
        provider = catalogue()[name]
        kind = provider.kind("api_key")
        assert kind is not None
        credential = Credential(
            id="c_1",
            owner="o",
            name="Mine",
            provider=name,
            kind="api_key",
            created_at=1.0,
            updated_at=1.0,
        )
        tested = await trial.test(provider, kind, credential, {"url": url})
        assert tested.health == health, tested
        assert bool(tested.trouble) == bool(tested.trouble_zh) == (health != "good")
