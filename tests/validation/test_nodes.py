"""Findings about single nodes: blocks that are not there, inputs missing, unknown or wrong."""

from __future__ import annotations

from tests.validation.conftest import Checker, number, output, step


def test_a_good_graph_has_no_findings(checker: Checker) -> None:
    nodes = {
        "a": number("a"),
        "add": {"block": "maths.calculate", "with": {"operation": "add", "b": 34}},
        "result": output("result"),
        "note": {"block": "io.note", "with": {"text": "hello"}},
    }
    assert checker.tree(nodes, "a.value -> add.a", "add.result -> result.value") == []


def test_an_unknown_block_comes_with_the_nearest_name(checker: Checker) -> None:
    found = checker.tree({"x": {"block": "text.tmplate"}, "y": {"block": "foo.calculate"}})

    assert [each.code for each in found] == ["unknown_block", "unknown_block"]
    assert "`text.template`" in found[0].repair
    assert "text.template" in found[0].repair_zh
    assert "calculate`" in found[1].repair
    assert "`x`" in found[0].message
    assert "text.tmplate" in found[0].message_zh


def test_a_block_like_no_other_is_to_be_installed(checker: Checker) -> None:
    (found,) = checker.tree({"x": {"block": "zzzz.qqqqqq"}})
    assert "luban blocks" in found.repair


def test_a_required_input_without_link_constant_or_default_is_missing(checker: Checker) -> None:
    found = checker.codes({"a": step(), "b": step(value=1), "out": output()}, "a.result -> b.value")
    assert ("missing_input", "a", "value") in found
    assert ("missing_input", "out", "value") in found
    assert not any(node == "b" for _, node, _ in found)


def test_an_input_node_needs_its_name(checker: Checker) -> None:
    assert ("missing_input", "a", "name") in checker.codes({"a": {"block": "io.input_number"}})


def test_a_disabled_node_may_lack_inputs(checker: Checker) -> None:
    assert checker.codes({"a": {**step(), "disabled": True}, "b": step(value=1)}) == []


def test_every_wrong_constant_is_found_by_itself(checker: Checker) -> None:
    found = checker.tree(
        {"c": {"block": "maths.calculate", "with": {"operation": "ad", "a": "x", "b": [1]}}}
    )

    assert {(each.code, each.pin) for each in found} == {
        ("invalid_value", "operation"),
        ("invalid_value", "a"),
        ("invalid_value", "b"),
    }
    operation = next(each for each in found if each.pin == "operation")
    assert "ad" in operation.message
    assert "'add'" in operation.message
    assert "'add'" in operation.message_zh
    wrong = next(each for each in found if each.pin == "a")
    assert wrong.message == "The input `a` of `c` is x, but it must be a number."
    assert wrong.message_zh == "“c”的输入“a”的值是 x，但必须是数字。"


def test_constants_convert_as_values_on_links_do(checker: Checker) -> None:
    assert checker.codes({"a": number(), "s": step(value=" 42 ")}, "a.value -> s.more") == []


def test_a_constant_for_no_input_names_those_there_are(checker: Checker) -> None:
    (found,) = checker.tree({"s": step(value=1, mor=2)})
    assert (found.code, found.node, found.pin) == ("unknown_pin", "s", "mor")
    assert "`more`" in found.repair


def test_a_constant_under_a_link_is_not_looked_at(checker: Checker) -> None:
    assert checker.codes({"n": number(), "s": step(value="never used")}, "n.value -> s.value") == []


def test_a_secret_is_never_shown(checker: Checker) -> None:
    found = checker.tree({"l": {"block": "t.login", "with": {"key": "hunter2", "pin": "s3same"}}})

    assert {each.pin for each in found} == {"key", "pin"}
    told = "".join(each.model_dump_json() for each in found)
    assert "hunter2" not in told
    assert "s3same" not in told


def test_a_block_whose_validators_break_is_a_finding(checker: Checker) -> None:
    (found,) = checker.tree({"t": {"block": "t.touchy", "with": {"x": 1}}})
    assert (found.code, found.node) == ("invalid_value", "t")
    assert "not like this" in found.message


def test_two_inputs_of_one_name_name_each_other(checker: Checker) -> None:
    found = [
        each
        for each in checker.tree({"a": number("n"), "b": number("n"), "c": number("m")})
        if each.code == "duplicate_input_name"
    ]
    assert len(found) == 1
    assert found[0].node == "b"
    assert "`a`" in found[0].message


def test_an_empty_graph_and_one_of_notes_have_no_nodes(checker: Checker) -> None:
    assert checker.codes({}) == [("no_nodes", None, None)]
    note = {"block": "io.note", "with": {"text": "x"}}
    assert checker.codes({"n": note}) == [("no_nodes", None, None)]


def test_what_reading_found_is_told_once(checker: Checker) -> None:
    assert checker.codes({"a": {}}) == [("bad_document", "a", None)]
    assert checker.codes({"1": {"block": "t.step"}}) == [("bad_document", "1", None)]


def test_a_result_that_goes_nowhere_is_a_warning(checker: Checker) -> None:
    lonely = {"block": "text.template", "with": {"format": "hello"}}
    found = checker.tree({"n": number(), "out": output(), "lonely": lonely}, "n.value -> out.value")
    assert [(each.code, each.node, each.severity.value) for each in found] == [
        ("unreachable_node", "lonely", "warning")
    ]
