"""`luban approvals`, `luban signal`, `luban runs --pause`: steering a run from another terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.kit import Luban, write_agent
from tests.services.kit import block_folder, one_step
from tests.warm import Process


@pytest.fixture
def asking(luban: Luban) -> Luban:
    """A home whose blocks ask and wait."""
    luban.env["LUBAN_BLOCKS_PATH"] = str(block_folder(luban.folder / "blocks"))
    return luban


def started(luban: Luban, block: str) -> Process:
    path = luban.folder / "one.agent.json"
    write_agent(path, json.dumps(one_step(block)))
    return luban.start("run", path)


def told(running: Process, pattern: str) -> re.Match[str]:
    """The first line of progress that says so."""
    assert running.stderr is not None
    said: list[str] = []
    while line := running.stderr.readline():
        said.append(line)
        if found := re.search(pattern, line):
            return found
    raise AssertionError("".join(said))


def test_a_question_is_answered_from_another_terminal(asking: Luban):
    running = started(asking, "test.ask")
    question = told(running, r"luban approvals answer (\S+) yes\|no")[1]
    (listed,) = asking("approvals", "--json").json
    assert (listed["id"], listed["question"]) == (question, "Send hello?")
    assert question in asking("approvals", "list").out
    odd = asking("approvals", "answer", question, "maybe")
    assert odd.code == 2
    assert "yes, no" in odd.err
    unknown = asking("approvals", "answer", "r_none.00000000", "yes")
    assert unknown.code == 2
    assert "r_none.00000000" in unknown.err
    answered = asking(
        "approvals", "answer", question, "yes", "--comment", "please", "--set", "amount=7"
    )
    assert answered.code == 0, answered.err
    out, _ = running.communicate(timeout=60)
    assert (running.returncode, out) == (0, "yes please 7\n")
    late = asking("approvals", "answer", question, "no")
    assert late.code == 2
    assert asking("approvals", "--json").json == []


def test_a_signal_is_sent_from_another_terminal(asking: Luban):
    running = started(asking, "test.wait_for_signal")
    run = told(running, r"luban signal (r_\w+) paid")[1]
    broken = asking("signal", run, "paid", "--data", "{")
    assert broken.code == 2
    assert "--data" in broken.err
    sent = asking("signal", run, "paid", "--data", '{"sum": 5}')
    assert sent.code == 0, sent.err
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    assert json.loads(out) == {"value": "hello", "brought": {"sum": 5}}


def test_a_run_is_paused_and_goes_on(luban: Luban, calculator: Path):
    assert luban("agent", "import", calculator).code == 0
    queued = luban("agent", "start", "Calculator", "-i", "a=1", "-i", "b=2", "--json").json
    paused = luban("runs", queued["id"], "--pause")
    assert "waiting" in paused.out
    assert f"luban runs {queued['id']} --resume" in paused.out
    resumed = luban("runs", queued["id"], "--resume", "--json").json
    assert (resumed["status"], resumed["outputs"]) == ("completed", {"result": 3})
