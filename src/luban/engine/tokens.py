"""What arrives at a node: the part of a value that a link picks, and what the run was given."""

from __future__ import annotations

from typing import Any

from luban.engine.inputs import Lacking
from luban.engine.plan import NodePlan, Wire
from luban.engine.state import Frame
from luban.model.block import Role
from luban.model.paths import PathMissing, pick


def picked(value: Any, wire: Wire) -> Any:
    """The part of a value, or what tells the step that there is none."""
    try:
        return pick(value, wire.pick)
    except PathMissing as error:
        return Lacking(error)


def with_run_input(node: NodePlan, frame: Frame) -> dict[str, Any]:
    """The constants of a node without links; an input node gets what the run was given for it."""
    inputs = dict(node.constants)
    if node.code is not None and node.code.spec.role is Role.INPUT:
        name = inputs.get("name") or node.id
        if name in frame.inputs:
            inputs["value"] = frame.inputs[name]
    return inputs
