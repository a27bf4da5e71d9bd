"""The import contracts of pyproject.toml catch what they are there for, hidden imports too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
FLOORS = {"client", *re.findall(r"luban\.(\w+)", " ".join(CONTRACTS[0]["layers"]))}
UPWARD = "def later():\n    from luban.{} import thing\n    return thing\n"

# file, what it must not import, the contract that says so
APART = "Engine, registry, triggers, storage and vault do not know each other"
WRONG = [
    ("model/graph.py", "engine", "Floors go one way"),
    ("services/runs.py", "api", "Floors go one way"),
    ("engine/loop.py", "storage", APART),
    ("engine/loop.py", "net", "Engine knows model, sdk and ports"),
    ("storage/sqlite.py", "llm", "Storage knows model and ports"),
    ("storage/sqlite.py", "sdk", "Storage imports no sdk"),
    ("blocks/text.py", "model", "Blocks import only luban.sdk and luban.forge"),
    ("registry/find.py", "blocks", "Nobody imports a block by name"),
    ("client/http.py", "sdk", "The client knows the model only"),
]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An empty house with every floor and the real contracts."""
    for floor in FLOORS:
        folder = tmp_path / "src/luban" / floor
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("thing = 1\n")
    inside = tmp_path / "src/luban/sandbox/inside"
    inside.mkdir()
    (inside / "__init__.py").touch()
    (tmp_path / "src/luban/__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(house: Path) -> tuple[int, str]:
    program = Path(sys.executable).with_name("lint-imports")
    env = {**os.environ, "PYTHONPATH": str(house / "src"), "COLUMNS": "200"}
    result = subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=house, env=env, capture_output=True, text=True
    )
    return result.returncode, result.stdout + result.stderr


def test_every_folder_is_a_floor_of_the_contract() -> None:
    there = {path.parent.name for path in (ROOT / "src/luban").glob("*/__init__.py")}
    assert there == FLOORS


def test_an_empty_house_keeps_every_contract(house: Path) -> None:
    code, said = lint(house)
    assert code == 0, said


def test_every_hidden_wrong_import_breaks_its_contract(house: Path) -> None:
    for file, target, _ in WRONG:
        path = house / "src/luban" / file
        before = path.read_text() if path.exists() else ""
        path.write_text(before + UPWARD.format(target))
    code, said = lint(house)
    assert code == 1
    for file, target, contract in WRONG:
        assert f"{contract} BROKEN" in said
        module = "luban." + file.removesuffix(".py").replace("/", ".")
        assert f"{module} -> luban.{target}" in said, contract


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("engine/loop.py", "import sqlite3", "The core names no vendor, database or protocol"),
        ("ports/stores.py", "import httpx2", "The core names no vendor, database or protocol"),
        ("services/runs.py", "import sqlalchemy", "Only storage speaks to databases"),
    ],
)
def test_a_vendor_in_the_core_is_found(house: Path, file: str, line: str, contract: str) -> None:
    (house / "src/luban" / file).write_text(f"def later():\n    {line}\n")
    code, said = lint(house)
    assert code == 1
    assert f"{contract} BROKEN" in said
