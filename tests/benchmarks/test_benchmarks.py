"""Every benchmark runs and says what it found in one shape; how fast it was decides nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks.report import Report, Row

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"LUBAN_BENCH_SCALE": "0.01", "LUBAN_BENCH_ROUNDS": "1", "LUBAN_BENCH_PEERS": "no"}
FIELDS = {"work", "ours", "peer", "peer_name", "ratio", "unit"}


@cache
def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT, env={**os.environ, **SMALL}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "engine",
        "items",
        "tables",
        "start",
        "palette",
        "peers",
        "recovery",
        "scale",
        "serving",
        "crowd",
        "code",
        "models",
        "memory",
    ],
)
def test_a_benchmark_prints_one_object(name: str):
    done = bench(name, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) == {"name", "machine", "rows"}
    assert told["name"] == name
    assert told["rows"]
    for row in told["rows"]:
        assert set(row) == FIELDS
        assert row["ours"] >= 0, row


def test_without_json_it_prints_machine_method_and_a_table():
    done = bench("engine")
    assert done.returncode == 0, done.stderr
    for words in ("benchmark engine on", "medians of the rounds", "runs of 10, strict", "<= 20"):
        assert words in done.stdout


def test_nothing_recorded_is_repeated_and_nobody_waits_for_a_long_queue():
    for name, part, expected in (("recovery", "repeated", 0), ("scale", "before another's", 1)):
        rows = json.loads(bench(name, "--json").stdout)["rows"]
        found = [row["ours"] for row in rows if row["work"].endswith(part)]
        assert found, rows
        assert set(found) == {expected}


def test_an_unknown_benchmark_is_an_error_that_names_the_known():
    done = bench("speed")
    assert done.returncode == 2
    assert "engine" in done.stderr


def test_a_ratio_says_how_many_times_more_the_peer_takes():
    assert Row("w", 2.0, "s", 100.0, "peer").as_json()["ratio"] == 50.0
    assert Row("w", 2.0, "s").as_json()["ratio"] is None
    assert Row("w", None, "s", 100.0, "peer").ratio is None
    report = Report("x", "m", ["how"], [Row("w", 2.0, "s", 100.0, "peer", "<= 3")], ["left out"])
    assert json.loads(report.as_json())["rows"][0]["peer_name"] == "peer"
    for words in ("50.0 x", "<= 3", "left out"):
        assert words in report.as_text()
