"""Reading a document: every mistake is found at once, everything right is in the graph."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luban.model.document import read_document, write_graph
from luban.model.graph import BodyMode, Order

CALCULATOR: dict[str, Any] = {
    "luban": 1,
    "name": "Calculator",
    "nodes": {
        "a": {"block": "io.input_number", "with": {"name": "a"}},
        "add": {
            "block": "math.calculate",
            "with": {"operation": "add", "b": 34},
            "retry": {"attempts": 3},
            "at": [480, 120],
        },
        "result": {"block": "io.output", "with": {"name": "result"}, "mine": {"kept": True}},
    },
    "links": [
        "a.value -> add.a",
        {"from": "add.result[0].x", "to": "result.value.part", "sticky": True},
    ],
    "settings": {"on_error": "continue", "limits": {"steps": 10}},
}


def test_a_whole_document_is_read_without_findings() -> None:
    graph, findings = read_document(CALCULATOR)

    assert findings == []
    assert [node.id for node in graph.nodes] == ["a", "add", "result"]
    add = graph.nodes[1]
    assert add.constants == {"operation": "add", "b": 34}
    assert add.retry is not None
    assert add.retry.attempts == 3
    assert [str(link) for link in graph.links] == [
        "a.value -> add.a",
        "add.result[0].x -> result.value.part",
    ]
    assert [link.sticky for link in graph.links] == [None, True]
    assert graph.settings.limits.steps == 10


def test_bodies_are_read_with_their_nodes_and_links() -> None:
    body = {
        "mode": "map",
        "over": "items",
        "parallel": 4,
        "nodes": {"x": {"block": "io.input"}, "每一行": {"block": "io.output"}},
        "links": ["x.value -> 每一行.value"],
    }
    graph, findings = read_document({"nodes": {"each": {"body": body, "order": "any"}}})

    assert findings == []
    (each,) = graph.nodes
    assert each.order is Order.ANY
    assert each.body is not None
    assert (each.body.mode, each.body.over, each.body.parallel) == (BodyMode.MAP, "items", 4)
    assert [str(link) for link in each.body.links] == ["x.value -> 每一行.value"]


def test_every_mistake_is_found_not_only_the_first() -> None:
    tree = {
        "luban": 9,
        "nodes": {
            "1st": {"block": "x.y"},
            "empty": {},
            "both": {"block": "a.b", "body": {"nodes": {}}},
            "odd": {"block": 7, "retry": {"attempts": 0}, "timeout": "soon", "with": []},
            "each": {"body": {"mode": "sideways", "nodes": {"in": 3}}},
            "typo": {"block": "a.b", "wiht": {"a": 1}},
        },
        "links": [
            "a -> b.c",
            "nothing",
            4,
            "a.x[ -> b.c",
            {"from": "a.x", "to": "b.y", "sticky": 1},
        ],
        "settings": {"limits": {"steps": -1}, "on_error": "shrug"},
    }
    graph, findings = read_document(tree)

    places = {(each.code, each.node, each.link) for each in findings}
    assert places == {
        ("bad_document", None, None),  # luban: 9
        ("bad_document", "1st", None),
        ("bad_document", "empty", None),
        ("bad_document", "both", None),
        ("bad_document", "odd", None),
        ("invalid_value", "odd", None),
        ("invalid_value", "each", None),
        ("bad_document", "each/in", None),
        ("bad_document", "typo", None),
        ("bad_document", None, "a -> b.c"),
        ("bad_document", None, "nothing"),
        ("bad_path", None, "a.x[ -> b.c"),
        ("invalid_value", None, "a.x -> b.y"),
        ("invalid_value", None, None),
    }
    assert len(findings) == 18
    assert {node.id for node in graph.nodes} == {"empty", "both", "odd", "each", "typo"}
    assert [str(link) for link in graph.links] == ["a.x -> b.y"]


def test_a_finding_names_place_value_and_repair_in_both_languages() -> None:
    _, (finding,) = read_document({"nodes": {"slow": {"block": "a.b", "retry": {"attempts": 0}}}})

    assert finding.node == "slow"
    assert finding.message == "`retry.attempts` is 0, but it must be at least 1."
    assert finding.message_zh == "“retry.attempts”的值是 0，但不能小于 1。"
    assert "retry.attempts" in finding.repair
    assert "retry.attempts" in finding.repair_zh
    assert finding.params["value"] == 0


def test_a_key_that_nearly_is_one_of_ours_is_only_a_warning() -> None:
    _, findings = read_document(
        {"nodes": {"n": {"block": "a.b", "titel": "x", "colour_of_mine": 1}}}
    )

    assert [each.severity.value for each in findings] == ["warning"]
    assert "`title`" in findings[0].message


@pytest.mark.parametrize("tree", [None, [], "text", 3, {"nodes": [1]}, {"links": {}}])
def test_what_is_no_document_at_all_is_one_finding(tree: object) -> None:
    _, findings = read_document(tree)
    assert [each.code for each in findings] == ["bad_document"]


def test_values_nested_beyond_reason_are_refused_not_followed() -> None:
    value: Any = 1
    for _ in range(5000):
        value = [value]
    _, findings = read_document({"nodes": {"n": {"block": "a.b", "with": {"v": value}}}})
    assert [each.code for each in findings] == ["bad_document"]


def test_a_written_graph_reads_back_as_itself() -> None:
    graph, _ = read_document(CALCULATOR)
    assert read_document(write_graph(graph)) == (graph, [])


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
WORDS = st.sampled_from(
    [
        "nodes",
        "links",
        "body",
        "block",
        "with",
        "retry",
        "settings",
        "limits",
        "steps",
        "from",
        "to",
        "sticky",
        "over",
        "mode",
        "luban",
        "a",
        "b",
        "a.b",
    ]
)
TREES = st.recursive(
    SCALARS | WORDS | st.just("a.x -> b.y"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=40,
)


@given(TREES)
def test_no_tree_makes_reading_fail(tree: object) -> None:
    graph, _ = read_document(tree)
    again, _ = read_document(write_graph(graph))
    assert repr(again) == repr(graph)  # as text, because NaN is not equal to itself


def test_how_long_runs_are_kept_is_read_and_judged() -> None:
    def read(keep: object) -> tuple[tuple[float | None, int | None], list[str]]:
        graph, findings = read_document({"luban": 1, "nodes": {}, "settings": {"keep": keep}})
        kept = graph.settings.keep
        return (kept.days, kept.runs), [finding.message for finding in findings]

    assert read({"days": 0.5, "runs": 20}) == ((0.5, 20), [])
    assert read(None) == read({}) == ((None, None), [])
    for wrong, named in [
        ({"days": -1}, "settings.keep.days"),
        ({"runs": 0}, "settings.keep.runs"),
        ({"day": 3}, "days"),
        (3, "settings.keep"),
    ]:
        kept, (message,) = read(wrong)
        assert kept == (None, None)
        assert named in message
