"""The shipped examples from two faces, and a site for them to read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.cli.kit import Luban
from tests.examples.faces import Face, opened
from tests.examples.site import Site, open_site


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as found:
        yield found


@pytest.fixture
def luban(tmp_path: Path) -> Luban:
    folder = tmp_path / "work"
    folder.mkdir()
    return Luban(tmp_path / "home", folder, {"LUBAN_ALLOW_HOSTS": "loopback"})


@pytest.fixture(params=["cli", "http"])
async def face(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Face]:
    async with opened(request.param, tmp_path) as found:
        yield found
