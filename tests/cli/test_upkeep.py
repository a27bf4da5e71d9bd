"""Backups, checks and archives from the command line, beside a server that runs."""

from __future__ import annotations

import gzip
import os
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from luban.services.run_archives import check_archive
from tests.cli.kit import Luban
from tests.warm import Process


@pytest.fixture
def server(luban: Luban) -> Iterator[Process]:
    """`luban up` over the same home; `LUBAN_SERVER` is not set, so commands use the home."""
    running = luban.start("up", "--port", "0")
    while not re.search(r"http://", running.stdout.readline()):
        assert running.poll() is None
    yield running
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)


def run(luban: Luban, calculator: Path) -> str:
    done = luban("run", calculator, "-i", "a=1", "-i", "b=2", "-q", "--json")
    assert done.code == 0, done.err
    return str(done.json["run_id"])


def test_a_backup_beside_a_server_is_restored_elsewhere(
    luban: Luban, calculator: Path, server: Process, tmp_path: Path
) -> None:
    run_id = run(luban, calculator)
    made = luban("db", "backup", "backup.zip", "--json")
    assert made.code == 0, made.err
    assert made.json["rows"] > 5
    assert luban("db", "backup", "backup.zip").code == 2
    there = replace(luban, home=tmp_path / "there")
    refused = luban("db", "restore", "backup.zip")
    assert (refused.code, "--force" in refused.err) == (2, True)
    restored = there("db", "restore", "backup.zip")
    assert restored.code == 0, restored.err
    assert run_id in there("runs").out
    assert there("runs", run_id).out == luban("runs", run_id).out
    assert there("db", "check").code == 0
    assert luban("db", "check", "--json").json == {"ok": True, "findings": []}
    assert server.poll() is None


def test_what_is_not_sound_is_told_with_an_exit_code(luban: Luban, calculator: Path) -> None:
    run(luban, calculator)
    orphan = luban.home / "files/zz/f_zz"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"")
    os.utime(orphan, (1.0, 1.0))
    found = luban("db", "check", "--json")
    assert found.code == 1
    (finding,) = found.json["findings"]
    assert finding["code"] == "file_orphaned"
    assert str(orphan) in luban("db", "check").out
    path = luban.home / "luban.db"
    path.write_bytes(path.read_bytes()[:-4096])
    damaged = luban("db", "check")
    assert (damaged.code, str(path) in damaged.out) == (1, True)
    assert luban("runs").code == 2
    assert "luban db restore" in luban("runs").err


def test_runs_are_listed_and_looked_at_as_before(luban: Luban, calculator: Path) -> None:
    run_id = run(luban, calculator)
    assert luban("runs").out == luban("runs", "show").out
    assert luban("runs", run_id).out == luban("runs", "show", run_id).out
    assert luban("runs", "--status", "completed", "--json").json[0]["id"] == run_id


def test_runs_are_exported_and_deleted(luban: Luban, calculator: Path) -> None:
    first, second = run(luban, calculator), run(luban, calculator)
    assert luban("runs", "export", first, "-o", "one.jsonl").code == 0
    lines = (luban.folder / "one.jsonl").read_bytes().splitlines(keepends=True)
    assert check_archive(lines)
    assert first.encode() in lines[0]
    agent = luban("runs", first, "--json").json["agent_id"]
    early = luban(
        *("runs", "export", "--agent", agent, "--ended-before", "2020-01-31"),
        *("-o", "none.jsonl", "--json"),
    )
    assert early.json["runs"] == 0, early.err
    done = luban("runs", "export", second, "-o", "runs.jsonl.gz", "--delete", "--json").json
    assert (done["runs"], done["deleted"], done["kept"]) == (1, 1, [])
    packed = gzip.decompress((luban.folder / "runs.jsonl.gz").read_bytes())
    assert check_archive(packed.splitlines(keepends=True))
    assert luban("runs").out.split("\t")[0] == first
    assert luban("runs", second).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("r_1",), "--output"),
        (("-o", "a.jsonl"), "--agent"),
        (("r_1", "--agent", "x", "-o", "a.jsonl"), "--agent"),
        (("--agent", "x", "--ended-before", "soon", "-o", "a.jsonl"), "--ended-before"),
        (("r_none", "-o", "a.jsonl"), "r_none"),
        (("r_1", "-o", "there.jsonl"), "there.jsonl"),
        (("r_1", "-o", "no folder/a.jsonl"), "no folder"),
    ],
)
def test_what_cannot_be_exported_is_said(luban: Luban, words: Any, said: str) -> None:
    (luban.folder / "there.jsonl").write_text("mine")
    answer = luban("runs", "export", *words)
    assert answer.code == 2
    assert said in answer.err
    assert [path.name for path in luban.folder.iterdir()] == ["there.jsonl"]
