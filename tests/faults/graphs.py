"""Graphs of every shape whose steps note what they do, and whose random values must not change.

`draw` and `stream` give a different value each time they run, so a step that was repeated although
its result had been used shows: two notes of one key differ.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
from itertools import pairwise
from typing import Any, NamedTuple

from luban.model.graph import Graph
from luban.sdk import BlockError, Context, Effect, TemporaryError, block
from tests.engine.kit import BLOCKS, Blocks, graph_of
from tests.engine.test_rules import given, result
from tests.faults.ledger import Ledger


def noting_blocks(ledger: Ledger | None) -> Blocks:
    """The blocks of these graphs; without a ledger they leave no trace."""

    async def work_a_little(name: str, ctx: Context, value: Any = None) -> None:
        if ledger is not None:
            ledger.note(name, ctx, value)
            await asyncio.sleep(random.uniform(0, 0.003))

    @block(id="draw", effect=Effect.NONE)
    async def draw(ctx: Context, value: Any) -> Any:
        await work_a_little("draw", ctx)
        return f"{value}#{secrets.token_hex(4)}"

    @block(id="stream", effect=Effect.NONE)
    async def stream(ctx: Context, count: int) -> Any:
        await work_a_little("stream", ctx)
        for number in range(count):
            yield f"{number}#{secrets.token_hex(4)}"
            if number % 3 == 0:
                await asyncio.sleep(0)

    @block(id="act", effect=Effect.IDEMPOTENT)
    async def act(ctx: Context, value: Any) -> Any:
        await work_a_little("act", ctx, value)
        return value

    @block(id="once", effect=Effect.ONCE)
    async def once(ctx: Context, value: Any) -> Any:
        await work_a_little("once", ctx, value)
        return value

    @block(id="flaky", effect=Effect.IDEMPOTENT)
    async def flaky(ctx: Context, value: Any) -> Any:
        await work_a_little("flaky", ctx, value)
        if ctx.attempt < 3:
            raise TemporaryError("not yet", zh="还没好")
        return value

    @block(id="broken", effect=Effect.IDEMPOTENT)
    async def broken(ctx: Context, value: Any) -> Any:
        await work_a_little("broken", ctx, value)
        raise BlockError(f"no use for {value}")

    @block(id="enough", effect=Effect.NONE)
    async def enough(value: float) -> bool:
        return value > 6

    return BLOCKS.and_(draw, stream, act, once, flaky, broken, enough)


class Case(NamedTuple):
    """A graph and what its runs are given."""

    graph: Graph
    inputs: dict[str, Any]


def _join() -> Case:
    """Branches of different lengths meet; one side of the last join is a branch not taken."""
    return Case(
        graph_of(
            {"a": given("a"), "one": "draw", "two": "draw", "act": "act", "both": "pair",
             "choose": "choose", "either": "maybe", "last": "act", "out": result()},
            ["a.value -> one.value", "a.value -> two.value", "two.result -> act.value",
             "one.result -> both.a", "act.result -> both.b", "both.result -> choose.value",
             "choose.yes -> either.a", "choose.no -> either.b", "either.result -> last.value",
             "last.result -> out.value"],
        ),
        {"a": 5},
    )  # fmt: skip


def _cycle() -> Case:
    """Counts down on a cycle of links, with an effect in every turn."""
    return Case(
        graph_of(
            {"n": given("n"), "c": "choose", "act": "act",
             "dec": {"block": "add", "with": {"b": -1}}, "out": result()},
            ["n.value -> c.value", "c.yes -> act.value", "act.result -> dec.a",
             "dec.result -> c.value", "c.no -> out.value"],
        ),
        {"n": 8},
    )  # fmt: skip


def _stream(order: str) -> Case:
    """A stream feeds effects that overlap; all of them are gathered."""
    return Case(
        graph_of(
            {"n": given("n"), "s": "stream",
             "act": {"block": "act", "order": order, "parallel": 4},
             "draw": "draw", "all": "gather", "out": result()},
            ["n.value -> s.count", "s.result -> act.value", "act.result -> draw.value",
             "draw.result -> all.items", "all.list -> out.value"],
        ),
        {"n": 9},
    )  # fmt: skip


def _map() -> Case:
    """A body per item, three at a time; inside, a stream of its own."""
    inside = {
        "x": given("x"), "s": {"block": "stream", "with": {"count": 3}}, "act": "act",
        "all": "gather", "pair": "pair", "y": result("y"),
    }  # fmt: skip
    links = [
        "x.value -> s.count", "s.result -> act.value", "act.result -> all.items",
        "all.list -> pair.a", "x.value -> pair.b", "pair.result -> y.value",
    ]  # fmt: skip
    nodes = {name: {"block": node} if isinstance(node, str) else node
             for name, node in inside.items()}  # fmt: skip
    body = {"mode": "map", "over": "x", "parallel": 3, "nodes": nodes, "links": links}
    return Case(
        graph_of(
            {"v": given("v"), "m": {"body": body}, "act": "act", "out": result()},
            ["v.value -> m.x", "m.y -> act.value", "act.result -> out.value"],
        ),
        {"v": [1, 2, 3, 2, 1]},
    )


def _loop() -> Case:
    """A body repeated until its output is true, with an effect in every round."""
    body = {
        "mode": "loop", "until": "done", "max": 20,
        "nodes": {
            "x": given("x"), "act": {"block": "act"}, "add": {"block": "add", "with": {"b": 1}},
            "next": result("x"), "enough": {"block": "enough"}, "done": result("done"),
        },
        "links": ["x.value -> act.value", "act.result -> add.a", "add.result -> next.value",
                  "add.result -> enough.value", "enough.result -> done.value"],
    }  # fmt: skip
    return Case(
        graph_of(
            {"n": given("n"), "l": {"body": body}, "out": result()},
            ["n.value -> l.x", "l.x -> out.value"],
        ),
        {"n": 1},
    )


def _retry() -> Case:
    """A step that succeeds at its third attempt, and one whose failure is an ordinary value."""
    return Case(
        graph_of(
            {"a": given("a"), "d": "draw",
             "f": {"block": "flaky", "retry": {"attempts": 3, "delay": 0.005}},
             "b": "broken", "act": "act", "out": result(), "failure": result("failure")},
            ["a.value -> d.value", "d.result -> f.value", "f.result -> act.value",
             "act.result -> out.value", "a.value -> b.value",
             "b.error.code -> failure.value"],
        ),
        {"a": "x"},
    )  # fmt: skip


def _once() -> Case:
    """A step that may not be repeated ends either as done or as in doubt."""
    return Case(
        graph_of(
            {"a": given("a"), "d": "draw", "o": "once", "act": "act", "out": result()},
            ["a.value -> d.value", "d.result -> o.value", "o.result -> act.value",
             "o.error.code -> act.value", "act.result -> out.value"],
        ),
        {"a": "x"},
    )  # fmt: skip


def _chain() -> Case:
    """Pure and effectful steps in turns."""
    names = [f"n{i}" for i in range(16)]
    nodes: dict[str, Any] = {"a": given("a")}
    nodes |= {name: "draw" if i % 2 else "act" for i, name in enumerate(names)}
    links = ["a.value -> n0.value"]
    links += [f"{a}.result -> {b}.value" for a, b in pairwise(names)]
    return Case(
        graph_of({**nodes, "out": result()}, [*links, "n15.result -> out.value"]), {"a": "x"}
    )


def cases() -> dict[str, Case]:
    """Every shape by name."""
    return {
        "join": _join(),
        "cycle": _cycle(),
        "stream": _stream("firing"),
        "stream in any order": _stream("any"),
        "map": _map(),
        "loop": _loop(),
        "retry": _retry(),
        "once": _once(),
        "chain": _chain(),
    }


def settled(value: Any, *, ordered: bool = True) -> Any:
    """A value without what is random in it, so that it can be compared with another run's."""
    if isinstance(value, str):
        return re.sub(r"#[0-9a-f]{8}", "#", value)
    if isinstance(value, list):
        items = [settled(item, ordered=ordered) for item in value]
        return items if ordered else sorted(items, key=repr)
    if isinstance(value, dict):
        return {name: settled(item, ordered=ordered) for name, item in value.items()}
    return value
