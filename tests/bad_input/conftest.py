"""The command line in an empty home, speaking one language or the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.kit import Luban
from tests.examples.site import Site, open_site


@pytest.fixture
def luban(tmp_path: Path) -> Luban:
    folder = tmp_path / "work"
    folder.mkdir()
    return Luban(tmp_path / "home", folder)


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as opened:
        yield opened
