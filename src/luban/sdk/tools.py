"""Tools of an agent: other nodes, blocks, agents and servers, as a model may choose them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from luban.model.block import Effect

ToolKind = Literal["node", "block", "agent"]


@dataclass(frozen=True, slots=True)
class UsableTool:
    """What `ctx.tools` gives and `ctx.use` takes; plain data, so it can be recorded.

    `name` is unique among those of one call, and as models want it: letters, digits, `_` and `-`,
    64 at most. `parameters` is a JSON Schema of its arguments, without the inputs that are
    `fixed`. `target` is the node, block or agent that is run; its pin `into`, if named, gets all
    arguments as one object. `source` is who offers it: `node`, `block`, `agent` or `mcp:SERVER`;
    title and description of the last are foreign text.
    """

    name: str
    title: str
    description: str
    parameters: Mapping[str, Any]
    effect: Effect
    kind: ToolKind
    target: str
    source: str
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    into: str = ""
