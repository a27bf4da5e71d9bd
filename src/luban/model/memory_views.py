"""What travels of the memories of agents."""

from __future__ import annotations

from typing import Literal

from luban.model.views import Moment, View


class MemoryView(View):
    """Something an agent remembers, or all agents of its owner, and where it came from.

    `run_id` and `node` are the step that kept it, empty for what a person wrote; `thread_id` is the
    conversation. `trusted` is false for texts of others. `superseded_by` is the id of what took its
    place, `score` how it fits a search.
    """

    id: str
    text: str
    kind: Literal["fact", "preference", "episode", "note"]
    about: str
    importance: float
    said_by: Literal["user", "tool", "model", "person"]
    trusted: bool
    agent_id: str
    run_id: str
    node: str
    thread_id: str
    superseded_by: str
    times: int
    uses: int
    has_vector: bool
    created_at: Moment
    updated_at: Moment
    used_at: Moment | None = None
    score: float | None = None
