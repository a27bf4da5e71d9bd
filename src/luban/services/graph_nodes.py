"""Nodes of a graph by path, as people name them: `add`, or `each/add` inside a body."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator, Mapping
from typing import Any, cast

from luban.engine.step_paths import node_of
from luban.model.errors import InvalidValue, NotFound, show
from luban.model.graph import Graph, Node
from luban.model.pins import coerce
from luban.model.run import RunOptions
from luban.model.values import plain
from luban.sdk.code import BlockSource

Tree = dict[str, Any]


def find_node(graph: Graph, path: str) -> Node:
    """The node of a path, which may have rounds and children in it. Raises `NotFound`."""
    wanted, nodes = node_of(path), graph.nodes
    found: Node | None = None
    for part in wanted.split("/"):
        found = next((node for node in nodes if node.id == part), None)
        if found is None:
            raise _no_node(graph, path)
        nodes = found.body.nodes if found.body else ()
    assert found is not None
    return found


def with_constants(document: Tree, constants: Mapping[str, Mapping[str, Any]]) -> Tree:
    """The document with other constants on some nodes. The nodes must be there."""
    changed = copy.deepcopy(document)
    for path, pins in constants.items():
        node: Tree = {"body": changed}
        for part in path.split("/"):
            node = cast("Tree", node["body"]["nodes"][part])
        node["with"] = {**(node.get("with") or {}), **pins}
    return changed


def check_options(graph: Graph, blocks: BlockSource, options: RunOptions) -> None:
    """Raises `NotFound` for a pinned node that is not there, `InvalidValue` for pins and values."""
    if options.recorded is not None and not options.simulate:
        raise InvalidValue(
            name="options.recorded",
            value=options.recorded,
            expected="only a simulated run answers from a recorded one; add `simulate`",
            expected_zh="只有模拟运行才会使用历史运行的结果，请同时设置 `simulate`",
        )
    for path, pins in options.pinned.items():
        node = find_node(graph, path)
        code = blocks.find(node.block) if node.block else None
        if code is None:
            raise _bad_pin(
                path,
                node.id,
                "this node has a body; pin the nodes inside it instead",
                "该节点带有循环体，请改为固定其中的节点",
            )
        outputs = code.spec.output_by_name
        for pin, value in pins.items():
            declared = outputs.get(pin)
            if declared is None:
                known = ", ".join(outputs)
                raise _bad_pin(
                    f"{path}.{pin}",
                    pin,
                    f"the outputs of `{path}` are {known}",
                    f"“{path}”的输出端口为 {known}",
                )
            many = declared.many and isinstance(value, list)
            for each in cast("list[Any]", value) if many else [value]:
                coerce(plain(each), declared.type)


def _bad_pin(name: str, value: str, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(
        name=f"options.pinned.{name}", value=value, expected=expected, expected_zh=expected_zh
    )


def _no_node(graph: Graph, path: str) -> NotFound:
    known = list(_paths(graph.nodes))
    close = difflib.get_close_matches(node_of(path)[:80], known, n=1)
    names = ", ".join(f"`{each}`" for each in close or known[:8])
    return NotFound(
        what="node",
        what_zh="节点",
        name=show(path),
        way_out=f"Perhaps {names}?" if close else f"There are {names}.",
        way_out_zh=f"也许是 {names}？" if close else f"现有节点：{names}。",
    )


def _paths(nodes: tuple[Node, ...], above: str = "") -> Iterator[str]:
    for node in nodes:
        yield above + node.id
        if node.body is not None:
            yield from _paths(node.body.nodes, f"{above}{node.id}/")
