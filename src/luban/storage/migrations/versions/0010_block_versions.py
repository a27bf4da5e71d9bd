"""Nothing to store: the versions of blocks that a run began with stand in its first event."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass
