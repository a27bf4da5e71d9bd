"""The figures of the front pages: measured, and written into both of them.

`python -m tools.figures` runs the benchmarks and sets up a fresh clone in an empty home, so it
wants a calm machine, some minutes and the network.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

from tools.generated import ROOT

BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"
_LONGEST = 900
Rows = dict[str, dict[str, Any]]


class Line(NamedTuple):
    """One line of the table: the work as the benchmark calls it, and as readers do."""

    work: str
    english: str
    chinese: str


ENGINE = (
    Line("2,000 runs of 10, strict: cpu", "a step with effects, CPU", "有副作用的步骤，CPU"),
    Line("2,000 runs of 10, pure: cpu", "a step that only computes, CPU", "只做计算的步骤，CPU"),
    Line("fan-out of 1,000, pure: cpu", "the same in a fan-out of 1,000", "同上，扇出 1,000 路"),
    Line("2,000 runs of 10, strict: stored", "stored per step", "每步存储"),
)
START = (
    Line("start to usable page", "command to usable page, installed", "从命令到页面可用（已安装）"),
    Line("idle memory", "idle memory", "空闲内存"),
    Line(
        "10,000 nodes ÷ 10 nodes",
        "a step among 10,000 nodes ÷ among 10",
        "万节点与十节点的单步之比",
    ),
)
_WORDS = {
    "en": {
        "head": "| | Luban | beside it |\n|---|---|---|\n",
        "on": "On {machine}.\nRepeat with `./run bench engine` and `./run bench start`; "
        "the last two lines, with this table, with\n`python -m tools.figures`. "
        "Every step is recorded in SQLite.\n\n",
        "fresh": "fresh clone, empty home, everything fetched: `./run` to page",
        "again": "`./run` again",
    },
    "zh": {
        "head": "| | 鲁班 | 对照 |\n|---|---|---|\n",
        "on": "测于 {machine}。可用 `./run bench engine` 和 `./run bench start` 重测；\n"
        "最后两行连同整张表用 `python -m tools.figures` 生成。每一步都记录在 SQLite 中。\n\n",
        "fresh": "全新克隆、空白用户目录、全部下载：`./run` 到页面可用",
        "again": "再次 `./run`",
    },
}


def main() -> int:
    fresh, again = _set_up()
    reports = [_bench(name) for name in ("engine", "start")]
    rows: Rows = {row["work"]: row for report in reports for row in report["rows"]}
    machine = str(reports[0]["machine"])
    for language, name in (("en", "README.md"), ("zh", "README.zh-CN.md")):
        write(ROOT / name, table(language, rows, machine, fresh, again))
    return 0


def table(language: str, rows: Rows, machine: str, fresh: float, again: float) -> str:
    """The section in one language."""
    words = _WORDS[language]
    lines = [words["on"].format(machine=machine), words["head"]]
    for line in (*ENGINE, *START):
        row = rows[line.work]
        name = line.english if language == "en" else line.chinese
        lines.append(f"| {name} | {_figure(row['ours'], row['unit'])} | {_peer(row)} |\n")
    lines.append(f"| {words['fresh']} | {fresh:.0f} s | |\n")
    lines.append(f"| {words['again']} | {again:.1f} s | |\n")
    return "".join(lines)


def write(page: Path, text: str) -> None:
    """Puts the section between its two marks."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, f"{page.name} has no marks for figures"
    page.write_text(f"{before}{BEGIN}{text}{END}{after}", encoding="utf-8", newline="\n")


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    unit = {"µs/step": "µs", "bytes/step": "bytes", "times": ""}.get(unit, unit)
    shown = f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
    return f"{shown} {unit}".rstrip()


def _peer(row: dict[str, Any]) -> str:
    if row["peer"] is None:
        return ""
    name = row["peer_name"].partition(", 100 runs")[0]
    return f"{name}: {_figure(row['peer'], row['unit'])}"


def _bench(name: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks", name, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def _set_up() -> tuple[float, float]:
    """Seconds from `./run` to an answer: in a fresh clone with an empty home, and once more."""
    with tempfile.TemporaryDirectory() as folder:
        clone, home = Path(folder, "luban"), Path(folder, "home")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        return _until_answered(clone, home), _until_answered(clone, home)


def _until_answered(clone: Path, home: Path) -> float:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    began = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "run", "--no-browser", "--port", str(port), "--data", str(home / "data")],
        cwd=clone,
        env={**_plain_environment(), "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while running.poll() is None and time.monotonic() - began < _LONGEST:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                return time.monotonic() - began
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise SystemExit("./run did not answer in the fresh clone")
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(30)


def _plain_environment() -> dict[str, str]:
    left_out = ("VIRTUAL_ENV", "PYTHONPATH", "UV_CACHE_DIR", "XDG_CACHE_HOME")
    return {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith("LUBAN_")
    }


if __name__ == "__main__":
    sys.exit(main())
