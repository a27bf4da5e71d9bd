"""A step's inputs as errors and questions may show them."""

from __future__ import annotations

from typing import Any

from luban.engine.inputs import Lacking
from luban.engine.state import Firing
from luban.model.errors import show


def readable_inputs(firing: Firing) -> dict[str, Any]:
    """The inputs of a step as an error may show them: short, and without secrets."""
    code = firing.node.code
    secret = {pin.name for pin in code.spec.inputs if pin.secret} if code else set[str]()
    return {
        name: "•••" if name in secret else _readable(value) for name, value in firing.inputs.items()
    }


def _readable(value: Any) -> Any:
    if isinstance(value, Lacking):
        return None
    if isinstance(value, (list, dict)):
        return show(value)  # pyright: ignore[reportUnknownArgumentType]
    return show(value) if isinstance(value, str) else value
