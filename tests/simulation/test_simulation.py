"""Thousands of simulated installations, each from its own seed, each breaking in its own way."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from tests.simulation.simulation import Verdict, simulate

_SAMPLE, _FULL, _SHARES = 2_000, 20_000, 8


def _play(seeds: list[int]) -> list[Verdict]:
    """Those of the seeds that show a problem."""
    return [verdict for verdict in map(simulate, seeds) if verdict.problems]


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[list[Future[list[Verdict]]]]:
    """All seeds in shares, played by as many processes as there are cores."""
    chosen = request.config.getoption("--seed")
    count = _FULL if request.config.getoption("--faults") == "full" else _SAMPLE
    seeds = range(count) if chosen is None else [chosen]
    shares = [list(seeds[share::_SHARES]) for share in range(_SHARES)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(os.cpu_count() or 1, _SHARES), mp_context=spawn) as pool:
        yield [pool.submit(_play, share) for share in shares]


@pytest.mark.parametrize("share", range(_SHARES))
def test_whatever_breaks_every_run_comes_to_what_it_must(
    share: int, played: list[Future[list[Verdict]]]
):
    """A failing seed is played again by `./run test tests/simulation --seed N`."""
    problems = played[share].result()
    assert not problems, f"{len(problems)} seeds show problems; the first is {problems[0]}"


def test_a_seed_plays_the_same_every_time():
    assert [simulate(7), simulate(8)] == [simulate(7), simulate(8)]
