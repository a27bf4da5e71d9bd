"""Counters, queues and messages of Redis."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.storage.redis_values import read, written
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
    Number,
)
from luban.sdk.database_logins import redis_server

_WORLD = {"credentials": {"redis": {"url": "redis://cache.test:6379/0"}}}
_COMMANDS = {
    "push_first": "LPUSH",
    "push_last": "RPUSH",
    "pop_first": "LPOP",
    "pop_last": "RPOP",
    "publish": "PUBLISH",
}


class RedisChange(Block):
    """Counts, adds to a list or takes from it, or publishes a message, in one command.

    Doing one of these twice is not the same as once, so a step that is cut off is in doubt.
    """

    id = "storage.redis_change"
    title = "Redis change"
    category = "storage"
    effect = Effect.ONCE
    icon = "database-zap"
    keywords = ("redis", "increment", "counter", "queue", "push", "pop", "publish", "list")
    timeout = 60
    credentials = (CredentialNeed(provider="redis"),)

    class Input(BlockInput):
        operation: Literal[
            "increment", "push_first", "push_last", "pop_first", "pop_last", "publish"
        ] = Field(title="Operation", description="What to do.")
        key: str = Field(
            title="Key",
            description="Of the counter or list; to publish, the channel.",
            min_length=1,
            max_length=10_000,
        )
        value: Any = Field(None, title="Value", description="To push or to publish.")
        by: Number = Field(1, title="By", description="How much to count up; less than 0 is down.")
        as_json: bool = Field(
            True,
            title="Read JSON",
            description="Give what was taken as the value it holds.",
            advanced=True,
        )

    class Output(BlockOutput):
        value: Any = Field(
            title="Value",
            description="The new count or length, what was taken, or how many heard it.",
            main=True,
        )

    examples = (
        Example(
            {"operation": "increment", "key": "visits", "by": 2},
            {"value": 7},
            {**_WORLD, "redis": {"INCRBY visits 2": 7}},
        ),
        Example(
            {"operation": "increment", "key": "price", "by": 0.5},
            {"value": 1.5},
            {**_WORLD, "redis": {"INCRBYFLOAT price 0.5": "1.5"}},
        ),
        Example(
            {"operation": "push_last", "key": "jobs", "value": {"id": 1}},
            {"value": 3},
            {**_WORLD, "redis": {'RPUSH jobs {"id":1}': 3}},
        ),
        Example(
            {"operation": "pop_first", "key": "jobs"},
            {"value": {"id": 1}},
            {**_WORLD, "redis": {"LPOP jobs": '{"id":1}'}},
        ),
        Example(
            {"operation": "publish", "key": "news"},
            {"error": {"code": "missing_input"}},
            _WORLD,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        server = redis_server(await ctx.credential())
        answer = await ctx.databases.redis(server, *_words(input))
        if input.operation == "increment":
            return {"value": float(answer) if isinstance(answer, bytes) else answer}
        return {"value": read(answer, as_json=input.as_json)}


def _words(input: RedisChange.Input) -> list[str | int | float]:
    if input.operation == "increment":
        whole = float(input.by).is_integer()
        return [
            "INCRBY" if whole else "INCRBYFLOAT",
            input.key,
            int(input.by) if whole else input.by,
        ]
    command = _COMMANDS[input.operation]
    if command.endswith("POP"):
        return [command, input.key]
    if input.value is None:
        raise BlockError(
            "There is no value to push or to publish. Link one.",
            zh="没有要压入或发布的值。请连接一个值。",
            code="missing_input",
        )
    return [command, input.key, written(input.value)]
