"""No document, however odd, makes the check fail; and what it says is always complete."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luban.engine.validation import check
from luban.model.document import read_document
from luban.registry import Registry

BLOCKS = st.sampled_from(
    [
        "t.step",
        "t.two",
        "t.login",
        "t.touchy",
        "t.file",
        "t.numbers",
        "no.such",
        "io.input",
        "io.input_number",
        "io.output",
        "io.note",
        "data.collect",
        "data.for_each",
        "text.template",
        "maths.calculate",
        "logic.if",
    ]
)
IDS = st.sampled_from("abcdef")
PINS = st.sampled_from(
    ["value", "result", "more", "a", "b", "error", "items", "item", "name", "n", "yes_output"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(IDS, v), max_leaves=6
)
ENDS = st.builds(
    lambda node, pin, path: f"{node}.{pin}{path}",
    IDS,
    PINS,
    st.sampled_from(["", "", "", "[0]", ".x", ".x[1]"]),
)
LINKS = st.builds(
    lambda a, b, sticky: {"from": a, "to": b, "sticky": sticky},
    ENDS,
    ENDS,
    st.sampled_from([None, True, False]),
)
PLAIN = st.fixed_dictionaries(
    {"block": BLOCKS, "with": st.dictionaries(PINS, VALUES, max_size=4)},
    optional={"disabled": st.booleans()},
)


def flows(nodes: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries(
        {
            "nodes": st.dictionaries(IDS, nodes, max_size=6),
            "links": st.lists(LINKS, max_size=10),
        }
    )


def with_bodies(inner: st.SearchStrategy) -> st.SearchStrategy:
    more = {"mode": st.sampled_from(["map", "loop"]), "over": PINS, "until": PINS}
    body = st.builds(lambda a, b: {**a, **b}, flows(inner), st.fixed_dictionaries(more))
    return PLAIN | st.fixed_dictionaries({"body": body})


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(tree=flows(st.recursive(PLAIN, with_bodies, max_leaves=4)))
def test_any_tree_can_be_checked(blocks: Registry, tree: dict[str, object]) -> None:
    found = check(tree, blocks)

    for each in found:
        assert each.code
        assert each.message
        assert each.message_zh
        assert each.repair
        assert each.repair_zh
        assert "{" not in each.message.split("`")[0]
    graph, read = read_document(tree)
    assert [*read, *check(graph, blocks, read)] == found


@given(tree=VALUES)
def test_what_is_no_graph_at_all_is_answered_too(blocks: Registry, tree: object) -> None:
    graph, read = read_document(tree)
    assert [*read, *check(graph, blocks, read)] != []
