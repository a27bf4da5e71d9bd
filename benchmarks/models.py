"""What our port adds to a call of a model, and what a thousand slow answers take of memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.environments import FOLDER
from benchmarks.machine import describe
from benchmarks.player import Cost, Player, playing
from benchmarks.report import Report, Row
from benchmarks.server import free_port
from benchmarks.sizes import rounds, scaled

METHOD = [
    "A scripted server of the OpenAI wire answers on loopback, in a process of its own. Ours and",
    "the bare client (openai, the vendor's own) each have a process, take turns, and ask the same;",
    "medians of the rounds; cpu is processor time of the asking process. Both are warm: what the",
    "first call loads is not counted. Many at once: each answer of 20 pieces takes 4 seconds; the",
    "bytes are the most resident memory meanwhile, less that before, by the number of streams.",
]
_PEER = "openai, bare"
_PIECES = 20


def measure() -> Report:
    """Calls one after another, whole and streamed; then many streams at once."""
    calls, streams = scaled(400, least=4), scaled(1_000, least=4)
    works = {
        "a call, whole answer": {"calls": calls, "at_once": 1, "stream": False},
        f"a call, streamed in {_PIECES} pieces": {"calls": calls, "at_once": 1, "stream": True},
    }
    FOLDER.mkdir(exist_ok=True)
    report = Report("models", describe(), list(METHOD))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=FOLDER)))
        quick = stack.enter_context(_served(folder, "quick", gap=0))
        players = _players(stack, folder / "quick", quick)
        for name, order in works.items():
            ours, peer = _in_turns(players, order)
            report.rows.append(
                Row(name, ours.cpu * 1e6, "µs cpu", peer.cpu * 1e6, _PEER, ">= 0.67")
            )
        slow = stack.enter_context(_served(folder, "slow", gap=0.2))
        many = _players(stack, folder / "slow", slow)
        order = {"calls": streams, "at_once": streams, "stream": True}
        ours, peer = _in_turns(many, order, times=1)
        kept, theirs = ours.more["bytes"] / 1024, peer.more["bytes"] / 1024
        name = f"{streams:,} streams at once, each"
        report.rows.append(Row(f"{name}: memory", kept, "KB", theirs, _PEER, "<= 40"))
        report.rows.append(
            Row(f"{name}: processor", ours.cpu * 1e6, "µs cpu", peer.cpu * 1e6, _PEER)
        )
    return report


def _players(stack: ExitStack, folder: Path, address: str) -> list[Player]:
    return [
        stack.enter_context(
            playing(sys.executable, "benchmarks.works.models", folder / who, who, address)
        )
        for who in ("ours", "bare")
    ]


def _in_turns(players: list[Player], order: dict[str, object], times: int = 5) -> list[Cost]:
    costs: list[list[Cost]] = [[] for _ in players]
    for _ in range(rounds(times)):
        for player, found in zip(players, costs, strict=True):
            found.append(player.play(**order))
    return [Cost.median_of(each) for each in costs]


@contextmanager
def _served(folder: Path, name: str, gap: float) -> Iterator[str]:
    """The address of a scripted server that says the same each time."""
    script = folder / f"{name}.json"
    pieces = [f"piece {number:02d} " for number in range(_PIECES)]
    script.write_text(json.dumps([{"pieces": pieces, "gap": gap}]))
    port = free_port()
    words = ["model", "serve-scripted", "--script", str(script), "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "luban", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}/v1/models")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def _await(address: str) -> None:
    for _ in range(600):
        try:
            with urlopen(address):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody answered at {address}")
