"""What holds for every graph and every order of completion."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from luban.engine.plan import Plan
from luban.engine.planner import Planner
from luban.model.events import StepFinished, from_row, to_row
from tests.engine.kit import Play, plan_of, state

KINDS = ("same", "pair", "maybe", "choose", "each", "gather")
PINS_IN = {"same": ["value"], "pair": ["a", "b"], "maybe": ["a", "b"], "choose": ["value"],
           "each": ["items"], "gather": ["items"]}  # fmt: skip
PINS_OUT = {"given": ["value"], "same": ["result"], "pair": ["result"], "maybe": ["result"],
            "choose": ["yes", "no"], "each": ["item"], "gather": ["list"]}  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn, *, merges: bool) -> tuple[Plan, dict[str, Any]]:
    """An acyclic graph of up to ten nodes; without merges it gives the same in every order."""
    nodes: dict[str, Any] = {
        f"in{i}": {"block": "given", "with": {"name": f"in{i}"}} for i in range(2)
    }
    links: list[Any] = []
    for index in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(KINDS))
        name = f"n{index}"
        before = list(nodes)
        nodes[name] = kind
        for pin in PINS_IN[kind]:
            for _ in range(draw(st.integers(1, 2)) if merges else 1):
                source = draw(st.sampled_from(before))
                block = nodes[source] if isinstance(nodes[source], str) else "given"
                out = draw(st.sampled_from(PINS_OUT[block]))
                links.append(
                    {"from": f"{source}.{out}", "to": f"{name}.{pin}",
                     "sticky": draw(st.sampled_from([None, False]))}
                )  # fmt: skip
    for name, kind in list(nodes.items()):
        if isinstance(kind, str):
            for pin in PINS_OUT[kind]:
                nodes[f"out_{name}_{pin}"] = {"block": "result"}
                links.append(f"{name}.{pin} -> out_{name}_{pin}.value")
    links = [{k: v for k, v in link.items() if v is not None} if isinstance(link, dict) else link
             for link in links]  # fmt: skip
    inputs = {f"in{i}": draw(st.sampled_from([[], [0], [1, 2], [[1], []]])) for i in range(2)}
    return plan_of(nodes, links), inputs


def _play(plan: Plan, inputs: dict[str, Any], seed: int) -> Play:
    """Runs to the end in a random order; a step whose input does not fit fails into silence."""
    play, draw = Play(plan, inputs), random.Random(seed)
    while play.waiting:
        firing = draw.choice(play.waiting)
        fits = firing.node.node.block != "each" or isinstance(firing.inputs["items"], list)
        play.finish(firing.path, firing.iteration, None if fits else [])
    return play


@settings(max_examples=300, deadline=None)
@given(graphs(merges=True), st.integers(0, 2**32))
def test_the_fold_of_the_journal_equals_the_live_state_at_every_point(
    case: tuple[Plan, dict[str, Any]], seed: int
):
    plan, inputs = case
    live, draw = Play(plan, inputs), random.Random(seed)
    folded = Planner(plan, inputs)
    folded.start()
    assert state(folded) == state(live.planner)
    while live.waiting:
        firing = draw.choice(live.waiting)
        fits = firing.node.node.block != "each" or isinstance(firing.inputs["items"], list)
        live.finish(firing.path, firing.iteration, None if fits else [])
        row = to_row("r", live.events[-1])
        folded.apply(from_row(row.kind, row.node, row.iteration, row.data))
        assert state(folded) == state(live.planner)


@settings(max_examples=300, deadline=None)
@given(graphs(merges=False), st.integers(0, 2**32), st.integers(0, 2**32))
def test_without_merges_every_order_of_completion_gives_the_same_outputs(
    case: tuple[Plan, dict[str, Any]], one: int, other: int
):
    plan, inputs = case
    first, second = _play(plan, inputs, one), _play(plan, inputs, other)
    assert first.outputs == second.outputs
    assert Counter((f.path, f.iteration) for f in first.seen) == Counter(
        (f.path, f.iteration) for f in second.seen
    )
    assert sorted(map(repr, first.planner.starved)) == sorted(map(repr, second.planner.starved))


@settings(max_examples=300, deadline=None)
@given(graphs(merges=True), st.integers(0, 2**32))
def test_every_run_comes_to_an_end(case: tuple[Plan, dict[str, Any]], seed: int):
    play = _play(*case, seed)
    assert play.planner.finished
    assert not play.planner.pending


@settings(max_examples=300, deadline=None)
@given(graphs(merges=True), st.integers(0, 2**32))
def test_no_token_is_lost_or_doubled(case: tuple[Plan, dict[str, Any]], seed: int):
    """On pins without sticky links: what was sent is what was taken and what is left."""
    plan, inputs = case
    play = _play(plan, inputs, seed)
    emissions: dict[int, list[Any]] = {}
    for event in play.events:
        assert isinstance(event, StepFinished)
        emissions.setdefault(plan.by_id[event.node].index, []).extend(event.emissions)
    for node in plan.nodes:
        taken = [firing.inputs for firing in play.seen if firing.path == node.id]
        waiting = play.planner.root.waiting.get(node.index)
        for number, slot in enumerate(node.slots):
            wires = [wire for wire in node.incoming if wire.slot == number]
            if any(wire.sticky for wire in wires):
                continue
            sent = [
                value
                for wire in wires
                for pin, value in emissions.get(wire.source, [])
                if pin == wire.pin
            ]
            got = [inputs[slot.pin] for inputs in taken if slot.pin in inputs]
            if slot.gather:
                got = [value for values in got for value in values]
            left = [value for value, _ in waiting.queues[number]] if waiting else []
            assert Counter(map(repr, sent)) == Counter(map(repr, got + left))
