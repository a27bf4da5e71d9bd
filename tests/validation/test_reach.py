"""Findings about the whole: nodes that never run, cycles that never end."""

from __future__ import annotations

from typing import Any

from tests.validation.conftest import Checker, number, output, step


def branch(**constants: Any) -> dict[str, Any]:
    return {"block": "logic.if", "with": {"operator": "<", "value2": 10, **constants}}


def test_a_cycle_in_which_every_step_leads_on_never_ends(checker: Checker) -> None:
    nodes = {"n": number(), "a": step(), "b": step(), "out": output()}
    found = checker.tree(
        nodes,
        "n.value -> a.value",
        "a.result -> b.value",
        "b.result -> a.value",
        "b.result -> out.value",
    )
    assert [(each.code, each.node, each.severity.value) for each in found] == [
        ("cycle_without_exit", "a", "error")
    ]
    assert "`a`, `b`" in found[0].message
    assert "`a`, `b`" in found[0].message_zh


def test_a_node_that_only_feeds_itself_never_ends(checker: Checker) -> None:
    found = checker.codes({"a": step()}, "a.result -> a.value", "a.result -> a.more")
    assert [code for code, _, _ in found] == ["unreachable_node"]
    found = checker.codes({"n": number(), "a": step()}, "n.value -> a.value", "a.result -> a.value")
    assert found == [("cycle_without_exit", "a", None)]


def test_a_branch_lets_a_cycle_end(checker: Checker) -> None:
    nodes = {"n": number(), "a": step(), "test": branch(), "out": output()}
    links = ["n.value -> a.value", "a.result -> test.value1", "test.no_output -> out.value"]
    assert checker.codes(nodes, *links, "test.yes_output -> a.value") == []


def test_a_way_round_the_branch_does_not(checker: Checker) -> None:
    nodes = {"n": number(), "a": step(), "b": step(), "test": branch()}
    found = checker.codes(
        nodes,
        "n.value -> a.value",
        "a.result -> test.value1",
        "test.yes_output -> a.value",
        "a.result -> b.value",
        "b.result -> a.value",
    )
    assert found == [("cycle_without_exit", "a", None)]


def test_trying_again_after_an_error_may_end(checker: Checker) -> None:
    nodes = {"n": number(), "a": step(), "again": {"block": "t.step", "with": {}}}
    links = ["n.value -> a.value", "a.error -> again.more", "n.value -> again.value"]
    found = checker.codes(nodes, *links, "again.result -> a.value")
    assert ("cycle_without_exit", "a", None) not in found


def test_a_cycle_fed_from_outside_ends_when_that_runs_dry(checker: Checker) -> None:
    """Summing up: each round takes one item, and the items end."""
    nodes = {
        "items": {"block": "data.for_each", "with": {"items": [1, 2, 3]}},
        "start": step(value=0),
        "sum": {"block": "t.two", "with": {}},
    }
    links = ["items.item -> sum.a", "start.result -> sum.b", "sum.result -> sum.b"]
    assert checker.codes(nodes, *links) == []
    sticky = {"from": "items.item", "to": "sum.a", "sticky": True}
    assert checker.codes(nodes, sticky, *links[1:]) == [("cycle_without_exit", "sum", None)]


def test_nodes_that_wait_for_each_other_never_run(checker: Checker) -> None:
    nodes = {"n": number(), "a": {"block": "t.two"}, "b": step(), "after": step()}
    found = checker.tree(
        nodes,
        "n.value -> a.a",
        "b.result -> a.b",
        "a.result -> b.value",
        "b.result -> after.value",
    )
    assert [(each.code, each.node) for each in found] == [("unreachable_node", "a")]
    assert "`a`, `b`" in found[0].message


def test_what_waits_for_a_disabled_node_is_told_at_its_root(checker: Checker) -> None:
    nodes = {"n": number(), "off": {**step(), "disabled": True}, "a": step(), "b": step()}
    found = checker.tree(
        nodes, "n.value -> off.value", "off.result -> a.value", "a.result -> b.value"
    )
    assert [(each.code, each.node, each.pin) for each in found] == [
        ("disabled_source", "a", "value")
    ]
    assert "`off`" in found[0].message


def test_another_way_in_makes_up_for_a_disabled_node(checker: Checker) -> None:
    nodes = {"n": number(), "off": {**step(value=1), "disabled": True}, "a": step()}
    assert checker.codes(nodes, "off.result -> a.value", "n.value -> a.value") == []
    nodes["a"] = step(value=1)
    assert checker.codes(nodes, "off.result -> a.more", "n.value -> a.value") == []


def test_only_optional_pins_without_a_source_never_fire(checker: Checker) -> None:
    nodes = {"off": {**step(value=1), "disabled": True}, "a": step(value=1)}
    assert checker.codes(nodes, "off.result -> a.more") == [("disabled_source", "a", "more")]
