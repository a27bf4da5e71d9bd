"""One MariaDB for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.blocks_storage import kit
from tools import prerequisites


@pytest.fixture(scope="session")
def mysql_login() -> Iterator[dict[str, str]]:
    """A user of an empty database."""
    with kit.mariadb() as login:
        if login is None:
            says = "this machine has no MariaDB"
            pytest.fail(says) if prerequisites.strict() else pytest.skip(says)
        yield login


@pytest.fixture
def postgres_login(postgres_address: str) -> dict[str, str]:
    return kit.postgres_login(postgres_address)
