"""Other systems, each installed into an environment of its own under `.bench/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".bench"
LANGGRAPH = ("langgraph==1.2.22", "langgraph-checkpoint-sqlite==3.1.2", "uvloop==0.23.0")
NODE_RED = "node-red"


class NotInstalled(Exception):
    """A peer could not be installed here; the text says why."""


def python_with(name: str, packages: tuple[str, ...]) -> Path:
    """The Python of an environment with these packages, made when it is not there yet."""
    folder = FOLDER / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.txt"
    wanted = "\n".join(packages)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise NotInstalled(f"{name}: uv is needed to install it, and is not on PATH")
    shutil.rmtree(folder, ignore_errors=True)
    _call(name, [uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
    _call(name, [uv, "pip", "install", "--quiet", "--python", str(python), *packages])
    stamp.write_text(wanted, encoding="utf-8")
    return python


def node_program(name: str, package: str, script: str) -> list[str]:
    """The command that starts a program of an npm package, installed when it is not there yet."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotInstalled(f"{name}: it needs Node and npm, which are not on PATH")
    folder = FOLDER / name
    program = folder / "node_modules" / package / script
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--no-progress", "--ignore-scripts"]
        _call(name, [npm, "install", *quiet, "--prefix", str(folder), package])
    return [node, str(program)]


def _call(name: str, command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except subprocess.TimeoutExpired as late:
        raise NotInstalled(f"{name}: it was not installed after {late.timeout} s") from late
    if done.returncode:
        raise NotInstalled(f"{name}: {(done.stderr or done.stdout).strip()[-400:]}")
