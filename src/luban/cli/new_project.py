"""The files of a project of one's own: blocks, agents, tests, CI, and a package to share them."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

_PLACES = {
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "luban.toml": "luban.toml",
    "gitignore": ".gitignore",
    "ci.yml": ".github/workflows/ci.yml",
    "init.py": "blocks/__init__.py",
    "greeting.py": "blocks/greeting.py",
    "pieces.py": "blocks/pieces.py",
    "zh-CN.json": "blocks/zh-CN.json",
    "luban-blocks.toml": "blocks/luban-blocks.toml",
    "greet.agent.yaml": "agents/greet.agent.yaml",
    "test_blocks.py": "tests/test_blocks.py",
    "test_agents.py": "tests/test_agents.py",
}
"""Files of the folder `project` beside this one, and where they go."""


def project_files(name: str) -> dict[str, str]:
    """The texts by path inside the project."""
    words = re.findall(r"[a-z0-9]+", name.lower()) or ["blocks"]
    package = "_".join(words)
    filled = {
        "project": "-".join(words),
        "package": f"my_{package}" if package[0].isdigit() else package,
        "title": " ".join(words).capitalize(),
    }
    folder = files("luban.cli").joinpath("project")
    made: dict[str, str] = {}
    for file, place in _PLACES.items():
        text = folder.joinpath(f"{file}.txt").read_text(encoding="utf-8")
        for word, value in filled.items():
            text = text.replace(f"{{{{{word}}}}}", value)
        made[place] = text
    return made


def taken(folder: Path, paths: dict[str, str]) -> list[str]:
    """Which of the files are there already."""
    return [path for path in paths if (folder / path).exists()]


def write(folder: Path, made: dict[str, str]) -> None:
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def begin_repository(folder: Path) -> bool:
    """Makes the folder a repository of its own, where there is git and it is none yet."""
    git = shutil.which("git")
    if git is None or (folder / ".git").exists():
        return False
    return subprocess.run([git, "init", "-q", str(folder)], check=False).returncode == 0
