"""The same durable work on Luban, LangGraph, DBOS and Prefect, each with its persistence on."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.environments import FOLDER, NotInstalled, python_with
from benchmarks.machine import describe
from benchmarks.player import Broken, Cost, Player, playing
from benchmarks.postgres import Postgres, own_postgres
from benchmarks.processor import seconds_of
from benchmarks.report import Report, Row
from benchmarks.server import NeverAnswered, Program, running
from benchmarks.sizes import patient, rounds, scaled, with_peers

METHOD = [
    "Every side runs in its own process with a database of its own, and they take turns; figures",
    "are medians of the rounds. PostgreSQL is started for this, with fsync on. cpu is the time of",
    "the side's process, threads included, and of Prefect's server, which is part of it; what",
    "PostgreSQL took is a line of its own. Storing the runs is part of the work on all sides.",
    "Every step is stored before the next begins: LangGraph with durability `sync`, DBOS as always",
    "(its SQLite put into WAL mode, which it leaves to its user), Prefect with stored results.",
    "The Fibonacci chains are Windmill's; a no-op of ours is a graph of one step and its output.",
    "A ratio says how many times as much the peer takes.",
]
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
BAR = ">= 50 x"


@dataclass(frozen=True)
class Work:
    """One piece of work, and how much of it each kind of side does: `runs` at once, so many times.

    `alone` is for Prefect, which takes a hundred times as long as we do.
    """

    title: str
    shape: str
    size: int
    ours: tuple[int, int]
    theirs: tuple[int, int]
    alone: tuple[int, int]
    unit: str = "µs/step"
    bar: str = ""
    rounds: int = 3
    n: int = 0

    def order(self, share: tuple[int, int]) -> dict[str, Any]:
        runs, times = share
        what = {"work": self.shape, "size": self.size, "n": self.n}
        return {**what, "runs": runs, "times": times, "warm": self.rounds > 1}


@dataclass
class Side:
    """Somebody who works, on a kind of database; `server` tells what that has taken so far."""

    name: str
    on: str
    player: Player
    share: str
    server: Callable[[], float] = lambda: 0.0
    counts_server: bool = False
    costs: list[Cost] = field(default_factory=list[Cost])
    broken: str = ""

    def play(self, work: Work) -> None:
        before = self.server()
        try:
            cost = self.player.play(**work.order(getattr(work, self.share)))
        except Broken as why:
            self.broken = str(why)
            return
        runs, times = getattr(work, self.share)
        steps = runs * times * (1 if work.shape == "noop" else work.size)
        server = (self.server() - before) / steps
        cpu = cost.cpu + server if self.counts_server else cost.cpu
        self.costs.append(Cost(cpu, cost.wall, {**cost.more, "server": server}))


def works() -> list[Work]:
    """Chains alone and many at once, Windmill's chains, no-ops."""
    length, many, light, heavy = scaled(100), scaled(100), scaled(40), scaled(10)
    once = (1, 1)
    few, noops, number = scaled(5), scaled(1000), 33 if scaled(100) == 100 else 15
    return [
        Work(f"chain of {length}, alone", "chain", length, (1, 20), (1, 3), (1, 1), bar=BAR),
        Work(f"{many} chains of {length}", "chain", length, (many, 1), (few, 1), (1, 1), bar=BAR),
        Work(f"{light} x fibo(10)", "fibo", light, (1, 10), (1, 3), (1, 1), n=10),
        Work(f"{heavy} x fibo({number})", "fibo", heavy, once, once, once, rounds=1, n=number),
        Work("no-op workflows", "noop", 2, (noops, 1), (scaled(60), 1), (few, 1), "µs/run"),
    ]


def measure() -> Report:
    """Measures everything. A peer that cannot be installed or started is left out, and said so."""
    report = Report("peers", describe(), list(METHOD))
    FOLDER.mkdir(exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=FOLDER)))
        postgres = stack.enter_context(own_postgres())
        if postgres is None:
            report.notes.append("Without PostgreSQL, which is not installed here.")
        sides = _sides(stack, folder, postgres, report)
        for work in works():
            report.rows += _measured(work, sides, report)
        report.rows += _storage(sides, report)
    return report


def _sides(stack: ExitStack, folder: Path, postgres: Postgres | None, report: Report) -> list[Side]:
    """Ours first, on each kind of database, then the peers'."""
    sides = _on_databases("Luban", sys.executable, "luban", "ours", stack, folder, postgres)
    if not with_peers():
        return sides
    for name, module in (("LangGraph", "langgraph"), ("DBOS", "dbos")):
        try:
            python = python_with(module)
        except NotInstalled as missing:
            report.notes.append(f"Without a peer: {missing}")
            continue
        sides += _on_databases(name, python, module, "theirs", stack, folder, postgres)
    try:
        sides.append(_prefect(stack, folder / "prefect"))
    except (NotInstalled, NeverAnswered) as missing:
        report.notes.append(f"Without a peer: {missing}")
    return sides


def _on_databases(
    name: str,
    python: Path | str,
    module: str,
    share: str,
    stack: ExitStack,
    folder: Path,
    postgres: Postgres | None,
) -> list[Side]:
    works = f"benchmarks.works.{module}_peer"
    player = stack.enter_context(playing(python, works, folder / module))
    sides = [Side(name, SQLITE, player, share)]
    if postgres is not None:
        address = postgres.database(f"bench_{module}")
        player = stack.enter_context(playing(python, works, folder / f"{module}_pg", address))
        sides.append(Side(name, POSTGRES, player, share, postgres.cpu))
    return sides


def _prefect(stack: ExitStack, folder: Path) -> Side:
    """Prefect's server, and a process whose flows it keeps."""
    python = python_with("prefect")
    own = {
        "PREFECT_HOME": str(folder),
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    words = ["-m", "prefect", "server", "start", "--no-ui", "--host", "127.0.0.1", "--port"]
    program = Program(
        "Prefect",
        lambda port, data: [str(python), *words, str(port)],
        ("/api/health",),
        lambda data: own,
    )
    server = stack.enter_context(running(program, folder))
    own["PREFECT_API_URL"] = f"http://127.0.0.1:{server.port}/api"
    player = stack.enter_context(
        playing(python, "benchmarks.works.prefect_peer", folder, environment=own)
    )
    taken = server.process.pid
    return Side("Prefect", SQLITE, player, "alone", lambda: seconds_of(taken) or 0.0, True)


def _measured(work: Work, sides: list[Side], report: Report) -> list[Row]:
    """What one piece of work took on all sides, in turns."""
    for _ in range(min(rounds(work.rounds), work.rounds)):
        for side in sides:
            if not side.broken:
                side.play(work)
    rows: list[Row] = []
    for on in (SQLITE, POSTGRES):
        rows += _rows(work, on, [side for side in sides if side.on == on and side.costs])
    for side in sides:
        if side.broken:
            report.notes.append(f"{side.name} on {side.on} stopped: {side.broken[-400:]}")
        side.costs.clear()
    sides[:] = [side for side in sides if not side.broken]
    return rows


def _rows(work: Work, on: str, sides: list[Side]) -> list[Row]:
    if not sides or sides[0].name != "Luban":
        return []
    ours, *peers = [(side.name, Cost.median_of(side.costs)) for side in sides]
    title = f"{work.title}, {on}"
    rows = [
        *_beside(f"{title}: cpu", ours, peers, lambda cost: cost.cpu * 1e6, work.unit, work.bar),
        *_beside(f"{title}: wall", ours, peers, lambda cost: cost.wall * 1e6, work.unit),
    ]
    if on == POSTGRES:
        name = f"{title}: cpu of PostgreSQL"
        rows += _beside(name, ours, peers, lambda cost: cost.more["server"] * 1e6, work.unit)
    if work.shape == "noop":
        rows.append(Row(f"{title}: per second", 1 / ours[1].wall, "runs/s"))
        rows += [Row(f"… {name}", None, "runs/s", 1 / cost.wall, name) for name, cost in peers]
    return rows


def _beside(
    title: str,
    ours: tuple[str, Cost],
    peers: list[tuple[str, Cost]],
    figure: Callable[[Cost], float],
    unit: str,
    bar: str = "",
) -> list[Row]:
    """A line per peer, the cheapest first; the bar stands beside that one."""
    mine = figure(ours[1])
    ranked = sorted(((figure(cost), name) for name, cost in peers))
    if not ranked:
        return [Row(title, mine, unit, bar=bar)]
    return [
        Row(title, mine, unit, taken, name, bar if place == 0 else "")
        for place, (taken, name) in enumerate(ranked)
    ]


def _storage(sides: list[Side], report: Report) -> list[Row]:
    """What one run leaves behind, short and long."""
    rows: list[Row] = []
    once = (1, 1)
    short, long = scaled(3000), scaled(30_000)
    for size in (short, long):
        work = Work(f"run of {size:,} steps", "chain", size, once, once, once, rounds=1)
        left_out: list[str] = []
        for side in sides:
            if side.name == "Luban" or _is_quick(side, size, short):
                side.play(work)
            else:
                left_out.append(f"{side.name} on {side.on}")
        if left_out:
            report.notes.append(f"Not stored in a {work.title}: {', '.join(left_out)}.")
        for on in (SQLITE, POSTGRES):
            done = [side for side in sides if side.on == on and side.costs]
            if done and done[0].name == "Luban":
                ours, *peers = [(side.name, side.costs[0]) for side in done]
                title, stored = f"{work.title}, {on}: stored", lambda cost: cost.more["bytes"]
                rows += _beside(title, ours, peers, stored, "bytes/step", "<= 1,024")
        for side in sides:
            side.costs.clear()
    return rows


def _is_quick(side: Side, size: int, short: int) -> bool:
    """Whether a peer stores so many steps within a minute, or somebody has time."""
    if size < 3000:
        return True
    if side.name == "LangGraph":
        return size == short and (patient() or side.on == SQLITE)
    return patient() or (side.name == "DBOS" and size == short)
