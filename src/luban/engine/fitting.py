"""Documents and graphs fitted to the blocks there are: nodes of older versions, brought up.

A node names a version of its block, `text.split@2`, or none. One whose version is not there any
more is brought up to the newest by the block's own rules, if they lead there; else it is left as
it is, and the check says why it cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, cast, runtime_checkable

from luban.model.block_reference import BlockReference, read_reference
from luban.model.document import read_document, write_graph
from luban.model.errors import LubanError
from luban.model.graph import Endpoint, Graph, Link, Node
from luban.model.link_text import parse_link
from luban.sdk.code import BlockCode, BlockSource
from luban.sdk.migration import Migration

Tree = dict[str, Any]


@runtime_checkable
class Versioned(Protocol):
    """A source of blocks that knows the newest versions without loading code."""

    def newest(self, block_id: str) -> int | None: ...


def newest_of(block_id: str, blocks: BlockSource) -> int | None:
    """The newest version of a block; `None` when there is none."""
    if isinstance(blocks, Versioned):
        return blocks.newest(block_id)
    code = blocks.find(block_id)
    return None if code is None else code.spec.version


def named(tree: Tree, blocks: BlockSource, version: int | None = None) -> Tree:
    """The document with a version for each node whose block has moved on from its first.

    That is the newest, or the `version` given. What is kept says the versions this way, so that a
    node without one, of whatever age, is a node of the first.
    """

    def name(node: Tree) -> Tree:
        block = node["block"]
        newest = newest_of(block, blocks)
        if newest is None or newest == 1:
            return node
        return {**node, "block": str(BlockReference(block, version or newest))}

    return _each_node(tree, name)


def fitted(tree: Tree, blocks: BlockSource) -> Tree:
    """The document with all nodes brought up whose version is gone; itself if there are none."""
    nodes: Any = tree.get("nodes")
    if not isinstance(nodes, dict):
        return tree
    changed: Tree = {}
    moved: dict[str, list[Migration]] = {}
    for node_id, node in cast("Tree", nodes).items():
        if not isinstance(node, dict):
            continue
        node = cast("Tree", node)
        body = node.get("body")
        if isinstance(body, dict):
            inner = fitted(cast("Tree", body), blocks)
            if inner is not body:
                changed[node_id] = {**node, "body": inner}
        elif (rules := _rules_for(node.get("block"), blocks)) is not None:
            changed[node_id] = _brought_up_if_possible(node, rules)
            if changed[node_id] is not node:
                moved[str(node_id)] = rules.steps
    if not changed:
        return tree
    after: Tree = {**tree, "nodes": {**nodes, **changed}}
    links: Any = tree.get("links")
    if moved and isinstance(links, list):
        renamed = (_link(one, moved) for one in cast("list[Any]", links))
        after["links"] = [each for each in renamed if each is not None]
    return after


def fitted_graph(graph: Graph, blocks: BlockSource) -> Graph:
    """The same for a graph. Most graphs stand as they are, and are only looked at."""
    if all(_stands(node, blocks) for node in _all_nodes(graph.nodes)):
        return graph
    return read_document(fitted(write_graph(graph), blocks))[0]


class Rules:
    """The way from a version of a block that is gone to one that is there."""

    def __init__(self, reference: BlockReference, code: BlockCode) -> None:
        self.target = BlockReference(reference.block, code.spec.version)
        old = reference.version or 1
        self.steps = [code.migrations[each] for each in range(old, code.spec.version)]


def brought_up(node: Tree, rules: Rules) -> Tree:
    """The node as the newer version takes it. Raises what the block's rules do."""
    given: Any = node.get("with")
    changed = {**node, "block": str(rules.target)}
    if isinstance(given, dict):
        values = cast("Tree", given)
        for step in rules.steps:
            values = step.moved(values)
        changed["with"] = values
    return changed


def _brought_up_if_possible(node: Tree, rules: Rules) -> Tree:
    try:
        return brought_up(node, rules)
    except Exception:  # noqa: BLE001  rules are foreign code; the check asks them again, and tells
        return node


def rules_for(reference: BlockReference, blocks: BlockSource) -> Rules | None:
    """How nodes of a version that is gone are brought up; `None` if no rules lead on from it."""
    code = blocks.find(reference.block)
    if code is None or reference.version not in code.spec.migrates:
        return None
    return Rules(reference, code)


def _rules_for(block: object, blocks: BlockSource) -> Rules | None:
    if not isinstance(block, str) or "@" not in block or blocks.find(block) is not None:
        return None
    return rules_for(read_reference(block), blocks)


def _each_node(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The document with every node that names a block, in bodies too, as `change` gives it."""
    nodes: Any = tree.get("nodes")
    if not isinstance(nodes, dict):
        return tree
    changed: Tree = {}
    for node_id, node in cast("Tree", nodes).items():
        if isinstance(node, dict):
            before = cast("Tree", node)
            after = _changed(before, change)
            if after is not before:
                changed[node_id] = after
    return {**tree, "nodes": {**nodes, **changed}} if changed else tree


def _changed(node: Tree, change: Callable[[Tree], Tree]) -> Tree:
    body: Any = node.get("body")
    if isinstance(node.get("block"), str):
        return change(node)
    if not isinstance(body, dict):
        return node
    inner = _each_node(cast("Tree", body), change)
    return node if inner is body else {**node, "body": inner}


def _link(written: Any, moved: dict[str, list[Migration]]) -> Any:
    """A link with the pins as they are called now; `None` if its input is no longer wanted."""
    text = written
    if isinstance(written, dict):
        ends = cast("Tree", written)
        text = f"{ends.get('from')} -> {ends.get('to')}"
    try:
        link = parse_link(str(text))
    except LubanError:
        return cast("Any", written)  # reading the document says what is wrong with it
    if link.source.node not in moved and link.target.node not in moved:
        return cast("Any", written)
    renamed = _renamed(link, moved)
    if renamed is None:
        return None
    if isinstance(written, dict):
        return {**cast("Tree", written), "from": str(renamed.source), "to": str(renamed.target)}
    return str(renamed)


def _renamed(link: Link, moved: dict[str, list[Migration]]) -> Link | None:
    output, wanted = link.source.pin, link.target.pin
    for step in moved.get(link.source.node, ()):
        output = step.outputs.get(output, output)
    for step in moved.get(link.target.node, ()):
        to = step.inputs.get(wanted, wanted)
        if to is None:
            return None
        wanted = to
    source, target = _at(link.source, output), _at(link.target, wanted)
    return link.model_copy(update={"source": source, "target": target})


def _at(end: Endpoint, pin: str) -> Endpoint:
    return end.model_copy(update={"pin": pin})


def _stands(node: Node, blocks: BlockSource) -> bool:
    return node.block is None or "@" not in node.block or blocks.find(node.block) is not None


def _all_nodes(nodes: Sequence[Node]) -> Iterable[Node]:
    for node in nodes:
        yield node
        if node.body is not None:
            yield from _all_nodes(node.body.nodes)
