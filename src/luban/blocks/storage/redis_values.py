"""What goes into Redis and comes out: texts as they are, other values as JSON."""

from __future__ import annotations

import base64
import json
from typing import Any


def written(value: Any) -> str:
    """A value as Redis keeps it."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read(answer: Any, *, as_json: bool) -> Any:
    """An answer as a value: text; JSON where it is wanted and there; base64 of what is no text."""
    if isinstance(answer, list):
        return [read(each, as_json=as_json) for each in answer]
    if not isinstance(answer, bytes):
        return answer
    try:
        text = answer.decode()
    except UnicodeDecodeError:
        return base64.b64encode(answer).decode("ascii")
    if as_json:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
