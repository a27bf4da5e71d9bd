"""Trivial blocks, and graphs of them: a chain, a fan-out, a chain of sums, one no-op."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from benchmarks.works.fibo import fibo
from luban.model.document import read_document
from luban.model.graph import Graph
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Field, Role, block
from luban.sdk.block import compile_block
from luban.sdk.code import BlockCode


@block(id="bench.add_pure", effect=Effect.NONE)
async def add_pure(x: int) -> int:
    return x + 1


@block(id="bench.add_strict", effect=Effect.IDEMPOTENT)
async def add_strict(x: int) -> int:
    return x + 1


@block(id="bench.fibo", effect=Effect.IDEMPOTENT)
def fibo_of(x: int, n: int) -> int:
    fibo(n)
    return x + 1


class Result(Block):
    """The last step of every graph; takes everything that reaches it."""

    id = "bench.result"
    role = Role.OUTPUT
    effect = Effect.NONE

    class Input(BlockInput):
        x: list[int] = Field(gather=True)

    class Output(BlockOutput):
        total: int

    async def run(self, input: Input) -> Output:
        return self.Output(total=sum(input.x))


class Blocks:
    """The blocks above, and others."""

    def __init__(self, *others: Any) -> None:
        codes = [compile_block(each) for each in (add_pure, add_strict, fibo_of, Result, *others)]
        self._codes = {code.spec.id: code for code in codes}

    def find(self, block_id: str) -> BlockCode | None:
        return self._codes.get(block_id)


def chain(length: int, mode: str) -> Graph:
    """`length` steps, one after another."""
    nodes: dict[str, Any] = {f"n{i}": {"block": f"bench.add_{mode}"} for i in range(length - 1)}
    nodes["n0"]["with"] = {"x": 0}
    nodes["result"] = {"block": "bench.result"}
    names = list(nodes)
    links = [f"{a}.result -> {b}.x" for a, b in pairwise(names)]
    return graph_of(nodes, links)


def fan(width: int, mode: str) -> Graph:
    """One step, `width` steps after it, and one that takes the results of all."""
    add = {"block": f"bench.add_{mode}"}
    nodes: dict[str, Any] = {"first": {**add, "with": {"x": 0}}}
    nodes |= {f"n{i}": add for i in range(width)}
    nodes["result"] = {"block": "bench.result"}
    links = [f"first.result -> n{i}.x" for i in range(width)]
    links += [f"n{i}.result -> result.x" for i in range(width)]
    return graph_of(nodes, links)


def fibos(length: int, n: int) -> Graph:
    """`length` steps, one after another, of which each computes a Fibonacci number."""
    names = [f"n{i}" for i in range(length)]
    nodes: dict[str, Any] = {name: {"block": "bench.fibo", "with": {"n": n}} for name in names}
    nodes["n0"]["with"] = {"x": 0, "n": n}
    nodes["result"] = {"block": "bench.result"}
    return graph_of(nodes, [f"{a}.result -> {b}.x" for a, b in pairwise(nodes)])


def graph_of(nodes: dict[str, Any], links: list[str]) -> Graph:
    limits = {"steps": 1_000_000}
    tree = {"luban": 1, "nodes": nodes, "links": links, "settings": {"limits": limits}}
    graph, findings = read_document(tree)
    assert not findings, findings
    return graph
