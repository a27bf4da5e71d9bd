"""Luban: agents built out of blocks, whose runs are never lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from luban.model.run import Run
    from luban.server.settings import Settings

__all__ = ["run_file"]


async def run_file(
    path: str | Path, inputs: Mapping[str, Any] | None = None, *, settings: Settings | None = None
) -> Run:
    """Runs an agent file without a server: `run = await luban.run_file("x.agent.yaml", {"a": 2})`.

    The run is returned whether it completed or failed; look at `status`, `outputs` and `error`.
    Nothing is kept unless `settings` (of `luban.server.settings`) say where.
    """
    # Loaded by the first call: importing `luban` alone costs nothing.
    from luban.server.embedding import run_file as run

    return await run(path, inputs, settings=settings)
