"""What a killed process costs: time until its runs go on, and steps done twice, which is none."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.environments import FOLDER, ROOT
from benchmarks.machine import describe
from benchmarks.player import playing
from benchmarks.postgres import Postgres, own_postgres
from benchmarks.report import Report, Row
from benchmarks.sizes import rounds, scaled
from benchmarks.works.luban_engine import OWNER, Engine, database_at
from benchmarks.works.luban_life import LENGTH, graph
from luban.model.run import RunStatus
from luban.ports.stores import Slice

LEASE = 3.0 if scaled(100) == 100 else 1.0
PATIENCE = 120.0
METHOD = [
    "Every run has five trivial steps and one that is held, so that all are in flight at once when",
    "the process is killed with SIGKILL. Times begin with the kill for PostgreSQL, and for the",
    "embedded process once the next one has started Python and opens the database; a run is active",
    "again when its held step has begun anew. Steps note each beginning in a file; one repeated is",
    "one whose result the journal had at the kill, and that began again. Medians of the rounds.",
    f"Two workers on PostgreSQL have a lease of {LEASE:g} s, and beat every third of it.",
]


class Note(NamedTuple):
    """The beginning of a step, and which process it was in."""

    process: int
    key: str
    name: str
    at: float


@dataclass
class Scene:
    """A database, and the file where steps note that they begin."""

    where: str
    notes: Path

    async def queue(self, runs: int) -> None:
        engine = Engine(await database_at(self.where))
        await engine.add_agent()
        await engine.queue(await engine.add_version(graph()), runs)
        await engine.close()

    def read(self) -> list[Note]:
        """What was noted so far; a line cut off by a kill is not one."""
        found: list[Note] = []
        for line in self.notes.read_text(encoding="ascii").splitlines(keepends=True):
            if line.endswith("\n"):
                process, key, name, at = line.split()
                found.append(Note(int(process), key, name, float(at)))
        return found

    @contextmanager
    def worker(self, mode: str, slots: int) -> Iterator[Life]:
        """A process that works, until the context ends."""
        command = [sys.executable, "-m", "benchmarks.works.luban_life"]
        words = [self.where, str(self.notes), str(LEASE), str(slots), mode]
        started = time.time()
        process = subprocess.Popen(
            [*command, *words],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            process.stdout.readline()
            opens = time.time()
            process.stdout.readline()
            yield Life(process, opens - started, opens)
        finally:
            process.kill()
            process.communicate()


@dataclass
class Life:
    """A worker's process; it took `start` seconds until it opened the database, at `opens`."""

    process: subprocess.Popen[str]
    start: float
    opens: float

    def kill(self) -> float:
        """Ends it without a word; when that was."""
        at = time.time()
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        return at


def held_by(scene: Scene, process: int) -> dict[str, float]:
    """When each run's held step began in a process, by the keys of the steps."""
    return {n.key: n.at for n in scene.read() if n.name == "held" and n.process == process}


def until_held(scene: Scene, count: int, *processes: int) -> dict[str, float]:
    """Waits until so many runs are held in the processes; when each of them was."""
    until, held = time.monotonic() + PATIENCE, dict[str, float]()
    while time.monotonic() < until:
        held = {k: at for each in processes for k, at in held_by(scene, each).items()}
        if len(held) >= count:
            return held
        time.sleep(0.05)
    raise TimeoutError(f"{len(held)} of {count} runs were in flight after {PATIENCE:g} s")


def repeated(scene: Scene, first: int) -> int:
    """Steps that began again after the first process was gone, although their end was recorded.

    When a held step has begun, everything before it is recorded: any other step of its run that
    begins in a later process is one repeated.
    """
    notes = scene.read()
    runs = {n.key.partition("/")[0] for n in notes if n.process == first and n.name == "held"}
    later = [n for n in notes if n.process != first and n.name == "step"]
    return sum(n.key.partition("/")[0] in runs for n in later)


class Restart(NamedTuple):
    """Seconds that Python took to start, and from then on until runs were active."""

    start: float
    first: float
    all: float
    repeated: int


def restart(folder: Path, runs: int) -> Restart:
    """Kills the embedded process with so many runs in flight, and starts it again."""
    scene = _scene(str(folder / "luban.db"), folder)
    asyncio.run(scene.queue(runs))
    with scene.worker("hold", runs) as first:
        until_held(scene, runs, first.process.pid)
        first.kill()
    with scene.worker("hold", runs) as second:
        held = until_held(scene, runs, second.process.pid)
    begun = sorted(held.values())
    again = repeated(scene, first.process.pid)
    at = second.opens
    return Restart(second.start, begun[0] - at, begun[-1] - at, again)


def interrupted(folder: Path, runs: int) -> tuple[int, int]:
    """Kills the embedded process amid many short steps: steps recorded then, and repeated."""
    scene = _scene(str(folder / "luban.db"), folder)
    asyncio.run(scene.queue(runs))
    with scene.worker("go", 256) as first:
        while scene.notes.read_bytes().count(b"\n") < runs * LENGTH // 3:
            time.sleep(0.01)
        first.kill()
    recorded = asyncio.run(_recorded(scene.where))
    with scene.worker("go", 256) as second:
        asyncio.run(_all_completed(scene.where, runs))
        second.kill()
    later = [note.key for note in scene.read() if note.process == second.process.pid]
    return len(recorded), sum(key in recorded for key in later)


class Takeover(NamedTuple):
    """Seconds from the death of a worker until its runs were active elsewhere."""

    first: float
    all: float
    repeated: int


def takeover(server: Postgres, folder: Path, runs: int, name: str) -> Takeover:
    """Kills one of two workers on PostgreSQL, each with so many runs in flight."""
    scene = _scene(server.database(name), folder)
    asyncio.run(scene.queue(runs))
    with scene.worker("hold", runs) as doomed:
        dying = until_held(scene, runs, doomed.process.pid)
        with scene.worker("hold", 2 * runs) as heir:
            asyncio.run(scene.queue(runs))
            until_held(scene, runs, heir.process.pid)
            killed = doomed.kill()
            until_held(scene, 2 * runs, heir.process.pid)
            held = held_by(scene, heir.process.pid)
    taken = sorted(held[key] - killed for key in dying)
    return Takeover(taken[0], taken[-1], repeated(scene, doomed.process.pid))


async def _all_completed(where: str, runs: int) -> None:
    database = await database_at(where)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                part = Slice(1, 1)
                done = await database.runs.list(OWNER, part, status=RunStatus.COMPLETED)
                if done.total >= runs:
                    return
                await asyncio.sleep(0.1)
    finally:
        await database.close()


async def _recorded(where: str) -> set[str]:
    """The keys of the steps whose end is in the journal."""
    database = await database_at(where)
    found: set[str] = set()
    page = 1
    try:
        while listed := (await database.runs.list(OWNER, Slice(page, 200))).items:
            for run in listed:
                rows = await database.journal.read(run.id, 0, 1000)
                ended = [row for row in rows if row.kind == "step_finished"]
                found |= {f"{run.id}/{row.node}/{row.iteration}" for row in ended}
            page += 1
    finally:
        await database.close()
    return found


def measure() -> Report:
    """Measures everything; without PostgreSQL, what needs no other worker."""
    report = Report("recovery", describe(), list(METHOD))
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as name, own_postgres() as server:
        folder = Path(name)
        report.rows += _embedded(folder)
        if server is None:
            report.notes.append("Without PostgreSQL, which is not installed here.")
        else:
            report.rows += _two_workers(server, folder)
        report.rows += _storage(server, folder)
    return report


def _embedded(folder: Path) -> list[Row]:
    runs, amid = scaled(1000), scaled(4000)
    lives = [restart(_new(folder), runs) for _ in range(rounds(3))]
    recorded, again = interrupted(_new(folder), amid)
    title = f"SQLite, killed with {runs:,} runs in flight"
    return [
        Row(f"{title}: start of Python", median(life.start for life in lives) * 1e3, "ms"),
        Row(f"{title}: first run active", median(life.first for life in lives) * 1e3, "ms"),
        Row(f"{title}: all runs active", median(life.all for life in lives) * 1e3, "ms"),
        Row(f"{title}: recorded steps repeated", sum(x.repeated for x in lives), "steps", bar="0"),
        Row("SQLite, killed amid short steps: recorded", recorded, "steps"),
        Row("SQLite, killed amid short steps: repeated", again, "steps", bar="0"),
    ]


def _two_workers(server: Postgres, folder: Path) -> list[Row]:
    runs = scaled(200)
    found = [
        takeover(server, _new(folder), runs, f"bench_life_{number}") for number in range(rounds(3))
    ]
    title = f"PostgreSQL, a worker killed with {runs:,} runs in flight"
    first, last = median(each.first for each in found), median(each.all for each in found)
    worst = max(each.all for each in found)
    return [
        Row(f"{title}: first active elsewhere", first, "s"),
        Row(f"{title}: all active elsewhere", last, "s"),
        Row(f"{title}: the same ÷ lease", last / LEASE, "times", bar="<= 1.33"),
        Row(f"{title}: the worst ÷ lease", worst / LEASE, "times", bar="<= 1.33"),
        Row(f"{title}: recorded steps repeated", sum(x.repeated for x in found), "steps", bar="0"),
    ]


def _storage(server: Postgres | None, folder: Path) -> list[Row]:
    """What a run leaves behind per step, short and long."""
    rows: list[Row] = []
    sizes = (scaled(3000), scaled(30_000))
    for on in ("SQLite", "PostgreSQL"):
        if on == "PostgreSQL" and server is None:
            continue
        words = [server.database("bench_storage")] if on == "PostgreSQL" and server else []
        module = "benchmarks.works.luban_peer"
        with playing(sys.executable, module, _new(folder), *words) as player:
            stored = [
                player.play(work="chain", size=size, warm=False).more["bytes"] for size in sizes
            ]
        for size, taken in zip(sizes, stored, strict=True):
            title = f"{on}, a run of {size:,} steps: stored"
            rows.append(Row(title, taken, "bytes/step", bar="<= 1,024"))
    return rows


def _scene(where: str, folder: Path) -> Scene:
    notes = folder / "notes.txt"
    notes.touch()
    return Scene(where, notes)


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))
