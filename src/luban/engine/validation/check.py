"""All checks over a graph and the bodies inside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from luban.engine.fitting import fitted_graph
from luban.engine.validation import remarks
from luban.engine.validation.constants import check_inputs
from luban.engine.validation.links import check_links
from luban.engine.validation.presence import check_presence
from luban.engine.validation.reach import check_reach
from luban.engine.validation.scope import Place, Scope, scope_of
from luban.engine.validation.tools import check_tools
from luban.model.block import Role
from luban.model.document import MAX_DEPTH, read_document
from luban.model.finding import Finding, Severity
from luban.model.graph import Graph, Link, Node
from luban.sdk.code import BlockSource


def check(
    graph: Graph | dict[str, Any], blocks: BlockSource, findings_so_far: Sequence[Finding] = ()
) -> list[Finding]:
    """Everything wrong with a graph that can be known before it runs; never raises.

    Given a document, it is read first, and what reading found comes first. `findings_so_far` are
    those of an earlier reading: they are not given again, and what they explain is not told
    twice. Nodes inside bodies are named by path: `each/add`. What blocks' own rules can bring up to
    the versions there are is brought up first.
    """
    before = list(findings_so_far)
    if isinstance(graph, dict):
        graph, read = read_document(graph)
        return [*read, *check(graph, blocks, [*before, *read])]
    graph = fitted_graph(graph, blocks)
    explained = {
        finding.node
        for finding in before
        if finding.code == "bad_document" and finding.severity is Severity.ERROR
    }
    if explained and not graph.nodes:
        explained.add(None)
    found = _flat(graph.nodes, graph.links, blocks, "", explained)
    known = {(each.code, each.node, each.pin, each.link) for each in before}
    return [each for each in found if (each.code, each.node, each.pin, each.link) not in known]


def _flat(
    nodes: Sequence[Node],
    links: Sequence[Link],
    blocks: BlockSource,
    prefix: str,
    explained: set[str | None],
) -> Iterator[Finding]:
    scope = scope_of(nodes, links, blocks, prefix)
    if not any(place.role is not Role.NOTE for place in scope.places.values()):
        if scope.owner not in explained:
            yield remarks.NO_NODES.at(node=scope.owner)
        return
    yield from _blocks(scope, blocks, explained)
    yield from check_inputs(scope)
    yield from check_links(scope)
    yield from check_tools(scope)
    yield from _input_names(scope)
    yield from check_reach(scope)
    for place in scope.places.values():
        body = place.node.body
        if body is not None and prefix.count("/") < MAX_DEPTH:
            yield from _flat(body.nodes, body.links, blocks, f"{place.path}/", explained)


def _blocks(scope: Scope, blocks: BlockSource, explained: set[str | None]) -> Iterator[Finding]:
    for place in scope.places.values():
        if place.path not in explained:
            yield from check_presence(place, blocks)


def _input_names(scope: Scope) -> Iterator[Finding]:
    first: dict[str, Place] = {}
    for place in scope.places.values():
        if place.role is not Role.INPUT or place.node.disabled:
            continue
        other = first.setdefault(place.pin_name, place)
        if other is not place:
            yield remarks.DUPLICATE_INPUT_NAME.at(
                node=place.path, pin="name", other=other.path, name=place.pin_name
            )
