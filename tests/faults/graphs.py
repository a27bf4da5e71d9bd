"""Graphs of every shape, and what has to come from outside before their runs are over."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from luban.engine.waits import LINGER
from luban.model.graph import Graph
from tests.engine.kit import graph_of
from tests.engine.test_rules import given, result

LONG = LINGER + 2
"""Seconds of a wait that leaves its worker."""


class Case(NamedTuple):
    """A graph and what its runs are given."""

    graph: Graph
    inputs: dict[str, Any]
    signals: tuple[tuple[str, Any], ...] = ()
    """What is sent to each run, in this order, at any moment."""


def _graph(nodes: dict[str, Any], links: list[Any]) -> Graph:
    """A graph whose runs may take as long as they like, whatever clock measures them."""
    return graph_of(nodes, links, limits={"seconds": 1e9})


def _join() -> Case:
    """Branches of different lengths meet; one side of the last join is a branch not taken."""
    return Case(
        _graph(
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
        _graph(
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
        _graph(
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
        _graph(
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
        _graph(
            {"n": given("n"), "l": {"body": body}, "out": result()},
            ["n.value -> l.x", "l.x -> out.value"],
        ),
        {"n": 1},
    )


def _retry() -> Case:
    """A step that succeeds at its third attempt, and one whose failure is an ordinary value."""
    return Case(
        _graph(
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
    """A step that may not be repeated; where it was interrupted, a person looks and decides."""
    return Case(
        _graph(
            {"a": given("a"), "d": "draw", "o": "once", "act": "act", "out": result()},
            ["a.value -> d.value", "d.result -> o.value", "o.result -> act.value",
             "act.result -> out.value"],
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
    return Case(_graph({**nodes, "out": result()}, [*links, "n15.result -> out.value"]), {"a": "x"})


def _leaf() -> Case:
    """What sub-agents are: a stream, a short wait and a question."""
    return Case(
        _graph(
            {"a": given("a"), "s": {"block": "stream", "with": {"count": 3}}, "all": "gather",
             "rest": "sleeper", "ask": "asker", "act": "act", "both": "pair", "out": result()},
            ["a.value -> rest.value", "rest.result -> ask.value", "ask.result -> act.value",
             "s.result -> all.items", "all.list -> both.a",
             "act.result -> both.b", "both.result -> out.value"],
        ),
        {"a": "leaf"},
    )  # fmt: skip


def _calls() -> Case:
    """A block that calls others, does pieces of work of its own, and tries again."""
    return Case(
        _graph(
            {"a": given("a"), "c": "caller",
             "t": {"block": "trier", "retry": {"attempts": 3, "delay": 0.005}},
             "act": "act", "out": result()},
            ["a.value -> c.value", "c.result -> t.value", "t.result -> act.value",
             "act.result -> out.value"],
        ),
        {"a": "x"},
    )  # fmt: skip


def _waits() -> Case:
    """Short and long waits beside each other; signals come at any moment, some never."""
    return Case(
        _graph(
            {"a": given("a"), "short": "sleeper", "hear": "listener", "ask": "asker",
             "never": {"block": "patient", "with": {"seconds": 0.02}},
             "one": "act", "two": "act", "three": "act", "ab": "pair", "cd": "pair", "e": "pair",
             "out": result()},
            ["a.value -> short.value", "a.value -> hear.value", "a.value -> ask.value",
             "a.value -> never.value", "short.result -> one.value", "hear.result -> two.value",
             "ask.result -> three.value", "one.result -> ab.a", "two.result -> ab.b",
             "three.result -> cd.a", "never.result -> cd.b", "ab.result -> e.a",
             "cd.result -> e.b", "e.result -> out.value"],
        ),
        {"a": "w"},
        (("go", 1), ("go", 2)),
    )  # fmt: skip


def _months() -> Case:
    """A block that is a loop, and hears something now and then."""
    return Case(
        _graph(
            {"a": given("a"), "m": "months", "act": "act", "out": result()},
            ["a.value -> m.value", "m.result -> act.value", "act.result -> out.value"],
        ),
        {"a": "m"},
        tuple(("tick", number) for number in range(4)),
    )


def _agents(leaf: int) -> Case:
    """Runs below runs, two at a time, in every instance of a body."""
    body = {
        "mode": "map", "over": "x", "parallel": 2,
        "nodes": {"x": given("x"), "boss": {"block": "boss", "with": {"agent": str(leaf)}},
                  "y": result("y")},
        "links": ["x.value -> boss.value", "boss.result -> y.value"],
    }  # fmt: skip
    return Case(
        _graph(
            {"v": given("v"), "m": {"body": body}, "act": "act", "out": result()},
            ["v.value -> m.x", "m.y -> act.value", "act.result -> out.value"],
        ),
        {"v": ["a", "b"]},
    )


def _rounds() -> Case:
    """Waits, questions and calls inside a loop of bodies."""
    body = {
        "mode": "loop", "until": "done", "max": 9,
        "nodes": {
            "x": given("x"), "rest": {"block": "sleeper"}, "ask": {"block": "asker"},
            "try": {"block": "trier", "retry": {"attempts": 3, "delay": 0.005}},
            "drop": {"block": "act"}, "add": {"block": "add", "with": {"b": 2}},
            "next": result("x"), "enough": {"block": "enough"}, "done": result("done"),
        },
        "links": ["x.value -> rest.value", "rest.result -> ask.value", "ask.result -> drop.value",
                  "rest.result -> try.value", "try.result -> add.a", "add.result -> next.value",
                  "add.result -> enough.value", "enough.result -> done.value"],
    }  # fmt: skip
    return Case(
        _graph(
            {"n": given("n"), "l": {"body": body}, "out": result()},
            ["n.value -> l.x", "l.x -> out.value"],
        ),
        {"n": 1},
    )


def _long() -> Case:
    """Waits that leave their worker until their time comes: a sleep, a time limit, a back-off."""
    return Case(
        _graph(
            {"a": given("a"), "long": given("long"), "rest": "sleeper", "never": "patient",
             "f": {"block": "flaky", "retry": {"attempts": 3, "delay": 0.005}},
             "one": "act", "two": "act", "ab": "pair", "e": "pair", "out": result()},
            ["a.value -> rest.value", "a.value -> never.value", "a.value -> f.value",
             "long.value -> rest.seconds", "long.value -> never.seconds",
             "long.value -> f.seconds", "rest.result -> one.value", "never.result -> two.value",
             "one.result -> ab.a", "two.result -> ab.b", "ab.result -> e.a", "f.result -> e.b",
             "e.result -> out.value"],
        ),
        {"a": "l", "long": LONG},
    )  # fmt: skip


def cases() -> dict[str, Case]:
    """Shapes in which nothing waits for long."""
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


@cache
def all_cases() -> dict[str, Case]:
    """Every shape by name; their versions are numbered in this order, from 1."""
    first = cases()
    leaf = len(first) + 1
    return {
        **first,
        "leaf": _leaf(),
        "calls": _calls(),
        "waits": _waits(),
        "months": _months(),
        "agents": _agents(leaf),
        "rounds": _rounds(),
        "long": _long(),
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
