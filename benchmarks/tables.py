"""A table larger than it should be held: filter and aggregate, and what that takes of memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import describe
from benchmarks.player import ROOT
from benchmarks.report import Report, Row
from benchmarks.sizes import rounds, scaled, with_peers

_CITIES = ("北京", "上海", "广州", "深圳", "成都", "杭州")
_WORKS = {
    "ours": "data.summarize_table",
    "duckdb": "DuckDB by itself",
    "csv": "Python, csv.reader row by row",
}


def measure() -> Report:
    """The same question to the same file, each time in a process of its own, taking turns."""
    with tempfile.TemporaryDirectory(prefix="luban-bench-") as scratch:
        file = Path(scratch) / "orders.csv"
        rows = _write(file, scaled(1_000_000_000, least=2_000_000))
        size = file.stat().st_size
        names = list(_WORKS) if with_peers() else ["ours"]
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for _ in range(rounds(3)):
            for name in names:
                found[name].append(_asked(name, file))
    answers = {json.dumps(each["answer"]) for told in found.values() for each in told}
    report = Report("tables", describe(), _method(rows, size))
    report.rows = _rows(found, f"{size / 1e9:.2g} GB")
    if len(answers) > 1:
        report.notes.append(f"They did not answer the same: {sorted(answers)}")
    return report


def _write(file: Path, size: int) -> int:
    """A CSV of about a size, always the same; how many rows it has."""
    rows = written = 0
    with file.open("w", encoding="utf-8") as out:
        out.write("id,day,city,product,price,amount,note\n")
        while written < size:
            piece = "".join(map(_line, range(rows, rows + 20_000)))
            written += len(piece.encode())
            rows += 20_000
            out.write(piece)
    return rows


def _line(n: int) -> str:
    day = f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
    price = n * 37 % 100_000 / 100
    city, product = _CITIES[n * 7 % 6], n * 31 % 5000
    return f"{n},{day},{city},product-{product},{price},{n % 50},note number {n * 17 % 999_983}\n"


def _asked(name: str, file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.works.tables", name, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def _rows(found: dict[str, list[dict[str, Any]]], size: str) -> list[Row]:
    def of(name: str, figure: str) -> float:
        return median(told[figure] for told in found[name])

    peers = [name for name in found if name != "ours"]
    rows: list[Row] = []
    for figure, words, unit, bar in (
        ("peak", f"{size} of CSV, filter and aggregate: most memory", "MB", "<= 300"),
        ("wall", "the same, time", "s", ""),
        ("cpu", "the same, processor", "s cpu", ""),
    ):
        rows += [
            Row(words, of("ours", figure), unit, of(peer, figure), _WORKS[peer], bar)
            for peer in peers
        ] or [Row(words, of("ours", figure), unit, bar=bar)]
    rows.append(Row("of the memory, the query's own process", of("ours", "child_peak"), "MB"))
    return rows


def _method(rows: int, size: int) -> list[str]:
    return [
        f"{rows:,} rows, {size:,} bytes: rows above a price, by city: count, sum and mean.",
        "Each in a process of its own; the figures are medians of the rounds.",
        "Memory is the largest resident set; ours is that of the block's process and of the",
        "query's own process together, and its time includes the copy out of the file store.",
    ]
