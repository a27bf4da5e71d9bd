"""What tests of every area may ask for: the machine's browser and servers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tools import prerequisites, servers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--faults",
        choices=("sample", "full"),
        default=os.environ.get("LUBAN_FAULTS", "sample"),
        help="how many crashes tests/faults goes through",
    )
    parser.addoption("--seed", type=int, help="the one installation tests/simulation plays")


_HERE = Path(__file__).parent
SLOW = [
    "faults",
    "browser",
    "server",
    "benchmarks",
    "cli",
    "docs",
    "simulation",
    "watching",
    "vault",
]
"""Folders whose files take longest, by name."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first: one that began last would keep a single process busy to the end."""
    items.sort(key=lambda item: _rank(item.path.relative_to(_HERE).parts[0]))


def _rank(folder: str) -> int:
    return SLOW.index(folder) if folder in SLOW else len(SLOW)


def pytest_configure(config: pytest.Config) -> None:
    os.environ["LUBAN_FAULTS"] = str(config.getoption("--faults"))


def _missing(what: str) -> NoReturn:
    """Skip, or fail where a proof may not be left out."""
    if prerequisites.strict():
        pytest.fail(f"{what} is missing on this machine, and CI=true", pytrace=False)
    pytest.skip(f"{what} is missing on this machine")


@pytest.fixture(scope="session")
def browser_program() -> str:
    """The path of a Chromium that starts."""
    return prerequisites.find_browser() or _missing("a browser")


@pytest.fixture(scope="session")
def chinese_font() -> None:
    """Ask for this before judging a picture of Chinese text."""
    if not prerequisites.has_chinese_font():
        _missing("a font with Chinese")


@pytest.fixture(scope="session")
def issuer_command() -> list[str]:
    """How an OpenID provider that others wrote is started."""
    return prerequisites.find_issuer() or _missing("Node, or the OpenID provider of npm")


def _server(name: str) -> Iterator[str]:
    with servers.provide(name) as address:
        yield address or _missing(name)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of a PostgreSQL whose tables tests may make and drop.

    One of our own need not keep anything beyond the tests, which makes databases sooner there.
    """
    if os.environ.get(servers.SERVERS["postgres"].variable):
        yield from _server("postgres")
        return
    with servers.private("postgres") as own:
        if own is None:
            yield from _server("postgres")
        else:
            yield own.address


@pytest.fixture(scope="session")
def scanner() -> Iterator[servers.Private]:
    """A ClamAV of our own that knows one virus, the harmless one."""
    with servers.private("clamav") as own:
        yield own or _missing("clamd")


@pytest.fixture(scope="session")
def redis_address() -> Iterator[str]:
    """The address of a Redis that tests may fill."""
    yield from _server("redis")


@pytest.fixture(scope="session")
def rabbitmq_address() -> Iterator[str]:
    """The address of a RabbitMQ whose queues tests may make."""
    yield from _server("rabbitmq")
