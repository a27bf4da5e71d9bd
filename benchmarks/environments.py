"""Other systems, each installed into an environment of its own under `.bench/`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".bench"
PINS = Path(__file__).parent / "pins"
"""One file per peer with every version that goes into its environment, made of its `.in` by
`uv pip compile --universal --no-header --no-annotate`."""
_N8N = {
    "name": "n8n-peer",
    "private": True,
    "dependencies": {"n8n": "2.8.4"},
    "pnpm": {
        # Both are asked for from places other than the registry, or in versions it has not.
        "overrides": {"xlsx": "0.18.5", "@langchain/langgraph-checkpoint": "1.0.0"},
        "onlyBuiltDependencies": ["sqlite3"],
    },
}


class NotInstalled(Exception):
    """A peer could not be installed here; the text says why."""


def python_with(name: str) -> Path:
    """The Python of a peer's environment, made when it is not there yet. Raises `NotInstalled`."""
    pins = PINS / f"{name}.txt"
    folder = FOLDER / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.txt"
    wanted = pins.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise NotInstalled(f"{name}: uv is needed to install it, and is not on PATH")
    shutil.rmtree(folder, ignore_errors=True)
    _call(name, [uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
    _call(name, [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(pins)])
    stamp.write_text(wanted, encoding="utf-8")
    return python


def node_program(name: str, package: str, script: str) -> list[str]:
    """The command that starts a program of an npm package, such as `node-red@4.1`.

    It is installed when it is not there yet. Raises `NotInstalled`.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotInstalled(f"{name}: it needs Node and npm, which are not on PATH")
    folder = FOLDER / name
    program = folder / "node_modules" / package.partition("@")[0] / script
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--no-progress", "--ignore-scripts"]
        _call(name, [npm, "install", *quiet, "--prefix", str(folder), package])
    return [node, str(program)]


def n8n_program() -> list[str]:
    """The command that starts n8n, installed when it is not there yet. Raises `NotInstalled`."""
    node, npx = shutil.which("node"), shutil.which("npx")
    if node is None or npx is None:
        raise NotInstalled("n8n: it needs Node and npx, which are not on PATH")
    folder = FOLDER / "n8n"
    program = folder / "node_modules" / "n8n" / "bin" / "n8n"
    if not (folder / "built.txt").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps(_N8N), encoding="utf-8")
        pnpm = [npx, "--yes", "pnpm@10"]
        _call("n8n", [*pnpm, "install", "--ignore-scripts"], folder)
        _call("n8n", [*pnpm, "rebuild", "sqlite3"], folder)
        (folder / "built.txt").touch()
    return [node, str(program)]


def _call(name: str, command: list[str], folder: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=900, cwd=folder
        )
    except subprocess.TimeoutExpired as late:
        raise NotInstalled(f"{name}: it was not installed after {late.timeout} s") from late
    if done.returncode:
        raise NotInstalled(f"{name}: {(done.stderr or done.stdout).strip()[-400:]}")
