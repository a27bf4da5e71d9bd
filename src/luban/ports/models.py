"""Models that people add: rows, and the keys that those name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict


class ModelRow(BaseModel):
    """A model that somebody added.

    `config` is what they wrote, without any key. `credential` is the id of the one that opens it,
    of the same owner. What is `trusted` was written by an administrator, so that its address may
    lie in a private network.
    """

    model_config = ConfigDict(frozen=True)

    owner: str
    id: str
    shared: bool = False
    trusted: bool = False
    credential: str = ""
    config: Mapping[str, Any] = {}
    made_by: str = ""
    created_at: float = 0.0
    updated_at: float = 0.0


class ModelRows(Protocol):
    """Keeps what people added; every query names the owner."""

    async def put(self, row: ModelRow) -> bool:
        """Makes or replaces one; `True` if it was made."""
        ...

    async def find(self, owner: str, model: str) -> ModelRow | None:
        """The owner's own, else the one that is shared with everybody."""
        ...

    async def list(self, owner: str) -> list[ModelRow]:
        """Those that are shared, then the owner's own, each by id."""
        ...

    async def delete(self, owner: str, model: str) -> bool: ...


class ModelKeys(Protocol):
    """Opens the credentials that rows name, for the length of a call."""

    def open(
        self, owner: str, credential: str, model: str, url: str
    ) -> AbstractAsyncContextManager[str]:
        """The key to send to an address.

        Raises `model_credential_missing`, `credential_not_for_host`, and what opening it raises.
        """
        ...
