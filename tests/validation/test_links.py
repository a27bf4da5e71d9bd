"""Findings about links: ends that are not there, and values that cannot become what is wanted."""

from __future__ import annotations

import pytest

from tests.validation.conftest import Checker, number, output, step

GIVES = {
    "n": number(),
    "text": {"block": "text.template", "with": {"format": "x"}},
    "numbers": {"block": "t.numbers", "with": {"values": [1]}},
    "when": {"block": "io.input_date", "with": {"name": "when"}},
    "anything": {"block": "io.input", "with": {"name": "anything"}},
}


def test_unknown_ends_come_with_the_nearest_names(checker: Checker) -> None:
    nodes = {"n": number(), "s": step(value=1), "out": output()}
    found = checker.tree(nodes, "n.valeu -> s.mor", "n.value -> outt.value", "x.y -> out.value")

    told = {(each.code, each.node, each.pin, each.link, each.repair) for each in found}
    assert told == {
        ("unknown_pin", "n", "valeu", "n.valeu -> s.mor", "Use `value`."),
        ("unknown_pin", "s", "mor", "n.valeu -> s.mor", "Use `more`."),
        ("unknown_node", None, None, "n.value -> outt.value", "Use `out`."),
        ("unknown_node", None, None, "x.y -> out.value", "There are: `n`, `out`, `s`."),
    }


def test_the_error_pin_is_always_there(checker: Checker) -> None:
    assert checker.codes({"s": step(value=1), "out": output()}, "s.error -> out.value") == []


def test_a_note_has_no_pins(checker: Checker) -> None:
    note = {"block": "io.note", "with": {"text": "x"}}
    nodes = {"note": note, "s": step(value=1)}
    assert ("unknown_pin", "note", "value") in checker.codes(nodes, "note.value -> s.more")


@pytest.mark.parametrize(
    ("link", "severity"),
    [
        ("n.value -> file.file", "error"),
        ("text.output -> file.file", "warning"),
        ("numbers.result -> s.value", "error"),
        ("n.value -> s.value", None),
        ("text.output -> s.value", None),
        ("anything.value -> file.file", None),
        ("anything.value.deep -> s.value", None),
        ("numbers.result[0] -> s.value", None),
        ("n.value.x -> s.value", "error"),
        ("n.value -> s.value.x", "error"),
        ("s.error -> file.file", "warning"),
        ("n.value -> all.items", None),
        ("numbers.result -> all.items", None),
    ],
)
def test_types_that_can_never_meet(checker: Checker, link: str, severity: str | None) -> None:
    nodes = {
        **GIVES,
        "s": step(value=1),
        "file": {"block": "t.file", "with": {"file": {"$file": "f_1"}}},
        "all": {"block": "data.collect", "with": {"items": []}},
    }
    found = [each for each in checker.tree(nodes, link) if each.code == "type_mismatch"]

    assert [each.severity.value for each in found] == ([severity] if severity else [])
    for each in found:
        assert each.link == link
        assert each.message
        assert each.message_zh
        assert each.repair_zh
