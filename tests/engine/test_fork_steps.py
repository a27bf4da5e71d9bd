"""What a new run takes over of a single step: its children, its waits, what it had sent."""

from __future__ import annotations

from typing import Any

from luban.engine.fork import Again, failed_steps
from luban.engine.recording import Recording
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
    StepEmitted,
    StepFailed,
    StepFinished,
    StepStarted,
)
from tests.engine.forking import Forked, forked, input_, result
from tests.engine.kit import Play, plan_of

AGENT = plan_of(
    {"in": input_("in"), "agent": "same", "out": result()},
    ["in.value -> agent.value", "agent.result -> out.value"],
)


def begun(*events: Event) -> Play:
    play = Play(AGENT, {"in": "go"})
    play.finish("in")
    for event in events:
        play.apply(event)
    return play


def child(key: str, result: Any = None, node: str = "agent", **more: Any) -> ChildFinished:
    return ChildFinished(node, 0, key, "call", "tool", {"n": key}, result, 0.0, 1.0, **more)


def failed_child(key: str, node: str = "agent", **error: Any) -> ChildFailed:
    told = {"code": "broken", "message": "", "message_zh": "", "params": {}, **error}
    return ChildFailed(node, 0, key, "call", "tool", {"n": key}, told, 0.0, 1.0)


def failure(**more: Any) -> StepFailed:
    return StepFailed("agent", 0, 1, {"code": "broken", "node": "agent", **more}, 0.0, 9.0)


def children_of(found: Forked) -> list[str]:
    return [e.key for e in found.events if isinstance(e, (ChildFinished, ChildFailed))]


def test_an_agent_that_failed_at_its_last_call_keeps_the_others():
    calls = [child(str(n), n) for n in range(12)]
    play = begun(*calls, failed_child("12"), failure(child="12"))
    found = forked(play)
    assert children_of(found) == [str(n) for n in range(12)]
    assert set(found.planner.pending) == {("agent", 0)}
    assert found.planner.children.find(("agent", 0), "12") is None
    assert list(failed_steps(Recording(AGENT, {"in": "go"}, play.events))) == [("agent", 0)]


def test_a_failed_call_that_the_step_had_got_over_is_kept():
    play = begun(failed_child("0"), child("1"), failure())
    assert children_of(forked(play)) == ["0", "1"]


def test_what_a_failed_call_had_done_itself_is_kept_too():
    inner = [child("0", "found", node="agent:3"), failed_child("1", node="agent:3")]
    play = begun(child("2"), *inner, failed_child("3", child="1"), failure(child="3"))
    found = forked(play)
    assert [(e.node, e.key) for e in found.events if isinstance(e, ChildFinished)] == [
        ("agent", "2"), ("agent:3", "0"),
    ]  # fmt: skip
    assert not any(isinstance(e, ChildFailed) for e in found.events)


def test_earlier_attempts_and_what_they_stumbled_over_do_not_count():
    stumbled = AttemptFailed("agent", 0, 1, {"code": "broken", "child": "1"}, 0.0, 1.0, 5.0)
    play = begun(child("0"), failed_child("1"), stumbled, child("1", "now"), failure())
    found = forked(play)
    assert children_of(found) == ["0", "1"]
    assert not any(isinstance(e, AttemptFailed) for e in found.events)
    assert found.planner.progress["agent", 0].attempts == 0


def test_from_a_node_its_children_are_dropped_and_from_a_child_the_later_ones():
    calls = [child(str(n), n) for n in range(4)]
    play = begun(*calls).run()
    assert children_of(forked(play, Again(frozenset({"agent"})))) == []
    found = forked(play, Again(frozenset({"agent:2"})))
    assert children_of(found) == ["0", "1"]
    assert set(found.planner.pending) == {("agent", 0)}
    assert children_of(forked(play)) == ["0", "1", "2", "3"]


def test_a_wait_goes_on_in_the_new_run_but_questions_and_runs_are_asked_for_anew():
    def start(key: str, verb: str, data: dict[str, Any]) -> ChildStarted:
        return ChildStarted("agent", 0, key, verb, "x", data, 5.0)

    play = begun(
        start("0", "sleep", {"until": 70.0}),
        start("1", "ask", {"id": "r1.00000000"}),
        start("2", "run_agent", {"run": "r2"}),
        start("3", "wait_for", {"name": "x"}),
    )
    found = forked(play)
    assert [e.key for e in found.events if isinstance(e, ChildStarted)] == ["0", "3"]


def test_an_answered_question_is_not_asked_again_and_its_signal_is_not_looked_for():
    asked = ChildStarted("agent", 0, "0", "ask", "?", {"id": "r1.00000000"}, 5.0)
    answer = ChildFinished("agent", 0, "0", "ask", "?", None, {"choice": "y"}, 5.0, 1.0, None, 17)
    found = forked(begun(asked, answer, failure()))
    (kept,) = [e for e in found.events if isinstance(e, ChildFinished)]
    assert kept.result == {"choice": "y"}
    assert kept.signal is None


def test_what_is_in_doubt_stays_in_doubt_but_a_failure_is_known():
    announced = StepStarted("agent", 0, 1, 1.0)
    assert announced in forked(begun(announced)).events
    assert announced not in forked(begun(announced, failure())).events
    assert announced not in forked(begun(announced), Again(frozenset({"agent"}))).events
    inner = StepStarted("agent:0", 0, 1, 1.0)
    assert inner in forked(begun(inner)).events
    assert inner not in forked(begun(inner, failed_child("0"), failure(child="0"))).events


def test_values_a_failed_step_had_sent_are_not_sent_again():
    play = begun(StepEmitted("agent", 0, 0, "result", "one"))
    play.finish("out")
    play.fail("agent")
    found = forked(play)
    assert found.planner.progress["agent", 0].emitted == 1
    assert found.planner.outputs == {"out": "one"}


def test_what_was_spent_and_how_the_run_stood_still_is_not_taken_over():
    spent = StepFinished("agent", 0, 1, [("result", 1)], 0.0, 1.0, {"tokens": 5, "usd": 1.0})
    play = begun(RunPaused("pause", 0, 3.0), RunResumed({"steps": 7.0}, 4.0), spent)
    play.apply(RunEnded("cancelled", {}, None, [], 9.0))
    found = forked(play)
    assert [type(e) for e in found.events] == [RunStarted, StepFinished, StepFinished]
    assert found.planner.ceilings.taken.usd == 0


def test_a_raised_limit_stays_raised():
    plan = plan_of(
        {"in": input_("in"), "a": "same", "b": "same"},
        ["in.value -> a.value", "a.result -> b.value"],
        limits={"steps": 2},
    )
    play = Play(plan, {"in": 1})
    play.finish("in")
    play.finish("a")
    play.apply(RunPaused("steps", 2, 1.0))
    play.apply(RunResumed({"steps": 10.0}, 2.0))
    play.fail("b")
    found = forked(play)
    assert found.events[1] == RunResumed({"steps": 10.0}, 99.0)
    assert found.planner.ceilings.paused is None
    assert found.planner.in_flight()


def test_what_was_decided_of_a_step_in_doubt_does_not_count_for_the_next_time():
    announced = StepStarted("agent", 0, 1, 1.0)
    verdict = ChildFinished(
        "agent", 0, "in-doubt-1", "decide", "", None, {"choice": "fail"}, 1.0, 1.0
    )
    found = forked(begun(announced, verdict, failure()))
    assert children_of(found) == []
    still = forked(begun(announced, verdict._replace(result={"choice": "again"}), announced))
    assert children_of(still) == ["in-doubt-1"]
    assert still.planner.progress["agent", 0].announced == 2


def test_an_agent_is_taken_up_again_where_it_first_used_a_tool():
    used = ChildFinished("agent", 0, "1", "use", "sum", {}, {"result": 1}, 0.0, 1.0)
    play = begun(
        child("0"), used, child("2"), StepFinished("agent", 0, 1, [("result", 1)], 0.0, 9.0)
    )
    assert children_of(forked(play, Again(frozenset({"sum"})))) == ["0"]
    assert children_of(forked(play, Again(frozenset({"other"})))) == ["0", "1", "2"]
