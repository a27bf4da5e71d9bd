"""One action on many things, each for itself: what went wrong with one stops no other."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from luban.model.errors import LubanError
from luban.services.agents import Agents, Format

MOST = 200
"""Things of one request."""


class Outcome(NamedTuple):
    """What became of one thing."""

    id: str
    error: LubanError | None = None


async def each(ids: Sequence[str], act: Callable[[str], Awaitable[Any]]) -> list[Outcome]:
    """The outcomes in the order of the ids; one named twice is done once."""
    outcomes: list[Outcome] = []
    for one in dict.fromkeys(ids):
        try:
            await act(one)
        except LubanError as error:
            outcomes.append(Outcome(one, error))
        else:
            outcomes.append(Outcome(one))
    return outcomes


async def agent_files(agents: Agents, owner: str, ids: Sequence[str], format: Format) -> bytes:
    """A zip with an agent file for each, and what went wrong in `results.json`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:

        async def add(agent_id: str) -> None:
            _, text = await agents.export(owner, agent_id, format)
            # Ids are plain names, and nobody else's: those of people could lead out of a folder.
            archive.writestr(f"{agent_id}.agent.{format}", text)

        outcomes = await each(ids, add)
        told = [{"id": each.id, "error": each.error and each.error.as_json()} for each in outcomes]
        archive.writestr("results.json", json.dumps(told, ensure_ascii=False, indent=1))
    return packed.getvalue()
