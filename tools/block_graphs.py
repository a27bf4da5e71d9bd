"""An agent file for every block, made of its first example that works; they all run, in a test."""

from __future__ import annotations

import json
from typing import Any

from luban.model.block import BlockExample, BlockSpec, Role

_LONG = 1500


def example_of(spec: BlockSpec) -> BlockExample | None:
    """The first example that works; a shorter one where that is long. `None` where none does."""
    good = [each for each in spec.examples if "error" not in each.outputs]
    if not good or spec.role is Role.NOTE:
        return None
    return good[0] if _size(good[0]) < _LONG else min(good, key=_size)


def document_of(spec: BlockSpec) -> dict[str, Any] | None:
    """The agent as a tree: the block with the example's inputs, and an output for each pin."""
    example = example_of(spec)
    if example is None:
        return None
    node: dict[str, Any] = {"block": spec.id}
    if example.inputs:
        node["with"] = example.inputs
    nodes: dict[str, Any] = {"it": node}
    links: list[str] = []
    if spec.role is not Role.OUTPUT:
        for pin in spec.outputs:
            if pin.name in example.outputs:
                nodes[f"{pin.name}_out"] = {"block": "io.output", "with": {"name": pin.name}}
                links.append(f"it.{pin.name} -> {pin.name}_out.value")
    return {"luban": 1, "name": spec.title, "nodes": nodes, "links": links}


def text_of(document: dict[str, Any]) -> str:
    """The file: a line for each node, its values as JSON, which is YAML too."""
    lines = ["luban: 1", f"name: {_json(document['name'])}", "nodes:"]
    for name, node in document["nodes"].items():
        given = f", with: {_json(node['with'])}" if "with" in node else ""
        lines.append(f"  {name}: {{block: {node['block']}{given}}}")
    if document["links"]:
        lines += ["links:", *(f"  - {link}" for link in document["links"])]
    return "\n".join(lines) + "\n"


def expected_of(spec: BlockSpec) -> dict[str, Any]:
    """What such a run gives: a pin that sends several values gives a list of them."""
    example = example_of(spec)
    if example is None:
        return {}
    if spec.role is Role.OUTPUT:
        return {str(example.inputs["name"]): next(iter(example.outputs.values()))}
    pins = spec.output_by_name
    return {
        name: value[0] if pins[name].many and len(value) == 1 else value
        for name, value in example.outputs.items()
        if not (pins[name].many and not value)
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _size(example: BlockExample) -> int:
    return len(repr(example.inputs)) + len(repr(example.outputs))
