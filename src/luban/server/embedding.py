"""One run of an agent file inside another program: no server, nothing kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from luban.model.errors import InvalidValue
from luban.model.run import Run
from luban.server.database import MEMORY
from luban.server.settings import Settings, read_settings
from luban.server.wiring import open_home
from luban.services.agents import AgentDraft

OWNER = "local"


async def run_file(
    path: str | Path, inputs: Mapping[str, Any] | None = None, *, settings: Settings | None = None
) -> Run:
    """Runs an agent file to its end and gives the run, whatever became of it.

    Without `settings`, those of the environment apply, and everything is kept in memory only;
    with them, the run is stored in their home like any other. Raises `BadDocument`,
    `AgentHasErrors` and `InvalidInputs` for what cannot run at all.
    """
    text = _read(Path(path))
    settings = settings or replace(read_settings(), database_url=MEMORY)
    async with open_home(settings) as home:
        agent = await home.house.agents.create(OWNER, AgentDraft(text=text))
        run = await home.house.runs.start(OWNER, agent.id, inputs or {}, trigger="embedded")
        await home.worker.run_one(run.id)
        return await home.house.runs.get(OWNER, run.id)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(
            name="path",
            value=str(path),
            expected=f"an agent file must be there: {error}",
            expected_zh=f"该处必须有智能体文件：{error}",
        ) from error
