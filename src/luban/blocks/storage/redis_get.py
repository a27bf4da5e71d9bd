"""Values out of Redis."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.redis_values import read
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
)
from luban.sdk.database_logins import redis_server

_WORLD = {"credentials": {"redis": {"url": "redis://cache.test:6379/0"}}}


class RedisGet(Block):
    """Reads what Redis keeps under a key: a value, a list or the fields of a hash."""

    id = "storage.redis_get"
    title = "Redis get"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "database"
    keywords = ("redis", "cache", "key", "value", "valkey", "read")
    timeout = 60
    credentials = (CredentialNeed(provider="redis"),)

    class Input(BlockInput):
        key: str = Field(title="Key", description="What to read.", min_length=1, max_length=10_000)
        as_json: bool = Field(
            True, title="Read JSON", description="Give JSON as the value it holds."
        )
        default: Any = Field(None, title="Default", description="If there is nothing.")
        most: int = Field(
            1000,
            ge=1,
            le=100_000,
            title="Most entries",
            description="Of a list.",
            advanced=True,
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="What is there.", main=True)
        found: bool = Field(title="Found", description="Whether there is something.")

    examples = (
        Example(
            {"key": "user:7"},
            {"value": {"name": "李"}, "found": True},
            {**_WORLD, "redis": {"TYPE user:7": "string", "GET user:7": '{"name":"李"}'}},
        ),
        Example(
            {"key": "jobs"},
            {"value": [1, "b"], "found": True},
            {**_WORLD, "redis": {"TYPE jobs": "list", "LRANGE jobs 0 999": [b"1", b"b"]}},
        ),
        Example(
            {"key": "gone", "default": 0},
            {"value": 0, "found": False},
            {**_WORLD, "redis": {"TYPE gone": "none"}},
        ),
        Example(
            {"key": "a"},
            {"error": {"code": "credential_unusable"}},
            {"credentials": {"redis": {"url": "http://cache.test"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        server = redis_server(await ctx.credential())
        kind = read(await ctx.databases.redis(server, "TYPE", input.key), as_json=False)
        match kind:
            case "string":
                answer = await ctx.databases.redis(server, "GET", input.key)
            case "list":
                answer = await ctx.databases.redis(server, "LRANGE", input.key, 0, input.most - 1)
            case "hash":
                pairs = await ctx.databases.redis(server, "HGETALL", input.key)
                return {"value": _fields(pairs, input.as_json), "found": True}
            case "set":
                answer = sorted(await ctx.databases.redis(server, "SMEMBERS", input.key))
            case "zset":
                answer = await ctx.databases.redis(server, "ZRANGE", input.key, 0, input.most - 1)
            case _:
                return {"value": input.default, "found": False}
        if answer is None:  # it went between the two questions
            return {"value": input.default, "found": False}
        return {"value": read(answer, as_json=input.as_json), "found": True}


def _fields(pairs: Any, as_json: bool) -> dict[str, Any]:
    """A server that speaks the older protocol gives names and values in turn."""
    given = pairs.items() if isinstance(pairs, dict) else zip(pairs[::2], pairs[1::2], strict=True)
    return {read(name, as_json=False): read(value, as_json=as_json) for name, value in given}
