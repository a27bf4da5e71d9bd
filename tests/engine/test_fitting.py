"""Documents made for older versions of blocks, brought up by the blocks' own rules."""

from __future__ import annotations

from typing import Any

import pytest

from luban.engine.fitting import fitted, fitted_graph, named
from luban.model.document import read_document
from luban.sdk import Migration, block
from luban.sdk.block import compile_block
from luban.sdk.errors import BadBlock
from tests.engine.kit import BLOCKS


def _in_words(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "words": values["words"] // 5} if "words" in values else values


@block(
    id="cut",
    version=3,
    migrations={
        1: Migration(inputs={"body": "text", "strict": None}, outputs={"part": "piece"}),
        2: Migration(inputs={"size": "words"}, outputs={"piece": "result"}, constants=_in_words),
    },
)
async def cut(text: str, words: int = 10) -> str:
    return text[:words]


@block(id="lost", version=2)
async def lost(text: str) -> str:
    return text


@block(
    id="odd", version=2, migrations={1: Migration(constants=lambda values: {"a": values["gone"]})}
)
async def odd(a: int = 0) -> int:
    return a


SOURCE = BLOCKS.and_(cut, lost, odd)


def nodes(**written: Any) -> dict[str, Any]:
    return {"luban": 1, "nodes": written, "links": []}


def test_renamed_pins_and_changed_constants_of_all_versions_between() -> None:
    tree: dict[str, Any] = {
        "luban": 1,
        "name": "kept",
        "nodes": {
            "in": {"block": "same", "with": {"value": "x"}, "at": [1, 2]},
            "cut": {
                "block": "cut@1",
                "with": {"body": "a", "size": 500, "strict": True},
                "title": "Cut",
                "at": [3, 4],
            },
            "out": {"block": "result"},
        },
        "links": [
            "in.result -> cut.body",
            "in.result -> cut.strict",
            {"from": "cut.part.name", "to": "out.value", "sticky": True},
            "no link at all",
        ],
    }
    after = fitted(tree, SOURCE)
    assert after["nodes"]["cut"] == {
        "block": "cut@3",
        "with": {"text": "a", "words": 100},
        "title": "Cut",
        "at": [3, 4],
    }
    assert after["links"] == [
        "in.result -> cut.text",
        {"from": "cut.result.name", "to": "out.value", "sticky": True},
        "no link at all",
    ]
    assert after["nodes"]["in"] is tree["nodes"]["in"]
    assert tree["nodes"]["cut"]["block"] == "cut@1", "the document given is left as it was"


def test_a_version_in_between_goes_the_rest_of_the_way() -> None:
    after = fitted(nodes(cut={"block": "cut@2", "with": {"size": 50}}), SOURCE)
    assert after["nodes"]["cut"] == {"block": "cut@3", "with": {"words": 10}}


def test_nodes_in_bodies_are_brought_up_too() -> None:
    body = {"mode": "map", **nodes(cut={"block": "cut@1", "with": {"body": "a"}})}
    after = fitted(nodes(each={"body": body}), SOURCE)
    assert after["nodes"]["each"]["body"]["nodes"]["cut"]["with"] == {"text": "a"}
    graph = fitted_graph(read_document(nodes(each={"body": body}))[0], SOURCE)
    inner = graph.nodes[0].body
    assert inner is not None
    assert (inner.nodes[0].block, inner.nodes[0].constants) == ("cut@3", {"text": "a"})


@pytest.mark.parametrize(
    "written",
    [
        {"block": "cut@3"},
        {"block": "cut"},
        {"block": "lost@1"},
        {"block": "cut@4"},
        {"block": "unknown@1"},
        {"block": "odd@1", "with": {"b": 1}},
        {"block": 7},
        "nothing",
        {"body": "nothing"},
    ],
)
def test_what_no_rule_leads_on_from_is_left_as_it_is(written: Any) -> None:
    tree = nodes(a=written)
    assert fitted(tree, SOURCE) == tree
    graph = read_document(tree)[0]
    assert fitted_graph(graph, SOURCE) == graph


def test_what_stands_is_not_even_copied() -> None:
    tree = nodes(a={"block": "same"}, b={"block": "cut@3"})
    assert fitted(tree, SOURCE) is tree
    assert named(nodes_ := nodes(a={"block": "same"}), SOURCE) is nodes_
    graph = read_document(tree)[0]
    assert fitted_graph(graph, SOURCE) is graph


def test_nodes_without_a_version_are_named_by_the_newest_or_the_one_given() -> None:
    tree = nodes(a={"block": "cut"}, b={"block": "same"}, c={"block": "cut@2"})
    newest = named(tree, SOURCE)["nodes"]
    assert [newest[each]["block"] for each in "abc"] == ["cut@3", "same", "cut@2"]
    first = named(tree, SOURCE, 1)["nodes"]
    assert [first[each]["block"] for each in "abc"] == ["cut@1", "same", "cut@2"]


def test_rules_must_begin_at_older_versions() -> None:
    @block(id="wrong", version=2, migrations={2: Migration()})
    async def wrong() -> int:
        return 1

    with pytest.raises(BadBlock, match="from version 2"):
        compile_block(wrong)


def test_a_gap_in_the_rules_ends_the_way() -> None:
    @block(id="gap", version=4, migrations={1: Migration(), 3: Migration()})
    async def gap() -> int:
        return 1

    assert compile_block(gap).spec.migrates == (3,)
