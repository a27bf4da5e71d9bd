"""Why the process for documents gives up on one; `apart.py` has the sentences."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The document is not taken."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values
