"""A value put into Redis."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.redis_values import written
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


class RedisSet(Block):
    """Keeps a value in Redis under a key, for good or for a time; or takes it away."""

    id = "storage.redis_set"
    title = "Redis set"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "database"
    keywords = ("redis", "cache", "key", "value", "valkey", "write", "expire", "delete")
    timeout = 60
    credentials = (CredentialNeed(provider="redis"),)

    class Input(BlockInput):
        key: str = Field(title="Key", description="Where.", min_length=1, max_length=10_000)
        value: Any = Field(
            None,
            title="Value",
            description="Text as it is, anything else as JSON; nothing takes the key away.",
        )
        seconds: float | None = Field(
            None, gt=0, title="Keep for", description="Seconds; empty is for good."
        )
        only_new: bool = Field(
            False, title="Only if new", description="Leave what is there as it is."
        )

    class Output(BlockOutput):
        done: bool = Field(
            title="Done", description="Whether something was set or taken away.", main=True
        )

    examples = (
        Example(
            {"key": "user:7", "value": {"name": "李"}, "seconds": 60},
            {"done": True},
            {**_WORLD, "redis": {'SET user:7 {"name":"李"} PX 60000': "OK"}},
        ),
        Example(
            {"key": "lock", "value": "mine", "only_new": True},
            {"done": False},
            {**_WORLD, "redis": {"SET lock mine NX": None}},
        ),
        Example({"key": "old"}, {"done": True}, {**_WORLD, "redis": {"DEL old": 1}}),
        Example(
            {"key": "a", "value": 1},
            {"error": {"code": "credential_unusable"}},
            {"credentials": {"redis": {"host": "", "port": "x"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        server = redis_server(await ctx.credential())
        if input.value is None:
            return {"done": bool(await ctx.databases.redis(server, "DEL", input.key))}
        words: list[str | int] = ["SET", input.key, written(input.value)]
        if input.seconds is not None:
            words += ["PX", max(1, round(input.seconds * 1000))]
        if input.only_new:
            words.append("NX")
        return {"done": await ctx.databases.redis(server, *words) is not None}
