"""The command line in an empty home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.kit import CALCULATOR, Luban, write_agent


@pytest.fixture
def luban(tmp_path: Path) -> Luban:
    folder = tmp_path / "work here"
    folder.mkdir()
    return Luban(tmp_path / "home", folder)


@pytest.fixture
def calculator(luban: Luban) -> Path:
    return write_agent(luban.folder / "calculator.agent.yaml", CALCULATOR)
