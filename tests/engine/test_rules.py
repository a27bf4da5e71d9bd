"""The rules of what a graph means, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from luban.engine.plan import compile_plan
from luban.engine.planner import Planner
from luban.model.events import RunPaused, RunResumed
from luban.sdk import Block, BlockInput, BlockOutput, Effect
from tests.engine.kit import BLOCKS, Play, graph_of, plan_of, state


def given(name: str, **more: Any) -> dict[str, Any]:
    return {"block": "given", "with": {"name": name, **more}}


def result(name: str = "out") -> dict[str, Any]:
    return {"block": "result", "with": {"name": name}}


def test_links_into_one_pin_merge_in_order_of_arrival():
    play = Play(
        plan_of(
            {"a": given("a"), "b": given("b"), "s": "same", "out": result()},
            ["a.value -> s.value", "b.value -> s.value", "s.result -> out.value"],
        ),
        {"a": 1, "b": 2},
    )
    play.finish("b")
    play.finish("a")
    play.run()
    assert play.outputs == {"out": [2, 1]}


def test_links_into_different_pins_join():
    play = Play(
        plan_of(
            {"a": given("a"), "b": given("b"), "p": "pair", "out": result()},
            ["a.value -> p.a", "b.value -> p.b", "p.result -> out.value"],
        ),
        {"a": 1, "b": 2},
    )
    play.finish("a")
    assert [f.path for f in play.waiting] == ["b"]
    play.run()
    assert play.outputs == {"out": [1, 2]}


def test_a_sticky_value_serves_every_later_firing():
    play = Play(
        plan_of(
            {"items": given("items"), "k": given("k"), "e": "each", "p": "pair", "g": "gather",
             "out": result()},
            ["items.value -> e.items", "e.item -> p.a", "k.value -> p.b", "p.result -> g.items",
             "g.list -> out.value"],
        ),
        {"items": [1, 2, 3], "k": "k"},
    )  # fmt: skip
    assert play.run().outputs == {"out": [[1, "k"], [2, "k"], [3, "k"]]}


def test_a_link_that_is_not_sticky_is_used_up():
    play = Play(
        plan_of(
            {"items": given("items"), "k": given("k"), "e": "each", "p": "pair", "g": "gather",
             "out": result()},
            ["items.value -> e.items", "e.item -> p.a",
             {"from": "k.value", "to": "p.b", "sticky": False}, "p.result -> g.items",
             "g.list -> out.value"],
        ),
        {"items": [1, 2, 3], "k": "k"},
    ).run()  # fmt: skip
    assert play.outputs == {"out": [[1, "k"]]}
    (starved,) = play.planner.starved
    assert (starved.node, starved.pin, starved.held) == ("p", "b", 2)


def test_only_what_was_emitted_travels_and_falsy_values_are_values():
    for value in (0, "", False, None, []):
        play = Play(
            plan_of(
                {"v": given("v"), "c": "choose", "yes": result("yes"), "no": result("no")},
                ["v.value -> c.value", "c.yes -> yes.value", "c.no -> no.value"],
            ),
            {"v": value},
        )
        assert play.run().outputs == {"no": value}


def test_a_stream_flows_while_its_block_runs():
    play = Play(plan_of({"e": {"block": "each", "with": {"items": []}}, "out": result()},
                        ["e.item -> out.value"]))  # fmt: skip
    play.emit("e", 0, "item", "first")
    assert [f.path for f in play.waiting] == ["e", "out"]
    play.finish("out")
    play.finish("e", emissions=[])
    assert play.planner.finished and play.outputs == {"out": "first"}


@pytest.mark.parametrize(("order", "expected"), [("firing", [0, 1]), ("any", [1, 0])])
def test_emissions_leave_in_firing_order_unless_any(order: str, expected: list[int]):
    play = Play(
        plan_of(
            {"e": {"block": "each", "with": {"items": [0, 1]}},
             "s": {"block": "same", "order": order}, "out": result()},
            ["e.item -> s.value", "s.result -> out.value"],
        )
    )  # fmt: skip
    play.finish("e")
    play.finish("s", 1)
    play.finish("s", 0)
    assert play.run().outputs == {"out": expected}


def test_a_later_firings_stream_waits_for_the_earlier_firing():
    play = Play(
        plan_of(
            {"e": {"block": "each", "with": {"items": [[1], [2]]}}, "f": "each", "out": result()},
            ["e.item -> f.items", "f.item -> out.value"],
        )
    )
    play.finish("e")
    play.emit("f", 0, "item", "late", iteration=1)
    assert not [f for f in play.waiting if f.path == "out"]
    play.finish("f", 0)
    play.finish("f", 1, emissions=[("item", "last")])
    assert play.run().outputs == {"out": [1, "late", "last"]}


def test_paths_pick_and_build():
    play = Play(
        plan_of(
            {"v": given("v"), "s": {"block": "same", "with": {"value": {"kept": True}}},
             "out": result()},
            ["v.value.user.names[0] -> s.value.name", "v.value.age -> s.value.list[1]",
             "s.result -> out.value"],
        ),
        {"v": {"user": {"names": ["Ada"]}, "age": 36}},
    )  # fmt: skip
    expected = {"kept": True, "name": "Ada", "list": [None, 36]}
    assert play.run().outputs == {"out": expected}


def test_a_join_after_a_branch_goes_on_when_the_other_side_is_dead():
    play = Play(
        plan_of(
            {"v": given("v"), "c": "choose", "left": "same", "right": "same", "m": "maybe",
             "out": result()},
            ["v.value -> c.value", "c.yes -> left.value", "c.no -> right.value",
             "left.result -> m.a", "right.result -> m.b", "m.result -> out.value"],
        ),
        {"v": 7},
    )  # fmt: skip
    assert play.run().outputs == {"out": [7, "default"]}
    assert play.planner.starved == []


def test_a_required_pin_of_a_dead_branch_starves_and_says_so():
    play = Play(
        plan_of(
            {"v": given("v"), "c": "choose", "p": "pair", "out": result()},
            ["v.value -> c.value", "c.yes -> p.a", "c.no -> p.b", "p.result -> out.value"],
        ),
        {"v": 7},
    ).run()
    assert play.outputs == {}
    assert [(s.node, s.pin) for s in play.planner.starved] == [("p", "b")]


def test_gathering_takes_all_tokens_in_order_once_their_sources_are_finished():
    play = Play(
        plan_of(
            {"e": {"block": "each", "with": {"items": [1, 2, 3]}}, "s": "same", "g": "gather",
             "out": result()},
            ["e.item -> s.value", "s.result -> g.items", "g.list -> out.value"],
        )
    )  # fmt: skip
    play.finish("e")
    for iteration in (2, 1):
        play.finish("s", iteration)
    assert not [f for f in play.waiting if f.path == "g"]
    assert play.run().outputs == {"out": [1, 2, 3]}


def test_an_empty_stream_gathers_to_an_empty_list_also_behind_other_nodes():
    nodes = {"v": given("v"), "e": "each", "s": "same", "c": "choose", "g": "gather", "o": result()}
    links = ["v.value -> e.items", "e.item -> s.value", "s.result -> c.value", "c.yes -> g.items",
             "g.list -> o.value"]  # fmt: skip
    assert Play(plan_of(nodes, links), {"v": []}).run().outputs == {"out": []}
    assert Play(plan_of(nodes, links), {"v": [0, 0]}).run().outputs == {"out": []}
    assert Play(plan_of(nodes, links), {"v": [0, 5]}).run().outputs == {"out": [5]}


def test_a_branch_not_taken_gathers_nothing():
    play = Play(
        plan_of(
            {"v": given("v"), "c": "choose", "e": "each", "g": "gather", "out": result()},
            ["v.value -> c.value", "c.yes -> e.items", "e.item -> g.items", "g.list -> out.value"],
        ),
        {"v": []},
    )
    assert play.run().outputs == {}
    assert play.planner.finished


def test_a_failing_step_sends_its_error_if_the_pin_is_linked():
    play = Play(plan_of({"s": {"block": "same", "with": {"value": 1}}, "out": result()},
                        ["s.error -> out.value"]))  # fmt: skip
    play.fail("s")
    assert play.run().outputs["out"]["code"] == "broken"
    assert play.planner.failed is None


def test_a_failing_step_fails_the_run_and_the_rest_is_given_up():
    play = Play(plan_of({"a": {"block": "same", "with": {"value": 1}},
                         "b": {"block": "same", "with": {"value": 2}}}, []))  # fmt: skip
    play.fail("a")
    assert play.planner.finished
    assert play.planner.failed == {"code": "broken", "node": "a"}
    assert play.planner.aborted == [("b", 0)]


def test_on_error_continue_keeps_other_branches_and_the_run_still_fails():
    play = Play(
        plan_of(
            {"a": {"block": "same", "with": {"value": 1}},
             "b": {"block": "same", "with": {"value": 2}},
             "out": result()},
            ["a.result -> out.value", "b.result -> out.value"],
            on_error="continue",
        )
    )  # fmt: skip
    play.fail("a")
    assert play.run().outputs == {"out": 2}
    assert play.planner.failed is not None


def test_a_cycle_runs_until_its_exit():
    play = Play(
        plan_of(
            {"n": given("n"), "c": "choose", "dec": {"block": "add", "with": {"b": -1}},
             "out": result()},
            ["n.value -> c.value", "c.yes -> dec.a", "dec.result -> c.value", "c.no -> out.value"],
        ),
        {"n": 4},
    )  # fmt: skip
    assert play.run().outputs == {"out": 0}
    assert play.planner.finished


def test_a_loop_head_with_an_optional_back_pin_starts_when_the_cycle_is_at_rest():
    play = Play(
        plan_of(
            {"n": given("n"), "m": "maybe", "c": {"block": "choose", "with": {"when": False}},
             "out": result()},
            ["n.value -> m.a", "c.yes -> m.b", "m.result -> c.value", "c.no -> out.value"],
        ),
        {"n": 1},
    )  # fmt: skip
    assert play.run().outputs == {"out": [1, "default"]}


def test_a_ceiling_of_steps_pauses_and_raising_it_goes_on():
    nodes = {"n": given("n"), "c": "choose", "dec": {"block": "add", "with": {"b": -1}},
             "out": result()}  # fmt: skip
    links = ["n.value -> c.value", "c.yes -> dec.a", "dec.result -> c.value", "c.no -> out.value"]
    play = Play(plan_of(nodes, links, limits={"steps": 5}), {"n": 4}).run()
    assert play.planner.ceilings.paused == ("steps", 5)
    assert len(play.seen) == 5 and not play.planner.finished
    play.apply(RunPaused("steps", 5, 10.0))
    play.apply(RunResumed({"steps": 100}, 25.0))
    assert play.run().outputs == {"out": 0}
    assert play.planner.ceilings.idle_seconds == 15.0


class End(Block):
    """Ends the run."""

    id = "end"
    effect = Effect.NONE
    ends_run = True

    class Input(BlockInput):
        value: Any

    class Output(BlockOutput):
        result: Any

    async def run(self, input: Input) -> Any:
        return input.value


def test_a_block_that_ends_the_run_gives_up_everything_else():
    blocks = BLOCKS.and_(End)
    graph = graph_of(
        {"x": given("x"), "each": "each", "end": "end", "after": "same", "out": result()},
        ["x.value -> each.items", "each.item -> end.value", "end.result -> after.value",
         "each.item -> out.value"],
    )  # fmt: skip
    play = Play(compile_plan(graph, blocks), {"x": [1, 2, 3]})
    play.finish("x")
    play.finish("each")
    play.finish("out", 0)
    play.finish("end", 1, [("result", 2)])
    assert play.planner.finished
    assert (play.planner.pending, play.planner.failed) == ({}, None)
    assert play.outputs == {"out": 1}
    assert ("end", 0) in play.planner.aborted
    assert "after" not in [firing.path for firing in play.seen]
    again = Planner(play.plan, play.inputs)
    again.start()
    for event in play.events:
        again.apply(event)
    assert state(again) == state(play.planner)


def body(mode: str, **more: Any) -> dict[str, Any]:
    return {
        "body": {
            "mode": mode,
            "nodes": {
                "x": {"block": "given", "with": {"name": "x"}},
                "add": {"block": "add", "with": {"b": 1}},
                "y": {"block": "result", "with": {"name": "x"}},
            },
            "links": ["x.value -> add.a", "add.result -> y.value"],
            **more,
        }
    }


def test_a_map_body_runs_once_per_item_and_keeps_their_order():
    play = Play(
        plan_of(
            {"v": given("v"), "m": body("map", over="x", parallel=2), "out": result()},
            ["v.value -> m.x", "m.x -> out.value"],
        ),
        {"v": [1, 2, 3]},
    )
    play.finish("v")
    assert sorted(f.path for f in play.waiting) == ["m[0]/x", "m[1]/x"]
    assert play.shuffled(1).outputs == {"out": [2, 3, 4]}


def test_a_map_over_nothing_gives_empty_lists():
    play = Play(
        plan_of(
            {"v": given("v"), "m": body("map", over="x"), "out": result()},
            ["v.value -> m.x", "m.x -> out.value"],
        ),
        {"v": []},
    )
    assert play.run().outputs == {"out": []}


def test_a_loop_body_feeds_its_results_back_until_done():
    loop = body("loop", until="done")
    loop["body"]["nodes"] |= {
        "left": {"block": "add", "with": {"b": -3}},
        "zero": {"block": "choose"},
        "flag": {"block": "pair", "with": {"b": True}},
        "done": {"block": "result", "with": {"name": "done"}},
    }
    loop["body"]["links"] += [
        "add.result -> left.a",
        "left.result -> zero.value",
        "zero.no -> flag.a",
        "flag.result[1] -> done.value",
    ]
    play = Play(
        plan_of({"v": given("v"), "l": loop, "out": result()},
                ["v.value -> l.x", "l.x -> out.value"]),
        {"v": 0},
    )  # fmt: skip
    assert play.run().outputs == {"out": 3}


def test_a_loop_that_never_ends_is_an_error_naming_it():
    play = Play(plan_of({"v": given("v"), "l": body("loop", until="done", max=3)},
                        ["v.value -> l.x"]), {"v": 0}).run()  # fmt: skip
    assert play.planner.failed is not None
    assert play.planner.failed["code"] == "too_many_rounds"
    assert play.planner.failed["node"] == "l"


def test_a_failure_in_a_body_is_the_failure_of_its_node():
    nodes = {"v": given("v"), "m": body("map", over="x", parallel=3), "out": result()}
    play = Play(plan_of(nodes, ["v.value -> m.x", "m.error -> out.value"]), {"v": [1, 2, 3]})
    play.finish("v")
    play.fail("m[1]/x")
    assert sorted(play.planner.aborted) == [("m[0]/x", 0), ("m[2]/x", 0)]
    assert play.run().outputs["out"]["node"] == "m[1]/x"


def test_a_disabled_node_never_runs():
    play = Play(
        plan_of(
            {"v": given("v"), "s": {"block": "same", "disabled": True}, "m": "maybe",
             "out": result()},
            ["v.value -> s.value", "v.value -> m.a", "s.result -> m.b", "m.result -> out.value"],
        ),
        {"v": 1},
    )  # fmt: skip
    assert play.run().outputs == {"out": [1, "default"]}


def test_a_chain_of_ten_thousand_nodes_compiles_and_runs():
    nodes: dict[str, Any] = {"n0": {"block": "same", "with": {"value": 1}}}
    nodes |= {f"n{i}": "same" for i in range(1, 10_000)}
    plan = plan_of(nodes, [f"n{i}.result -> n{i + 1}.value" for i in range(9_999)])
    play = Play(plan).run()
    assert play.planner.finished and len(play.seen) == 10_000


def test_an_empty_graph_is_finished_at_once():
    assert Planner(plan_of({}, []), {}).start() == []
    assert graph_of({}, []).nodes == ()


def test_a_sticky_value_nobody_came_for_is_not_starved():
    play = Play(
        plan_of(
            {"v": given("v"), "k": given("k"), "c": "choose", "p": "pair", "out": result()},
            ["v.value -> c.value", "c.yes -> p.a", "k.value -> p.b", "p.result -> out.value"],
        ),
        {"v": 0, "k": "kept"},
    )
    assert play.run().outputs == {}
    assert play.planner.starved == []
