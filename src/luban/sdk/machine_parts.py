"""Parts of a machine that examples of blocks may need, and whether they are there."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

_PROGRAMS: dict[str, tuple[str, ...]] = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "sandbox": ("bwrap",),
    "node": ("node", "deno"),
}


def missing_part(need: str) -> str | None:
    """Why an example that needs a part cannot run here; `None` when the part is there.

    `chromium`, `ffmpeg`, `sandbox` and other names of programs; `python:PACKAGE` is a package.
    """
    if need.startswith("python:"):
        package = need.removeprefix("python:")
        return None if find_spec(package) else f"the Python package `{package}` is not installed"
    programs = _PROGRAMS.get(need, (need,))
    if any(shutil.which(program) for program in programs):
        return None
    return f"this machine has no {' or '.join(f'`{program}`' for program in programs)}"
