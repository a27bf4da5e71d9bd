"""Differences of documents: taken whole they give the target, in part something that loads."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from luban.model.document import read_document
from luban.model.graph_changes import Change, changes_between, ends_of, links_of, nodes_of
from luban.model.taken_changes import standings, take

Tree = dict[str, Any]
NAMES = ["fetch", "tell", "ask", "wait", "sum"]
PINS = ["a", "b", "c"]
BASE: Tree = {
    "name": "Report",
    "nodes": {
        "fetch": {"block": "web.get", "with": {"url": "https://a.example"}, "at": [0, 0]},
        "tell": {"block": "io.output", "with": {"name": "text"}},
    },
    "links": ["fetch.text -> tell.value"],
}

NODES = st.fixed_dictionaries(
    {"block": st.sampled_from(["t.one", "t.two"])},
    optional={
        "with": st.dictionaries(st.sampled_from(PINS), st.none() | st.integers(0, 2), min_size=1),
        "title": st.sampled_from(["x", "y"]),
        "disabled": st.booleans(),
        "retry": st.just({"attempts": 2}),
    },
)


@st.composite
def documents(draw: st.DrawFn) -> Tree:
    nodes = draw(st.dictionaries(st.sampled_from(NAMES), NODES, max_size=4))
    links: list[Any] = []
    if nodes:
        ends = st.builds(
            lambda node, pin: f"{node}.{pin}", st.sampled_from(list(nodes)), st.sampled_from(PINS)
        )
        written = st.builds(lambda a, b: f"{a} -> {b}", ends, ends) | st.builds(
            lambda a, b, sticky: {"from": a, "to": b, "sticky": sticky}, ends, ends, st.booleans()
        )
        links = draw(st.lists(written, max_size=5, unique_by=str))
    more = draw(
        st.fixed_dictionaries(
            {}, optional={"name": st.sampled_from("AB"), "settings": st.just({"parallel": 3})}
        )
    )
    return {"nodes": nodes, "links": links, **more}


def meaning(document: Tree) -> Any:
    """What a document says, whatever the order of its nodes and links."""
    graph, findings = read_document(document)
    assert not findings
    return (
        {node.id: node for node in graph.nodes},
        sorted(map(repr, graph.links)),
        graph.settings,
        document.get("name"),
    )


def kinds(changes: list[Change]) -> list[str]:
    return [each.kind for each in changes]


@settings(max_examples=150, deadline=None)
@given(documents(), documents())
def test_all_changes_together_make_the_target(base: Tree, target: Tree) -> None:
    changes = changes_between(base, target)
    taken = take(base, changes, {each.id for each in changes})
    assert meaning(taken.document) == meaning(target)
    assert not taken.conflicts and not taken.pulled
    assert not changes_between(taken.document, target)
    assert set(standings(changes, target).values()) <= {"done"}


@settings(max_examples=150, deadline=None)
@given(documents(), documents(), st.data())
def test_any_choice_of_them_leaves_a_document_whose_links_have_both_ends(
    base: Tree, target: Tree, data: st.DataObject
) -> None:
    changes = changes_between(base, target)
    ids = [each.id for each in changes]
    wanted = set(data.draw(st.lists(st.sampled_from(ids)))) if ids else set()
    taken = take(base, changes, wanted)
    assert wanted <= set(taken.taken) and not taken.conflicts
    meaning(taken.document)
    nodes = nodes_of(taken.document)
    for link in links_of(taken.document):
        ends = ends_of(link if isinstance(link, str) else f"{link['from']} -> {link['to']}")
        assert all(end in nodes for end in ends)
    rest = take(taken.document, changes, set(ids))  # what was refused first can still be taken
    assert meaning(rest.document) == meaning(target)


def test_changes_are_small_and_know_what_they_need() -> None:
    target: Tree = {
        "name": "Report",
        "nodes": {
            "fetch": {"block": "web.get", "with": {"url": "https://b.example"}, "title": "Get"},
            "sum": {"block": "ai.summarize"},
            "said": {"block": "io.output", "with": {"name": "text"}},
        },
        "links": ["fetch.text -> sum.text", "sum.summary -> said.value"],
        "settings": {"parallel": 2},
    }
    changes = changes_between(BASE, target)
    assert kinds(changes) == [
        "node_renamed", "input_changed", "node_changed", "node_added",
        "link_removed", "link_added", "link_added", "setting_changed",
    ]  # fmt: skip
    renamed, address, title, added, gone, first, second, _ = changes
    assert (renamed.name, renamed.node) == ("tell", "said")
    assert (address.before, address.after) == ("https://a.example", "https://b.example")
    assert (title.had, title.has) == (False, True)
    assert gone.link == "fetch.text -> said.value"
    assert first.needs == second.needs == (added.id,)
    taken = take(BASE, changes, {second.id})
    assert taken.pulled == [added.id]
    assert taken.document["links"][1] == "sum.summary -> tell.value", "the new name was refused"


def test_a_node_that_goes_takes_its_links_along() -> None:
    target: Tree = {**BASE, "nodes": {"fetch": BASE["nodes"]["fetch"]}, "links": []}
    changes = changes_between(BASE, target)
    gone = next(each for each in changes if each.kind == "node_removed")
    taken = take(BASE, changes, {gone.id})
    assert taken.document["links"] == [] and len(taken.pulled) == 1


def test_conflicts_are_named_and_everything_else_is_taken() -> None:
    target: Tree = {
        **BASE,
        "nodes": {
            "fetch": {**BASE["nodes"]["fetch"], "with": {"url": "https://b.example"}},
            "tell": {**BASE["nodes"]["tell"], "title": "Tell"},
            "sum": {"block": "ai.summarize"},
        },
        "links": ["fetch.text -> sum.text", "sum.summary -> tell.value"],
    }
    changes = changes_between(BASE, target)
    edited: Tree = {
        **BASE,
        "nodes": {
            **BASE["nodes"],
            "fetch": {**BASE["nodes"]["fetch"], "with": {"url": "https://mine.example"}},
            "sum": {"block": "maths.calculate"},
        },
    }
    taken = take(edited, changes, {each.id for each in changes})
    by_id = {each.id: each for each in changes}
    named = {(by_id[name].kind, standing) for name, standing in taken.conflicts.items()}
    assert named == {("input_changed", "changed"), ("node_added", "taken"), ("link_added", "needs")}
    assert taken.document["nodes"]["tell"]["title"] == "Tell"
    assert taken.document["nodes"]["sum"] == {"block": "maths.calculate"}
    assert taken.document["links"] == [], "the link of before was to go, and could"
    without: Tree = {**BASE, "nodes": {"tell": BASE["nodes"]["tell"]}, "links": []}
    assert "gone" in standings(changes, without).values()


def test_a_node_linked_meanwhile_does_not_go() -> None:
    target: Tree = {"nodes": {"fetch": BASE["nodes"]["fetch"]}, "links": [], "name": "Report"}
    changes = changes_between(BASE, target)
    edited = {**BASE, "links": [*BASE["links"], "fetch.status -> tell.value"]}
    gone = next(each for each in changes if each.kind == "node_removed")
    assert standings(changes, edited)[gone.id] == "changed"
