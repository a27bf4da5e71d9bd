"""What a new run takes over from another: everything that still holds, and nothing else."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from luban.engine.fork import Again
from luban.engine.plan import Plan
from luban.model.events import (
    StepFinished,
)
from tests.engine.forking import Case, Goes, behind, forked, input_, play_on, result
from tests.engine.kit import Play, behave, plan_of
from tests.engine.test_properties import graphs

# -- for every graph ------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(graphs(merges=True), st.integers(0, 2**32))
def test_nothing_to_do_again_is_a_run_that_is_over_with_the_same_outputs(case: Case, seed: int):
    play = play_on(Play(*case), seed)
    found = forked(play)
    assert found.planner.finished
    assert not found.planner.pending
    assert found.planner.outputs == play.outputs
    assert found.events[1:] == play.events


@settings(max_examples=200, deadline=None)
@given(graphs(merges=False), st.integers(0, 2**32), st.data())
def test_from_a_node_exactly_it_and_what_comes_behind_is_done_again(
    case: Case, seed: int, data: st.DataObject
):
    plan, inputs = case
    play = play_on(Play(plan, inputs), seed)
    node = data.draw(st.sampled_from(sorted(plan.by_id)))
    goes = Goes(plan, inputs, forked(play, Again(frozenset({node}))))
    play_on(goes, seed + 1)
    affected = behind(plan, node)
    fired = any(firing.path == node for firing in play.seen)
    assert goes.made == {(f.path, f.iteration) for f in play.seen if fired and f.path in affected}
    assert goes.outputs == play.outputs


@settings(max_examples=200, deadline=None)
@given(graphs(merges=True), st.integers(0, 2**32), st.data())
def test_nothing_that_does_not_come_behind_a_node_is_done_again(
    case: Case, seed: int, data: st.DataObject
):
    plan, inputs = case
    play = play_on(Play(plan, inputs), seed)
    node = data.draw(st.sampled_from(sorted(plan.by_id)))
    goes = play_on(Goes(plan, inputs, forked(play, Again(frozenset({node})))), seed + 1)
    assert {path for path, _ in goes.made} <= behind(plan, node)
    assert goes.planner.finished


@settings(max_examples=200, deadline=None)
@given(graphs(merges=True), st.integers(0, 2**32), st.integers(0, 12))
def test_a_retry_makes_exactly_the_steps_that_were_not_finished(case: Case, seed: int, steps: int):
    plan, inputs = case
    play, draw = Play(plan, inputs), random.Random(seed)
    for _ in range(steps):
        if play.waiting:
            firing = draw.choice(play.waiting)
            fits = firing.node.node.block != "each" or isinstance(firing.inputs["items"], list)
            play.finish(firing.path, firing.iteration, None if fits else [])
    if not play.waiting:
        return
    unfinished = {(f.path, f.iteration) for f in play.waiting}
    failing = draw.choice(play.waiting)
    play.fail(failing.path, failing.iteration)
    assert play.planner.halted
    goes = Goes(plan, inputs, forked(play))
    assert goes.made == unfinished
    play_on(goes, seed)
    done = {(e.node, e.iteration) for e in play.events if isinstance(e, StepFinished)}
    assert not goes.made & done
    assert goes.planner.finished


@settings(max_examples=100, deadline=None)
@given(graphs(merges=False), st.integers(0, 2**32), st.integers(0, 1))
def test_other_inputs_give_what_a_plain_run_with_them_gives(case: Case, seed: int, which: int):
    plan, inputs = case
    play = play_on(Play(plan, inputs), seed)
    others = {**inputs, f"in{which}": [3, [4]]}
    goes = play_on(Goes(plan, others, forked(play, inputs=others)), seed)
    assert goes.outputs == play_on(Play(plan, others), seed).outputs
    if others != inputs:
        assert (f"in{1 - which}", 0) not in goes.made


# -- bodies ---------------------------------------------------------------------------------


def mapping_body(parallel: int) -> dict[str, Any]:
    return {
        "mode": "map",
        "over": "item",
        "parallel": parallel,
        "nodes": {"item": input_("item"), "look": {"block": "same"}, "more": {"block": "add"},
                  "got": result("got")},
        "links": ["item.value -> look.value", "look.result -> more.a", "more.result -> got.value"],
    }  # fmt: skip


def mapping(parallel: int = 4, *, inner_error: bool = False) -> Plan:
    """Each item is looked at, then added to; inside a body."""
    nodes: dict[str, Any] = {
        "list": input_("list"),
        "each": {"body": mapping_body(parallel)},
        "out": result(),
    }
    links = ["list.value -> each.item", "each.got -> out.value"]
    if inner_error:
        nodes["sorry"] = result("sorry")
        links.append("each.error -> sorry.value")
    return plan_of(nodes, links)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.data())
def test_one_item_of_a_map_done_again_keeps_the_others(
    items: int, parallel: int, data: st.DataObject
):
    plan, inputs = mapping(parallel), {"list": list(range(items))}
    play = play_on(Play(plan, inputs), items)
    item = data.draw(st.integers(0, items - 1))
    goes = Goes(plan, inputs, forked(play, Again(frozenset({f"each[{item}]/look"}))))
    play_on(goes)
    again = {(f"each[{item}]/{name}", 0) for name in ("look", "more", "got")}
    assert goes.made == again | {("out", 0)}
    assert goes.outputs == play.outputs
    whole = forked(play, Again(frozenset({f"each[{item}]"})))
    assert {path for path, _ in play_on(Goes(plan, inputs, whole)).made} == {
        f"each[{item}]/{name}" for name in ("item", "look", "more", "got")
    } | {"out"}


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**32), st.integers(0, 20))
def test_a_retry_of_a_map_that_failed_makes_only_what_is_missing(
    items: int, parallel: int, seed: int, steps: int
):
    plan, inputs = mapping(parallel), {"list": list(range(items))}
    play, draw = Play(plan, inputs), random.Random(seed)
    for _ in range(steps):
        if play.waiting:
            firing = draw.choice(play.waiting)
            play.finish(firing.path, firing.iteration)
    if not play.waiting:
        return
    failing = draw.choice(play.waiting)
    unfinished = {(f.path, f.iteration) for f in play.waiting}
    play.fail(failing.path, failing.iteration)
    goes = Goes(plan, inputs, forked(play))
    assert goes.made == unfinished
    play_on(goes, seed)
    assert goes.outputs == {"out": [n + 1 for n in range(items)]}


def test_a_body_named_without_its_rounds_is_done_again_in_all_of_them():
    plan, inputs = mapping(), {"list": [1, 2]}
    play = Play(plan, inputs).run()
    goes = play_on(Goes(plan, inputs, forked(play, Again(frozenset({"each/more"})))))
    assert {path for path, _ in goes.made} == {
        "each[0]/more", "each[0]/got", "each[1]/more", "each[1]/got", "out",
    }  # fmt: skip
    goes = play_on(Goes(plan, inputs, forked(play, Again(steps=frozenset({("each", 0)})))))
    assert "list" not in {path for path, _ in goes.made}
    assert len(goes.made) == 9


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3))
def test_no_more_rounds_are_under_way_than_the_map_allows(items: int, parallel: int):
    plan, inputs = mapping(parallel), {"list": list(range(items))}
    play = Play(plan, inputs).run()
    found = forked(play, Again(frozenset({"each/look"})))
    assert len(found.planner.in_flight()) == min(items, parallel)


def test_an_item_of_a_map_in_a_map_done_again_keeps_all_others():
    body = {
        "mode": "map",
        "over": "row",
        "nodes": {
            "row": input_("row"),
            "cells": {"body": mapping_body(1)},
            "got": result("got"),
        },
        "links": ["row.value -> cells.item", "cells.got -> got.value"],
    }
    plan = plan_of(
        {"list": input_("list"), "rows": {"body": body}, "out": result()},
        ["list.value -> rows.row", "rows.got -> out.value"],
    )
    inputs = {"list": [[1, 2], [3, 4], [5, 6]]}
    play = Play(plan, inputs).run()
    goes = Goes(plan, inputs, forked(play, Again(frozenset({"rows[1]/cells[0]/more"}))))
    play_on(goes)
    assert goes.outputs == play.outputs == {"out": [[2, 3], [4, 5], [6, 7]]}
    assert {path for path, _ in goes.made} == {
        "rows[1]/cells[0]/more", "rows[1]/cells[0]/got", "rows[1]/got", "out",
    }  # fmt: skip


def test_a_failure_that_an_error_pin_of_a_body_took_is_kept():
    plan, inputs = mapping(1, inner_error=True), {"list": [1, 2]}
    play = Play(plan, inputs)
    play.finish("list")
    play.finish("each[0]/item")
    play.fail("each[0]/look")
    play.run()
    found = forked(play)
    assert found.planner.finished
    assert found.planner.outputs == play.outputs
    plain = forked(play, plan=mapping(1))  # without the error pin it did not end well
    assert set(plain.planner.pending) == {("each[0]/look", 0)}


def loop(most: int) -> Plan:
    body = {
        "mode": "loop",
        "until": "stop",
        "max": most,
        "nodes": {"n": input_("n"), "more": {"block": "add"}, "got": result("n"),
                  "stop": result("stop"), "test": {"block": "choose"}},
        "links": ["n.value -> more.a", "more.result -> got.value", "more.result -> test.value",
                  "test.no -> stop.value"],
    }  # fmt: skip
    return plan_of(
        {
            "start": input_("start"),
            "loop": {"body": body},
            "out": result(),
        },
        ["start.value -> loop.n", "loop.n -> out.value"],
    )


def test_a_loop_that_had_too_few_rounds_begins_anew_or_goes_on_when_given_more():
    play = Play(loop(3), {"start": 0}).run()
    assert play.planner.failed and play.planner.failed["code"] == "too_many_rounds"
    found = forked(play)
    assert set(found.planner.pending) == {("loop[0]/n", 0)}
    more = forked(play, plan=loop(5))
    assert set(more.planner.pending) == {("loop[3]/n", 0)}
    assert more.planner.failed is None


# -- other graphs ---------------------------------------------------------------------------


def three(**more: Any) -> Plan:
    return plan_of(
        {"in": input_("in"), "first": {"block": "add", "with": {"b": 1}},
         "second": {"block": "add", "with": {"b": 2, **more}}, "out": result()},
        ["in.value -> first.a", "first.result -> second.a", "second.result -> out.value"],
    )  # fmt: skip


def test_another_constant_makes_its_node_and_the_rest_again():
    play = Play(three(), {"in": 1}).run()
    found = forked(play, plan=three(b=5))
    goes = play_on(Goes(three(b=5), {"in": 1}, found))
    assert {path for path, _ in goes.made} == {"second", "out"}
    assert goes.outputs == {"out": 7}


def test_another_block_at_the_same_place_takes_nothing_over():
    play = Play(three(), {"in": 1}).run()
    other = plan_of(
        {"in": input_("in"), "first": {"block": "add", "with": {"b": 1}},
         "second": {"block": "maybe", "with": {"b": 2}}, "out": result()},
        ["in.value -> first.a", "first.result -> second.a", "second.result -> out.value"],
    )  # fmt: skip
    assert set(forked(play, plan=other).planner.pending) == {("second", 0)}


def test_one_and_true_and_one_point_nought_are_not_the_same_input():
    play = Play(three(), {"in": 1}).run()
    for value in (True, 1.0):
        assert ("in", 0) in forked(play, inputs={"in": value}).planner.pending


def test_one_firing_done_again_keeps_the_others_of_its_node():
    plan = plan_of(
        {"in": input_("in"), "e": "each", "s": "same", "g": "gather", "out": result()},
        ["in.value -> e.items", "e.item -> s.value", "s.result -> g.items", "g.list -> out.value"],
    )
    play = Play(plan, {"in": [1, 2, 3]}).run()
    goes = play_on(Goes(plan, {"in": [1, 2, 3]}, forked(play, Again(steps=frozenset({("s", 1)})))))
    assert goes.made == {("s", 1), ("g", 0), ("out", 0)}
    assert goes.outputs == play.outputs


def test_a_new_node_between_others_is_all_that_runs_besides_what_follows():
    assert behave  # the blocks' own behaviour, without an engine
    play = Play(three(), {"in": 1}).run()
    wider = plan_of(
        {"in": input_("in"), "first": {"block": "add", "with": {"b": 1}}, "new": "same",
         "second": {"block": "add", "with": {"b": 2}}, "out": result()},
        ["in.value -> first.a", "first.result -> new.value", "new.result -> second.a",
         "second.result -> out.value"],
    )  # fmt: skip
    goes = play_on(Goes(wider, {"in": 1}, forked(play, plan=wider)))
    assert {path for path, _ in goes.made} == {"new", "second", "out"}
