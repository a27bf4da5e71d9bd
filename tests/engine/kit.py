"""Small blocks, and a way to play graphs against the planner in any order of completion."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Self

from luban.engine.plan import Plan, compile_plan
from luban.engine.planner import Planner
from luban.engine.state import Firing
from luban.model.document import read_document
from luban.model.events import Event, StepEmitted, StepFailed, StepFinished
from luban.model.graph import Graph
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Emit, Field, Role, block
from luban.sdk.block import compile_block
from luban.sdk.code import BlockCode

Emissions = list[tuple[str, Any]]


class Given(Block):
    """Gives what the run was given."""

    id = "given"
    role = Role.INPUT
    static = True
    effect = Effect.NONE

    class Input(BlockInput):
        name: str = ""
        value: Any = None

    class Output(BlockOutput):
        value: Any

    async def run(self, input: Input) -> Any:
        return input.value


class Result(Block):
    """Makes a value a result of the run."""

    id = "result"
    role = Role.OUTPUT
    effect = Effect.NONE

    class Input(BlockInput):
        name: str = ""
        value: Any

    class Output(BlockOutput):
        output: Any

    async def run(self, input: Input) -> Any:
        return input.value


class Each(Block):
    """Sends the items one by one."""

    id = "each"
    effect = Effect.NONE

    class Input(BlockInput):
        items: list[Any]

    class Output(BlockOutput):
        item: Any = Emit("One per item.")

    async def run(self, input: Input) -> Any:
        for item in input.items:
            yield "item", item


class Gather(Block):
    """All values as one list."""

    id = "gather"
    effect = Effect.NONE

    class Input(BlockInput):
        items: list[Any] = Field(gather=True)

    class Output(BlockOutput):
        list: Any

    async def run(self, input: Input) -> Any:
        return input.items


class Choose(Block):
    """Sends the value on `yes` or on `no`."""

    id = "choose"
    effect = Effect.NONE

    class Input(BlockInput):
        value: Any
        when: Any = None

    class Output(BlockOutput):
        yes: Any
        no: Any

    async def run(self, input: Input) -> Any:
        test = input.value if input.when is None else input.when
        return {"yes" if test else "no": input.value}


@block(id="pair", effect=Effect.NONE)
async def pair(a: Any, b: Any) -> Any:
    return [a, b]


@block(id="maybe", effect=Effect.NONE)
async def maybe(a: Any, b: Any = "default") -> Any:
    return [a, b]


@block(id="same", effect=Effect.NONE)
async def same(value: Any) -> Any:
    return value


@block(id="add", effect=Effect.NONE)
async def add(a: float, b: float = 1) -> float:
    return a + b


class Blocks:
    """A source of exactly the given blocks; of several versions of one, the last is the newest."""

    def __init__(self, *declared: Any) -> None:
        codes = [compile_block(each) for each in declared]
        self._codes = {f"{code.spec.id}@{code.spec.version}": code for code in codes}
        self._codes |= {code.spec.id: code for code in codes}

    def find(self, block_id: str) -> BlockCode | None:
        return self._codes.get(block_id)

    def names(self) -> list[str]:
        return [name for name in self._codes if "@" not in name]

    def and_(self, *declared: Any) -> Blocks:
        more = Blocks(*declared)
        more._codes = {**self._codes, **more._codes}
        return more


BLOCKS = Blocks(Given, Result, Each, Gather, Choose, pair, maybe, same, add)


def graph_of(nodes: dict[str, Any], links: list[Any], **settings: Any) -> Graph:
    """The graph of a document with these nodes; a text stands for the block's id."""
    written = {
        name: {"block": node} if isinstance(node, str) else node for name, node in nodes.items()
    }
    graph, findings = read_document(
        {"luban": 1, "nodes": written, "links": links, "settings": settings}
    )
    assert not findings, findings
    return graph


def plan_of(nodes: dict[str, Any], links: list[Any], **settings: Any) -> Plan:
    return compile_plan(graph_of(nodes, links, **settings), BLOCKS)


def behave(firing: Firing) -> Emissions:
    """What the blocks above send, worked out without the engine."""
    inputs = firing.inputs
    match firing.node.node.block:
        case "given" | "same":
            return [("value" if "name" in inputs else "result", inputs.get("value"))]
        case "result":
            return [("output", inputs.get("value"))]
        case "each":
            return [("item", item) for item in inputs["items"]]
        case "gather":
            return [("list", inputs["items"])]
        case "choose":
            test = inputs.get("when", inputs["value"])
            return [("yes" if test else "no", inputs["value"])]
        case "pair":
            return [("result", [inputs["a"], inputs["b"]])]
        case "maybe":
            return [("result", [inputs["a"], inputs.get("b", "default")])]
        case "add":
            return [("result", inputs["a"] + inputs.get("b", 1))]
        case other:
            raise AssertionError(other)


class Play:
    """A run played by hand: the test says which step ends next, and how."""

    def __init__(self, plan: Plan, inputs: dict[str, Any] | None = None) -> None:
        self.plan = plan
        self.inputs = inputs or {}
        self.planner = Planner(plan, self.inputs)
        self.events: list[Event] = []
        self.seen: list[Firing] = []
        self.waiting: list[Firing] = []
        self._take(self.planner.start())

    def _take(self, firings: list[Firing]) -> None:
        self.seen.extend(firings)
        self.waiting.extend(firings)
        self.waiting = [f for f in self.waiting if (f.path, f.iteration) in self.planner.pending]

    def apply(self, event: Event) -> None:
        self.events.append(event)
        self._take(self.planner.apply(event))

    def pending(self, path: str, iteration: int = 0) -> Firing:
        return next(f for f in self.waiting if (f.path, f.iteration) == (path, iteration))

    def finish(self, path: str, iteration: int = 0, emissions: Emissions | None = None) -> None:
        firing = self.pending(path, iteration)
        self.waiting.remove(firing)
        sent = behave(firing) if emissions is None else emissions
        self.apply(StepFinished(path, iteration, 1, sent, 0.0, 0.0))

    def emit(self, path: str, number: int, pin: str, value: Any, iteration: int = 0) -> None:
        self.apply(StepEmitted(path, iteration, number, pin, value))

    def fail(self, path: str, iteration: int = 0) -> None:
        self.waiting.remove(self.pending(path, iteration))
        self.apply(StepFailed(path, iteration, 1, {"code": "broken", "node": path}, 0.0, 0.0))

    def run(self, choose: Callable[[list[Firing]], Firing] = lambda waiting: waiting[0]) -> Self:
        """Ends steps until none is left; `choose` says which is next."""
        while self.waiting:
            firing = choose(self.waiting)
            self.finish(firing.path, firing.iteration)
        return self

    def shuffled(self, seed: int) -> Self:
        return self.run(random.Random(seed).choice)

    @property
    def outputs(self) -> dict[str, Any]:
        return self.planner.outputs


def state(planner: Planner) -> Any:
    """Everything a planner knows, as plain values that can be compared."""
    return {
        "pending": sorted((key, _plain(f.inputs)) for key, f in planner.pending.items()),
        "outputs": planner.outputs,
        "steps": planner.ceilings.steps,
        "starved": [each.model_dump() for each in planner.starved],
        "paused": planner.ceilings.paused,
        "withheld": [(f.path, f.iteration) for f in planner.withheld],
        "finished": planner.finished,
        "queues": {
            index: [[token for token, _ in queue] for queue in waiting.queues]
            for index, waiting in planner.root.waiting.items()
        },
    }


def _plain(inputs: dict[str, Any]) -> str:
    return repr(sorted(inputs.items(), key=lambda item: item[0]))
