"""Prometheus' own checker, which tests ask about metrics and alert rules."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

PACKAGE = "prometheus"
KEPT = Path.home() / ".cache" / "luban" / "promtool"
"""Where the program lies once it was taken out of the Debian package."""


def find(say: Callable[[str], None] | None = None) -> str | None:
    """LUBAN_PROMTOOL, then PATH, then what was got before; with `say`, it is got if it may be."""
    given = os.environ.get("LUBAN_PROMTOOL")
    for path in (given,) if given else (shutil.which("promtool"), str(KEPT)):
        if path and Path(path).is_file():
            return path
    return _got(say) if say is not None and not given else None


def _got(say: Callable[[str], None]) -> str | None:
    """The program alone, out of the system's package: installing it would start a server."""
    apt, unpack = shutil.which("apt-get"), shutil.which("dpkg")
    if apt is None or unpack is None:
        return None
    say(f"taking promtool out of the system's package {PACKAGE}")
    with tempfile.TemporaryDirectory() as folder:
        if not _done([apt, "download", "-q", PACKAGE], folder):
            return None
        packages = list(Path(folder).glob("*.deb"))
        if not packages or not _done([unpack, "-x", str(packages[0]), "out"], folder):
            return None
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(Path(folder) / "out" / "usr" / "bin" / "promtool", KEPT)
    return str(KEPT)


def _done(command: list[str], folder: str) -> bool:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=600, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
