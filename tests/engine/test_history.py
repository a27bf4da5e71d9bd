"""Steps as they are told afterwards, with what they had asked for."""

from __future__ import annotations

from typing import Any

from luban.engine.comparison import compare
from luban.engine.history import StepRecord, steps
from luban.engine.state_view import state_after
from luban.model.events import (
    AttemptFailed,
    ChildFailed,
    ChildFinished,
    ChildStarted,
    Event,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    StepFinished,
)
from luban.model.run import RunStatus, WaitKind
from tests.engine.forking import input_, result
from tests.engine.kit import BLOCKS, Play, graph_of, plan_of

NODES = {"in": input_("in"), "agent": "same", "p": "pair", "out": result(), "no": "same"}
LINKS = [
    "in.value -> agent.value",
    "agent.result -> p.a",
    "in.value -> p.b",
    "p.result -> out.value",
    "p.error -> no.value",
]
GRAPH = graph_of(NODES, LINKS)


def told(*events: Event, now: float | None = None) -> dict[str, StepRecord]:
    first = StepFinished("in", 0, 1, [("value", "go")], 1.0, 0.5)
    found = steps(GRAPH, BLOCKS, {"in": "go"}, [RunStarted(1.0), first, *events], now)
    return {step.node: step for step in found}


def start(key: str, verb: str, title: str = "", **data: Any) -> ChildStarted:
    return ChildStarted("agent", 0, key, verb, title, data, 5.0)


def end(key: str, verb: str, name: str, value: Any, node: str = "agent") -> ChildFinished:
    usage = {"tokens": 7, "usd": 0.1}
    return ChildFinished(node, 0, key, verb, name, {"q": key}, value, 5.0, 2.0, usage)


def test_what_a_step_asked_for_is_a_step_of_its_own():
    found = told(end("0", "call", "search", {"result": "found"}), end("note", "step", "x", 5))
    call, work = found["agent:0"], found["agent:note"]
    assert (call.parent, call.verb, call.block) == (("agent", 0), "call", "search")
    assert (call.inputs, call.outputs) == ({"q": "0"}, [("result", "found")])
    assert (call.status, call.started_at, call.duration) == ("completed", 5.0, 2.0)
    assert call.usage == {"tokens": 7, "usd": 0.1}
    assert (work.verb, work.block, work.outputs) == ("step", None, [("result", 5)])
    assert found["agent"].status == "running"


def test_children_of_children_know_the_one_above():
    inner = end("0", "call", "search", {"result": 1}, node="agent:3")
    found = told(inner)
    assert found["agent:3:0"].parent == ("agent:3", 0)
    assert found["agent:3"].parent == ("agent", 0)
    assert list(found)[-3:] == ["agent", "agent:3", "agent:3:0"]


def test_a_step_that_only_waits_is_waiting_and_says_what_for():
    found = told(start("0", "ask", "Go on?", id="r.1", question="Go on?"))
    for node in ("agent", "agent:0"):
        assert found[node].status == "waiting"
        (wait,) = found[node].waiting_for
        assert (wait.kind, wait.key, wait.details["id"]) == (WaitKind.ASK, "0", "r.1")
    assert found["agent:0"].inputs["question"] == "Go on?"
    answered = told(
        start("0", "ask", "Go on?", id="r.1", question="Go on?"),
        ChildFinished("agent", 0, "0", "ask", "Go on?", None, {"choice": "yes"}, 5.0, 60.0),
    )
    assert (answered["agent"].status, answered["agent"].waiting_for) == ("running", [])
    assert answered["agent:0"].outputs == [("result", {"choice": "yes"})]


def test_a_child_asked_for_again_after_it_failed_has_two_attempts():
    error = {"code": "broken", "message": "it broke"}
    found = told(
        ChildFailed("agent", 0, "0", "call", "search", {}, error, 1.0, 1.0),
        AttemptFailed("agent", 0, 1, {**error, "child": "0"}, 1.0, 1.0, 5.0),
        end("0", "call", "search", {"result": 1}),
    )
    child = found["agent:0"]
    assert [a.status for a in child.attempts] == ["failed", "completed"]
    assert (child.status, child.error) == ("completed", None)


def test_a_step_waits_for_its_next_attempt():
    failed = AttemptFailed("agent", 0, 1, {"code": "x"}, 10.0, 1.0, 30.0)
    waiting = told(failed, now=20.0)["agent"]
    assert (waiting.status, waiting.waiting_for[0].until) == ("waiting", 41.0)
    assert told(failed, now=50.0)["agent"].status == "running"


def test_the_end_of_a_run_ends_what_its_steps_waited_for():
    ended = RunEnded("cancelled", {}, None, [], 9.0)
    found = told(start("0", "sleep", until=99.0), ended)
    assert [found[n].status for n in ("agent", "agent:0")] == ["cancelled", "cancelled"]
    assert found["agent"].waiting_for == []


# -- the state at an event ------------------------------------------------------------------


def events_of_a_run() -> list[Event]:
    return [
        RunStarted(1.0),
        StepFinished("in", 0, 1, [("value", "go")], 1.0, 0.5),
        start("0", "wait_for", "letter", name="letter"),
        RunPaused("pause", 0, 8.0),
        RunResumed({}, 10.0),
        ChildFinished("agent", 0, "0", "wait_for", "letter", None, 1, 5.0, 7.0, {"tokens": 3}),
        StepFinished("agent", 0, 1, [("result", 1)], 1.5, 11.5),
        StepFinished("p", 0, 1, [("result", [1, "go"])], 13.0, 1.0),
        StepFinished("out", 0, 1, [("output", [1, "go"])], 14.0, 1.0),
        RunEnded("completed", {"out": [1, "go"]}, None, [], 15.0),
    ]


def at(count: int):
    return state_after(GRAPH, BLOCKS, {"in": "go"}, events_of_a_run()[:count])


def test_a_run_is_seen_as_it_stood_at_any_of_its_events():
    assert (at(0).status, at(0).at) == (RunStatus.QUEUED, None)
    early = at(2)
    assert (early.status, early.at, early.steps) == (RunStatus.RUNNING, 1.5, 2)
    assert {n.node: n.status for n in early.nodes} == {
        "in": "completed", "agent": "running", "p": "idle", "out": "idle", "no": "idle",
    }  # fmt: skip
    (held,) = early.held
    assert (held.node, held.pin, held.values, held.count) == ("p", "b", ["go"], 1)
    waiting = at(3)
    assert {n.node: n.status for n in waiting.nodes}["agent"] == "waiting"
    assert [w.kind for w in waiting.waiting_for] == [WaitKind.SIGNAL]
    paused = at(4)
    assert paused.status is RunStatus.WAITING
    assert [w.kind for w in paused.waiting_for] == [WaitKind.PAUSE, WaitKind.SIGNAL]
    over = at(10)
    assert (over.status, over.outputs) == (RunStatus.COMPLETED, {"out": [1, "go"]})
    assert {n.node: n.status for n in over.nodes}["no"] == "skipped"
    assert (over.spent.tokens, over.spent.seconds) == (3, 12.0)
    assert over.spent.limits["steps"] == 100_000


def test_nodes_in_bodies_are_counted_over_their_rounds():
    body = {
        "mode": "map", "over": "item", "parallel": 2,
        "nodes": {"item": input_("item"), "more": {"block": "add"}, "got": result("got")},
        "links": ["item.value -> more.a", "more.result -> got.value"],
    }  # fmt: skip
    nodes, links = {"list": input_("list"), "each": {"body": body}}, ["list.value -> each.item"]
    play = Play(plan_of(nodes, links), {"list": [1, 2, 3]})
    play.finish("list")
    play.finish("each[0]/item")
    play.finish("each[0]/more")
    state = state_after(graph_of(nodes, links), BLOCKS, {"list": [1, 2, 3]}, play.events)
    counts = {n.node: (n.status, n.completed, n.running) for n in state.nodes}
    assert counts["each/more"] == ("completed", 1, 0)
    assert counts["each/item"] == ("running", 1, 1)
    assert counts["each"] == ("running", 0, 1)


def test_a_long_value_on_a_pin_is_told_shortened():
    long = StepFinished("in", 0, 1, [("value", "x" * 10_000)], 1.0, 0.5)
    (held,) = state_after(GRAPH, BLOCKS, {"in": "go"}, [long]).held
    assert len(held.values[0]) <= 200


# -- two runs -------------------------------------------------------------------------------


def test_two_runs_differ_in_the_steps_that_are_not_the_same():
    first = steps(GRAPH, BLOCKS, {"in": "go"}, events_of_a_run())
    again = steps(GRAPH, BLOCKS, {"in": "go"}, events_of_a_run())
    assert compare(first, again).steps == []
    assert compare(first, again).same == len(first)
    other = list(told(end("1", "call", "search", {})).values())
    found = {d.node: d.differs for d in compare(first, other).steps}
    assert found == {
        "agent": ("status", "outputs"),
        "agent:0": ("only_first",),
        "p": ("only_first",),
        "out": ("only_first",),
        "agent:1": ("only_second",),
    }
