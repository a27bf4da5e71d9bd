"""The lock files: which there are, what each is made from, and whether they are fresh.

A lock names exact versions and their hashes and nothing else: no host, no address, no folder, so
it means the same on every machine. Its first line holds a hash of what it was made from.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = "# Made by `./run lock` from pyproject.toml; do not edit. inputs: sha256:{digest}\n"
UNWANTED = re.compile(r"://|file:|--(?:extra-)?index-url|--find-links|--trusted-host|^/| @ ", re.M)


@dataclass(frozen=True)
class Lock:
    """One lock file: the project's own dependencies (or not) and dependency groups."""

    name: str
    project: bool
    groups: tuple[str, ...]
    same_versions_as: str | None = None


LOCKS = (
    Lock("requirements.lock", True, ("build",)),
    Lock("requirements-dev.lock", True, ("build", "dev"), "requirements.lock"),
    Lock("requirements-node.lock", False, ("node",)),
    Lock("requirements-uv.lock", False, ("uv",)),
)


def inputs_digest(lock: Lock, pyproject: dict[str, object]) -> str:
    """A hash of exactly the parts of pyproject.toml that the lock depends on."""
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    assert isinstance(project, dict) and isinstance(groups, dict)
    parts: list[object] = [project["requires-python"]]
    parts.extend(sorted(groups[group]) for group in lock.groups)
    if lock.project:
        parts.append(sorted(project["dependencies"]))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def problems(root: Path = ROOT) -> list[str]:
    """What is wrong with the locks of a project folder, one sentence each."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = []
    for lock in LOCKS:
        path = root / lock.name
        if not path.exists():
            found.append(f"{lock.name} is missing: run ./run lock")
            continue
        text = path.read_text(encoding="utf-8")
        if not text.startswith(HEADER.format(digest=inputs_digest(lock, pyproject))):
            found.append(f"{lock.name} was made from another pyproject.toml: run ./run lock")
        found.extend(
            f"{lock.name} names a place ({match.group().strip()}): versions and hashes only"
            for match in UNWANTED.finditer(text)
        )
    return found


def make(uv: str, *, upgrade: bool = False, root: Path = ROOT) -> None:
    """Write every lock again; versions stay as they are unless `upgrade`."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    for lock in LOCKS:
        body = _compile(uv, lock, root, upgrade=upgrade)
        header = HEADER.format(digest=inputs_digest(lock, pyproject))
        (root / lock.name).write_text(header + body, encoding="utf-8", newline="\n")


def _compile(uv: str, lock: Lock, root: Path, *, upgrade: bool) -> str:
    target = root / lock.name
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate"]
    command += ["pyproject.toml"] if lock.project else []
    for group in lock.groups:
        command += ["--group", group]
    if lock.same_versions_as:
        command += ["--constraint", lock.same_versions_as]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "lock.txt"
        if target.exists() and not upgrade:
            output.write_bytes(target.read_bytes())  # uv keeps the versions it finds there
        env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
        subprocess.run([*command, "--output-file", str(output)], cwd=root, env=env, check=True)
        return output.read_text(encoding="utf-8")


def main() -> int:
    found = problems()
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
