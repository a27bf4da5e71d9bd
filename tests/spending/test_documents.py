"""Limits of nodes in agent files: read, written back, and told where they are wrong."""

from __future__ import annotations

from luban.model.document import read_document, write_graph
from luban.model.graph import SpendLimits
from tests.spending.kit import asking


def test_limits_of_a_node_are_read_and_written_back() -> None:
    graph, findings = read_document(asking("test.loop", 1, node_limits={"usd": 0.5, "tokens": 0}))
    assert findings == []
    assert graph.nodes[0].limits == SpendLimits.model_validate({"usd": 0.5, "tokens": 0})
    again, findings = read_document(write_graph(graph))
    assert (again, findings) == (graph, [])


def test_wrong_limits_are_told_with_their_node() -> None:
    for wrong in ({"usd": -1}, {"tokens": "many"}, {"dollar": 1}, {"tokns": 1}):
        _, findings = read_document(asking("test.loop", 1, node_limits=wrong))
        told = [(each.node, each.message) for each in findings]
        if "dollar" in wrong:
            assert told == []  # a key nobody knows is left alone
        else:
            assert [node for node, _ in told] == ["ask"], told
