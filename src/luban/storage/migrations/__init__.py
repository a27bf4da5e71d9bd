"""How the schema grows: which revision a database must be at, known without importing Alembic."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
REVISION_TABLE = "luban_revision"


def revisions() -> list[str]:
    """Every revision this program knows, oldest first: files are named `<revision>_<what>.py`."""
    return sorted(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))
