"""Random graphs whose outcome is known beforehand, and the blocks they are made of."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from luban.model.graph import Graph
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emit,
    TemporaryError,
    block,
)
from luban.sdk.code import BlockCode
from tests.engine.kit import BLOCKS, Blocks, graph_of

LONG = 600.0
"""Seconds after which a wait leaves its worker for certain."""


@dataclass
class Outside:
    """What the blocks do to the world, which no crash undoes."""

    draw: random.Random = field(default_factory=random.Random)
    values: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """What was acted upon under each idempotency key, each time."""
    once: Counter[str] = field(default_factory=Counter[str])
    """How often each step was made that must not be repeated."""
    failures: Counter[str] = field(default_factory=Counter[str])
    asleep: dict[str, float] = field(default_factory=dict[str, float])
    """When each sleeper first lay down, by the loop's own clock."""
    early: list[str] = field(default_factory=list[str])
    """Sleepers that got up before their time."""

    def begin(self, seed: int) -> None:
        """Forgets everything: a new world."""
        self.draw = random.Random(seed)
        for memory in (self.values, self.once, self.failures, self.asleep, self.early):
            memory.clear()

    def act(self, key: str, value: int) -> None:
        self.values.setdefault(key, []).append(value)

    async def delay(self) -> None:
        """A little time passes, in which anything may break."""
        if self.draw.random() < 0.7:
            await asyncio.sleep(self.draw.random() * 0.2)

    async def sleep(self, ctx: Context, seconds: float) -> None:
        key, loop = ctx.idempotency_key, asyncio.get_running_loop()
        began = self.asleep.setdefault(key, loop.time())
        await ctx.sleep(seconds)
        if loop.time() - began < seconds - 0.001:
            self.early.append(key)


OUTSIDE = Outside()
"""That of the simulation this process plays: blocks are compiled once for all of them."""


@cache
def all_blocks() -> Blocks:
    """The blocks of a simulation: each adds to the number it is given."""
    return BLOCKS.and_(*_plain(OUTSIDE), *_waiting(OUTSIDE), *_calling(OUTSIDE))


class Shop:
    """The blocks as they are installed; `gone` names one that is not, just now."""

    def __init__(self) -> None:
        self.gone = ""

    def find(self, block_id: str) -> BlockCode | None:
        return None if block_id == self.gone else all_blocks().find(block_id)


def _plain(outside: Outside) -> list[Any]:
    @block(id="effect", effect=Effect.IDEMPOTENT)
    async def effect(ctx: Context, value: int) -> int:
        await outside.delay()
        outside.act(ctx.idempotency_key, value)
        await outside.delay()
        return value + 1

    @block(id="once", effect=Effect.ONCE)
    async def once(ctx: Context, value: int) -> int:
        await outside.delay()
        outside.once[ctx.idempotency_key] += 1
        outside.act(ctx.idempotency_key, value)
        await outside.delay()
        return value + 2

    @block(id="flaky", effect=Effect.IDEMPOTENT)
    async def flaky(ctx: Context, value: int, seconds: float) -> int:
        await outside.delay()
        outside.failures[ctx.idempotency_key] += 1
        if outside.failures[ctx.idempotency_key] <= 2:
            raise TemporaryError("not yet", retry_after=seconds)
        return value + 3

    @block(id="broken", effect=Effect.IDEMPOTENT)
    async def broken(ctx: Context, value: int) -> int:
        await outside.delay()
        outside.act(ctx.idempotency_key, value)
        raise BlockError(f"no use for {value}")

    @block(id="seven", effect=Effect.NONE)
    async def seven(value: Any) -> int:
        return 7

    @block(id="total", effect=Effect.NONE)
    async def total(items: list[int]) -> int:
        return sum(items)

    class Three(Block):
        id = "three"
        effect = Effect.NONE

        class Input(BlockInput):
            value: int

        class Output(BlockOutput):
            item: int = Emit("One of three.")

        async def run(self, input: Input) -> Any:
            for number in range(3):
                await outside.delay()
                yield "item", input.value + number

    return [effect, once, flaky, broken, seven, total, Three]


def _waiting(outside: Outside) -> list[Any]:
    @block(id="sleeper")
    async def sleeper(ctx: Context, value: int, seconds: float) -> int:
        await outside.sleep(ctx, seconds)
        return value + 4

    @block(id="asker")
    async def asker(ctx: Context, value: int) -> int:
        answer = await ctx.ask("How many?", choices=["five"])
        return value + answer.values["n"]

    @block(id="listener")
    async def listener(ctx: Context, value: int) -> int:
        return value + await ctx.wait_for("go")

    @block(id="series")
    async def series(ctx: Context, value: int) -> int:
        heard = [await ctx.wait_for("tick") for _ in range(3)]
        return value + heard[0] * 100 + heard[1] * 10 + heard[2]

    return [sleeper, asker, listener, series]


def _calling(outside: Outside) -> list[Any]:
    @block(id="caller")
    async def caller(ctx: Context, value: int, seconds: float) -> int:
        first = await ctx.call("effect", value=value)
        await ctx.sleep(seconds)
        second, third = await asyncio.gather(
            ctx.call("same", value=first["result"]), ctx.call("once", value=first["result"])
        )

        async def add() -> int:
            await outside.delay()
            return int(second["result"] + third["result"])

        return await ctx.step("add", add)

    @block(id="boss")
    async def boss(ctx: Context, value: int, agent: str) -> int:
        below = await ctx.run_agent(agent, {"n": value})
        return below["out"]

    return [caller, boss]


@dataclass(frozen=True)
class Work:
    """A graph, what it is given, what must come of it, and what it needs from outside."""

    graph: Graph
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    fails: bool = False
    signals: tuple[tuple[str, int], ...] = ()


def work_of(draw: random.Random, below: int) -> Work:
    """A random graph; `below` is the version of the agent that its sub-agents run."""
    making = _Making(draw, below, draw.randint(0, 100))
    for _ in range(draw.randint(2, 7)):
        making.add()
    return making.work()


def leaf_work() -> Work:
    """The agent below: it adds 1 to `n`, with an effect, after a while."""
    nodes = {
        "n": {"block": "given", "with": {"name": "n"}},
        "rest": {"block": "sleeper", "with": {"seconds": 60.0}},
        "act": {"block": "effect"},
        "out": "result",
    }
    links = ["n.value -> rest.value", "rest.result -> act.value", "act.result -> out.value"]
    return Work(graph_of(nodes, links), {"n": 0}, {"out": 5})


class _Making:
    """A graph being made: every place it has so far, and the value that will come there."""

    def __init__(self, draw: random.Random, below: int, number: int) -> None:
        self._draw = draw
        self._below = below
        self._number = number
        self._nodes: dict[str, Any] = {"n": {"block": "given", "with": {"name": "n"}}}
        self._links: list[str] = []
        self._values: dict[str, int] = {"n.value": number}
        self._signals: list[tuple[str, int]] = []
        self._settings: dict[str, Any] = {}
        self._fails = False

    def add(self) -> None:
        kinds = [
            self._plain, self._plain, self._join, self._flaky, self._sleeper, self._asker,
            self._listener, self._series, self._caller, self._boss, self._stream, self._map,
            self._broken, self._impatient, self._bad_body, self._dead_end,
        ]  # fmt: skip
        self._draw.choice(kinds)(f"s{len(self._nodes)}")

    def work(self) -> Work:
        ends = {f"out{place}": pin for place, pin in enumerate(self._values)}
        for name, pin in ends.items():
            self._nodes[name] = "result"
            self._links.append(f"{pin} -> {name}.value")
        outputs = {name: self._values[pin] for name, pin in ends.items()}
        limits: dict[str, Any] = {"seconds": 1e8}
        if self._draw.random() < 0.3:  # its owner will raise them
            limits |= {"depth": 0, "steps": 4}
        graph = graph_of(self._nodes, self._links, limits=limits, **self._settings)
        signals = tuple(self._signals)
        return Work(graph, {"n": self._number}, outputs, self._fails, signals)

    def _source(self) -> tuple[str, int]:
        pin = self._draw.choice(list(self._values))
        return pin, self._values[pin]

    def _node(self, name: str, kind: str, plus: int, **given: Any) -> None:
        pin, value = self._source()
        self._nodes[name] = {"block": kind, "with": given}
        self._links.append(f"{pin} -> {name}.value")
        self._values[f"{name}.result"] = value + plus

    def _seconds(self) -> float:
        return self._draw.choice([0.05, 5.0, LONG])

    def _plain(self, name: str) -> None:
        kind, plus = self._draw.choice([("same", 0), ("effect", 1), ("once", 2)])
        self._node(name, kind, plus)

    def _flaky(self, name: str) -> None:
        self._node(name, "flaky", 3, seconds=self._seconds())
        self._nodes[name]["retry"] = {"attempts": 100, "delay": 0.1, "max_delay": 1.0}

    def _sleeper(self, name: str) -> None:
        self._node(name, "sleeper", 4, seconds=self._seconds())

    def _asker(self, name: str) -> None:
        self._node(name, "asker", 5)

    def _listener(self, name: str) -> None:
        self._signals.append(("go", 6))
        self._node(name, "listener", 6)

    def _series(self, name: str) -> None:
        if ("tick", 1) not in self._signals:  # another would hear some of them
            self._signals += [("tick", 1), ("tick", 2), ("tick", 3)]
            self._node(name, "series", 123)

    def _broken(self, name: str) -> None:
        self._node(name, "broken", 0)
        self._has_failed(name)

    def _impatient(self, name: str) -> None:
        self._node(name, "sleeper", 0, seconds=30 * LONG)
        self._nodes[name]["timeout_total"] = self._draw.choice([1.0, LONG])
        self._has_failed(name)

    def _dead_end(self, name: str) -> None:
        """A failure that nobody deals with, in a run that goes on where it can."""
        self._node(name, "broken", 0)
        del self._values[f"{name}.result"]
        self._settings["on_error"] = "continue"
        self._fails = True

    def _has_failed(self, name: str) -> None:
        """The failure of a node goes on as a value."""
        self._values.pop(f"{name}.result", None)
        self._nodes[f"{name}x"] = "seven"
        self._links.append(f"{name}.error -> {name}x.value")
        self._values[f"{name}x.result"] = 7

    def _bad_body(self, name: str) -> None:
        """A body one of whose steps fails, while the others are under way."""
        pin, _ = self._source()
        body = {
            "mode": "map",
            "over": "item",
            "parallel": 3,
            "nodes": {
                "item": {"block": "given", "with": {"name": "item"}},
                "act": {"block": "effect"},
                "rest": {"block": "sleeper", "with": {"seconds": self._seconds()}},
                "fail": {"block": "broken"},
                "got": {"block": "result", "with": {"name": "got"}},
            },
            "links": [
                "item.value -> act.value", "item.value -> rest.value", "act.result -> fail.value",
                "rest.result -> got.value",
            ],
        }  # fmt: skip
        self._nodes |= {f"{name}p": "pair", name: {"body": body}}
        self._links += [
            f"{pin} -> {name}p.a", f"{pin} -> {name}p.b", f"{name}p.result -> {name}.item",
        ]  # fmt: skip
        self._has_failed(name)

    def _caller(self, name: str) -> None:
        pin, value = self._source()
        self._nodes[name] = {"block": "caller", "with": {"seconds": self._seconds()}}
        self._links.append(f"{pin} -> {name}.value")
        self._values[f"{name}.result"] = (value + 1) + (value + 1 + 2)

    def _boss(self, name: str) -> None:
        self._node(name, "boss", 5, agent=str(self._below))

    def _join(self, name: str) -> None:
        (left, a), (right, b) = self._source(), self._source()
        self._nodes[name] = "add"
        self._links += [f"{left} -> {name}.a", f"{right} -> {name}.b"]
        self._values[f"{name}.result"] = a + b

    def _stream(self, name: str) -> None:
        pin, value = self._source()
        self._nodes |= {name: "three", f"{name}e": "effect", f"{name}t": "total"}
        self._links += [
            f"{pin} -> {name}.value",
            f"{name}.item -> {name}e.value",
            f"{name}e.result -> {name}t.items",
        ]
        self._nodes[f"{name}g"] = "gather"
        self._links[-1] = f"{name}e.result -> {name}g.items"
        self._links.append(f"{name}g.list -> {name}t.items")
        self._values[f"{name}t.result"] = 3 * value + 3 + 3

    def _map(self, name: str) -> None:
        pin, value = self._source()
        body = {
            "mode": "map",
            "over": "item",
            "parallel": self._draw.choice([1, 3]),
            "nodes": {
                "item": {"block": "given", "with": {"name": "item"}},
                "act": {"block": "effect"},
                "got": {"block": "result", "with": {"name": "got"}},
            },
            "links": ["item.value -> act.value", "act.result -> got.value"],
        }
        self._nodes |= {
            f"{name}p": "pair",
            name: {"body": body},
            f"{name}t": "total",
        }
        self._links += [
            f"{pin} -> {name}p.a",
            f"{pin} -> {name}p.b",
            f"{name}p.result -> {name}.item",
            f"{name}.got -> {name}t.items",
        ]
        self._values[f"{name}t.result"] = 2 * value + 2
