"""A box of each kind that holds on this machine; in CI there must be one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from luban.sandbox.interpreters import Interpreters
from luban.sandbox.probing import Probe
from tests.sandbox.kit import Box, sandboxes
from tools import prerequisites

KINDS = ("bubblewrap", "landlock")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "box" in metafunc.fixturenames:
        metafunc.parametrize("box", KINDS, indirect=True, scope="session")


@pytest.fixture(scope="session")
def holding() -> dict[str, str]:
    """Kind to the reason why it does not hold here; empty if it does."""
    asked = {kind: Probe((), (kind,)).ask(Interpreters()) for kind in KINDS}
    if prerequisites.strict() and all(found.boxes is None for found in asked.values()):
        pytest.fail(f"no box holds on this machine, and CI=true: {asked}", pytrace=False)
    return {kind: found.reason for kind, found in asked.items()}


@pytest.fixture(scope="session")
def box(request: pytest.FixtureRequest, holding: dict[str, str]) -> Iterator[Box]:
    if holding[request.param]:
        pytest.skip(holding[request.param])
    runner = sandboxes(request.param)
    yield Box(request.param, runner)
    runner.close()


@pytest.fixture(scope="session")
def some_box(holding: dict[str, str]) -> str:
    """The kind of box that installations use here."""
    kind = next((kind for kind, reason in holding.items() if not reason), None)
    if kind is None:
        pytest.skip("; ".join(holding.values()))
    return kind


@pytest.fixture(scope="session")
def subset() -> Iterator[Box]:
    """Only the subset: no box is tried."""
    runner = sandboxes("")
    yield Box("subset", runner)
    runner.close()
