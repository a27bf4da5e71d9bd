"""The API described: `python -m luban.api.openapi` writes it where the web app reads it."""

from __future__ import annotations

import json
from pathlib import Path

from luban.api.app import routes

TARGET = Path(__file__).resolve().parents[3] / "web" / "openapi.json"

_STABLE_VERSION = "1"
"""The file describes the API's version, so that a release of the program changes nothing in it."""


def text() -> str:
    """The description as it is kept in the repository."""
    return json.dumps(routes(_STABLE_VERSION).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8", newline="\n")
