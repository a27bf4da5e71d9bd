"""Blocks that note what they do, and whose random values must not change.

`draw` and `stream` give a different value each time they run, so a step that was repeated although
its result had been used shows: two notes of one key differ.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from typing import Any

from luban.sdk import (
    BlockError,
    Context,
    Effect,
    TemporaryError,
    WaitTimedOut,
    block,
)
from tests.engine.kit import BLOCKS, Blocks
from tests.faults.effects import take_effect
from tests.faults.ledger import Ledger

EFFECTS = ("act", "once", "flaky", "broken", "piece", "pay")
"""Blocks, and pieces of blocks' code, that touch the world."""


class Traces:
    """Where these blocks leave traces; without a ledger, nowhere."""

    def __init__(
        self, ledger: Ledger | None = None, port: int | None = None, *, pace: float = 1.0
    ) -> None:
        self.ledger = ledger
        self.port = port
        self._pace = pace

    async def leave(self, name: str, ctx: Context, value: Any = None, piece: str = "") -> None:
        """Notes an execution, takes its effect on the world, and takes a little time."""
        if self.ledger is None:
            return
        key = ctx.idempotency_key
        if piece:  # as the engine names a piece of a step's own code
            path, iteration = key.rsplit("/", 1)
            key = f"{path}{'' if iteration == '0' else '@' + iteration}:{piece}/0"
        self.ledger.note(name, key, ctx.attempt, value)
        await asyncio.sleep(random.uniform(0, 0.002) * self._pace)
        if self.port is not None and name in EFFECTS:
            await take_effect(self.port, name, key, value)
        await asyncio.sleep(random.uniform(0, 0.002) * self._pace)


def noting_blocks(traces: Traces) -> Blocks:
    """The blocks of all cases."""
    return BLOCKS.and_(*_plain(traces), *_waiting(), *_calling(traces))


def _plain(traces: Traces) -> list[Any]:
    @block(id="draw", effect=Effect.NONE)
    async def draw(ctx: Context, value: Any) -> Any:
        await traces.leave("draw", ctx)
        return f"{value}#{secrets.token_hex(4)}"

    @block(id="stream", effect=Effect.NONE)
    async def stream(ctx: Context, count: int) -> Any:
        await traces.leave("stream", ctx)
        for number in range(count):
            yield f"{number}#{secrets.token_hex(4)}"
            if number % 3 == 0:
                await asyncio.sleep(0)

    @block(id="act", effect=Effect.IDEMPOTENT)
    async def act(ctx: Context, value: Any) -> Any:
        await traces.leave("act", ctx, value)
        return value

    @block(id="once", effect=Effect.ONCE)
    async def once(ctx: Context, value: Any) -> Any:
        await traces.leave("once", ctx, value)
        return value

    @block(id="flaky", effect=Effect.IDEMPOTENT)
    async def flaky(ctx: Context, value: Any, seconds: float = 0.0) -> Any:
        await traces.leave("flaky", ctx, value)
        if ctx.attempt < 3:
            raise TemporaryError("not yet", zh="还没好", retry_after=seconds)
        return value

    @block(id="broken", effect=Effect.IDEMPOTENT)
    async def broken(ctx: Context, value: Any) -> Any:
        await traces.leave("broken", ctx, value)
        raise BlockError(f"no use for {value}")

    @block(id="enough", effect=Effect.NONE)
    async def enough(value: float) -> bool:
        return value > 6

    return [draw, stream, act, once, flaky, broken, enough]


def _waiting() -> list[Any]:
    @block(id="sleeper")
    async def sleeper(ctx: Context, value: Any, seconds: float = 0.01) -> Any:
        await ctx.sleep(seconds)
        return value

    @block(id="asker")
    async def asker(ctx: Context, value: Any) -> Any:
        answer = await ctx.ask(f"What of {value}?", choices=["that"])
        return [value, answer.choice, answer.values["n"]]

    @block(id="listener")
    async def listener(ctx: Context, value: Any) -> Any:
        return [value, await ctx.wait_for("go"), await ctx.wait_for("go")]

    @block(id="patient")
    async def patient(ctx: Context, value: Any, seconds: float) -> Any:
        try:
            return await ctx.wait_for("never", timeout=seconds)
        except WaitTimedOut:
            return value

    @block(id="months")
    async def months(ctx: Context, value: Any) -> Any:
        heard = [value]
        for _ in range(4):
            tick = await ctx.wait_for("tick")
            heard.append((await ctx.call("act", value=tick))["result"])
        return heard

    return [sleeper, asker, listener, patient, months]


def _calling(traces: Traces) -> list[Any]:
    @block(id="caller")
    async def caller(ctx: Context, value: Any) -> Any:
        first = await ctx.call("draw", value=value)

        async def piece() -> Any:
            await traces.leave("piece", ctx, first["result"], piece="1")
            return f"{first['result']}#{secrets.token_hex(4)}"

        async def pay() -> Any:
            await traces.leave("pay", ctx, noted, piece="2")
            return noted

        noted = await ctx.step("piece", piece)
        paid = await ctx.step("pay", pay, effect=Effect.ONCE)
        both = await asyncio.gather(
            ctx.call("act", value=noted), ctx.call("once", value=paid), ctx.sleep(0.01)
        )
        return [both[0]["result"], both[1]["result"]]

    @block(id="trier")
    async def trier(ctx: Context, value: Any) -> Any:
        before = await ctx.call("act", value=value)
        return (await ctx.call("flaky", value=before["result"]))["result"]

    @block(id="boss")
    async def boss(ctx: Context, value: Any, agent: str) -> Any:
        below = await asyncio.gather(
            ctx.run_agent(agent, {"a": f"{value} left"}),
            ctx.run_agent(agent, {"a": f"{value} right"}),
        )
        await ctx.call("act", value=[each["out"] for each in below])
        return [each["out"] for each in below]

    return [caller, trier, boss]
