"""One place where an agent uses a credential."""

from __future__ import annotations

from typing import NamedTuple


class Use(NamedTuple):
    """A node that uses a credential; `version` is that of a published graph, or the draft."""

    agent_id: str
    agent_name: str
    node: str
    version: int | None = None
