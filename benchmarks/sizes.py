"""How much work a benchmark does, which the environment may make smaller."""

from __future__ import annotations

import os

SCALE = "LUBAN_BENCH_SCALE"
"""A factor for all counts: 1 for figures worth quoting, 0.01 to see that everything works."""
ROUNDS = "LUBAN_BENCH_ROUNDS"
PEERS = "LUBAN_BENCH_PEERS"
LONG = "LUBAN_BENCH_LONG"


def scaled(count: int, least: int = 2) -> int:
    """A count of this benchmark, made smaller if that was asked for."""
    return max(int(count * float(os.environ.get(SCALE, "1"))), least)


def rounds(usual: int) -> int:
    """How often each measurement is made; the median is reported."""
    return int(os.environ.get(ROUNDS, usual))


def with_peers() -> bool:
    """Whether peers are installed and measured too."""
    return os.environ.get(PEERS, "yes") != "no"


def patient() -> bool:
    """Whether what takes peers many minutes is measured too."""
    return os.environ.get(LONG, "no") == "yes"
