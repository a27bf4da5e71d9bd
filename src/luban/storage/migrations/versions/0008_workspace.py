"""Files: versions, where they came from, and how much an owner may keep."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass
