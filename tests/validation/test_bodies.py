"""Graphs within nodes are checked like any other, and their pins from outside."""

from __future__ import annotations

from typing import Any

from tests.validation.conftest import Checker, number, output, step


def each(**body: Any) -> dict[str, Any]:
    inner = {
        "nodes": {"item": number("item"), "s": step(), "out": output("doubled")},
        "links": ["item.value -> s.value", "s.result -> out.value"],
    }
    return {"body": {"mode": "map", "over": "item", **inner, **body}}


ITEMS = {"block": "io.input_table", "with": {"name": "items"}}


def test_a_good_body_has_no_findings(checker: Checker) -> None:
    nodes = {"items": ITEMS, "each": each(), "out": output()}
    assert checker.codes(nodes, "items.value -> each.item", "each.doubled -> out.value") == []


def test_findings_inside_name_the_node_by_path(checker: Checker) -> None:
    nodes = {
        "each": {**each(nodes={"item": number("item"), "s": step(), "t": {"block": "no.such"}})}
    }
    found = checker.codes(nodes)
    assert ("unknown_block", "each/t", None) in found
    assert ("unknown_node", "each", None) in found
    assert ("missing_input", "each", "item") in found


def test_the_pins_of_a_body_are_its_inputs_and_outputs(checker: Checker) -> None:
    nodes = {"items": ITEMS, "each": each(), "out": output()}
    found = checker.codes(nodes, "items.value -> each.itme", "each.tripled -> out.value")
    assert ("unknown_pin", "each", "itme") in found
    assert ("unknown_pin", "each", "tripled") in found
    assert ("missing_input", "each", "item") in found


def test_a_map_says_over_what(checker: Checker) -> None:
    items = {"items": ITEMS}
    assert ("missing_input", "each", None) in checker.codes({**items, "each": each(over=None)})
    nodes = {**items, "each": each(over="rows")}
    found = checker.tree(nodes, "items.value -> each.rows")
    assert any(f.code == "unknown_pin" and f.pin == "rows" and "item" in f.repair for f in found)


def test_a_loop_says_when_it_ends(checker: Checker) -> None:
    loop = each(mode="loop", over=None)
    found = checker.codes({"n": number(), "each": loop}, "n.value -> each.item")
    assert found == [("cycle_without_exit", "each", None)]
    loop = each(mode="loop", over=None, until="dobled")
    (finding,) = checker.tree({"n": number(), "each": loop}, "n.value -> each.item")
    assert (finding.code, finding.pin, finding.repair) == (
        "unknown_pin",
        "dobled",
        "Use `doubled`.",
    )
    loop = each(mode="loop", over=None, until="doubled")
    assert checker.codes({"n": number(), "each": loop}, "n.value -> each.item") == []


def test_an_empty_body_is_told_at_its_node(checker: Checker) -> None:
    found = checker.codes({"each": each(nodes={}, links=[])})
    assert ("no_nodes", "each", None) in found
