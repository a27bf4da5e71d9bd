"""What steps may reach beyond their inputs, and where the graph of a run comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from luban.model.graph import Graph
from luban.sdk.chat import Models
from luban.sdk.context import Files, State
from luban.sdk.http import Http


class World(Protocol):
    """Makes what a context hands to a block; everything personal is made for one owner."""

    @property
    def http(self) -> Http: ...

    @property
    def models(self) -> Models: ...

    def files(self, owner: str) -> Files: ...

    def state(self, owner: str, agent_id: str) -> State: ...

    def secret(self, owner: str, provider: str) -> Mapping[str, str] | None: ...


class GraphSource(Protocol):
    """Where the frozen graph of a run is found."""

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        """Raises `NotFound` when the version was deleted."""
        ...
