"""The side of a player: one line of JSON comes in, one goes out, and nothing else does."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Play = Callable[..., Awaitable[dict[str, float]]]


async def answer(play: Play) -> None:
    """Plays what standard input asks for, until it ends; what others print goes to the errors."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        gc.collect()
        order: dict[str, Any] = json.loads(line)
        told.write(json.dumps(await play(**order)) + "\n")
        told.flush()


def bytes_of(path: Path) -> int:
    """What the files of a database take together, its log included."""
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*"))
