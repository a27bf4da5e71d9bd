"""What blocks that work in a workspace ask for and tell, said once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from luban.sdk import FileFacts

Workspace = Literal["agent", "user"]
Kept = Literal["run", "agent", "user"]
WORKSPACE = "Of this agent alone, or shared by all agents of the owner."
KEPT = (
    "`run`: with the run, until nothing refers to it; `agent` or `user`: at this path of the "
    "agent's own workspace, or of the one that all agents share."
)


def told(facts: FileFacts) -> dict[str, Any]:
    """The facts of a file as the blocks of this family emit them."""
    made = datetime.fromtimestamp(facts.created_at, UTC)
    return {
        "file": facts.file.as_value(),
        "name": facts.file.name,
        "type": facts.file.type,
        "size": facts.file.size,
        "workspace": facts.scope,
        "path": facts.path,
        "version": facts.version,
        "created_at": made.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
