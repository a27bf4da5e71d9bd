"""Whether a step costs more in a large graph."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.player import Cost, playing
from benchmarks.report import Row
from benchmarks.sizes import rounds, scaled


def sizes_of_graphs(folder: Path) -> list[Row]:
    """The cost of a pure step in a chain of 10,000 nodes, beside chains of 10; cpu, in turns.

    In a chain of 10 a step bears a tenth of its run's own cost, in one of 100 hardly any.
    """
    nodes, middle, small = scaled(10_000, least=20), 100, 10
    large: list[Cost] = []
    medium: list[Cost] = []
    little: list[Cost] = []
    with playing(sys.executable, "benchmarks.works.luban_steps", folder / "steps") as player:
        for _ in range(rounds(5)):
            large.append(player.play(work="chain", mode="pure", size=nodes, runs=1, times=1))
            several = max(nodes // middle, 1)
            medium.append(
                player.play(work="chain", mode="pure", size=middle, runs=several, times=1)
            )
            little.append(
                player.play(work="chain", mode="pure", size=small, runs=nodes // small, times=1)
            )
    at_large, at_small = Cost.median_of(large).cpu * 1e6, Cost.median_of(little).cpu * 1e6
    at_middle = Cost.median_of(medium).cpu * 1e6
    return [
        Row(f"a step in a graph of {small} nodes", at_small, "µs cpu"),
        Row(f"a step in a graph of {middle} nodes", at_middle, "µs cpu"),
        Row(f"a step in a graph of {nodes:,} nodes", at_large, "µs cpu"),
        Row(f"{nodes:,} nodes ÷ {small} nodes", at_large / at_small, "times", bar="<= 1.3"),
        Row(f"{nodes:,} nodes ÷ {middle} nodes", at_large / at_middle, "times", bar="<= 1.3"),
    ]
