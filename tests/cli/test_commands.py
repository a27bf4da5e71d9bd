"""The other commands, as a newcomer would try them."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.cli.kit import CALCULATOR, Luban, write_agent

HEAVY = ("pydantic", "fastapi", "trafilatura", "pydantic_ai", "httpx2", "sqlalchemy", "rich")


def test_help_loads_nothing_heavy():
    code = f"import sys, luban.cli.main; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_command_has_help(luban: Luban):
    for words in (["up"], ["run"], ["check"], ["blocks"], ["block", "new"], ["block", "test"],
                  ["agent", "list"], ["agent", "edit"], ["runs"], ["approvals"],
                  ["approvals", "answer"], ["signal"], ["logs"], ["models"],
                  ["db", "info"], ["version"]):  # fmt: skip
        answer = luban(*words, "--help")
        assert answer.code == 0
        assert "Usage" in answer.out


def test_an_unknown_command_is_a_mistake_and_no_crash(luban: Luban):
    answer = luban("rum")
    assert answer.code == 2
    assert "rum" in answer.err


def test_check_tells_every_finding_of_every_file(luban: Luban, calculator: Path):
    bad = write_agent(
        luban.folder / "bad.agent.yaml",
        "luban: 1\nnodes: {a: {block: nope}, b: {block: text.join, wiht: {}}}\n"
        "links: [a.x -> b.y, z.q -> b.texts]\n",
    )
    answer = luban("check", calculator, bad, "--json")
    assert answer.code == 2
    good, told = answer.json["files"]
    assert good["errors"] == 0
    assert {"unknown_block", "unknown_node", "unknown_pin"} <= {f["code"] for f in told["findings"]}
    for finding in told["findings"]:
        assert finding["message"] and finding["message_zh"]
    assert luban("check", calculator).code == 0


def test_agents_are_listed_exported_edited_and_deleted(luban: Luban, calculator: Path):
    agent = luban("agent", "import", calculator, "--json").json
    exported = luban("agent", "export", agent["id"])
    assert "# the only step" in exported.out
    changed = write_agent(luban.folder / "changed.yaml", CALCULATOR.replace("Calculator", "Adder"))
    assert luban("agent", "edit", agent["id"], changed).code == 0
    assert [a["name"] for a in luban("agent", "list", "--json").json] == ["Adder"]
    assert luban("agent", "delete", "Adder").code == 0
    assert luban("agent", "list", "--json").json == []
    assert luban("agent", "export", agent["id"]).code == 2


def test_an_agent_is_started_in_the_background_and_stopped(luban: Luban, calculator: Path):
    luban("agent", "import", calculator)
    started = luban("agent", "start", "Calculator", "-i", "a=1", "-i", "b=2", "--json").json
    assert started["status"] == "queued"
    (stopped,) = luban("agent", "stop", "Calculator", "--json").json
    assert (stopped["id"], stopped["status"]) == (started["id"], "cancelled")


def test_a_run_and_its_events_can_be_looked_at_afterwards(luban: Luban, calculator: Path):
    run = luban("run", calculator, "-i", "a=2", "-i", "b=3", "--json").json["run_id"]
    told = luban("runs", run, "--json").json
    assert [step["node"] for step in told["steps"]] == ["a", "b", "add", "result"]
    shown = luban("logs", run).out
    assert "run_started" in shown and "add" in shown and "completed" in shown
    assert luban("logs", "r_nothing").code == 2


def test_a_new_block_is_written_with_test_and_page_and_works(luban: Luban):
    made = luban("block", "new", "shout")
    assert made.code == 0, made.err
    for path in ("shout.py", "tests/test_shout.py", "docs/shout.md"):
        assert (luban.folder / "blocks" / path).is_file()
    tried = luban("block", "test", "blocks/shout.py")
    assert tried.code == 0, tried.out
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "blocks/tests"],
        cwd=luban.folder, env=luban.environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert own.returncode == 0, own.stdout
    assert "shout" in luban("blocks").out
    agent = write_agent(
        luban.folder / "loud.agent.yaml",
        "luban: 1\nnodes: {s: {block: shout, with: {text: hi}}, "
        "o: {block: io.output, with: {name: out}}}\nlinks: [s.result -> o.value]\n",
    )
    assert luban("run", agent, "-q").out == "HI\n"
    again = luban("block", "new", "shout")
    assert again.code == 2 and "shout.py" in again.err


def test_broken_blocks_are_named_and_the_rest_works(luban: Luban, calculator: Path):
    folder = luban.folder / "blocks"
    folder.mkdir()
    (folder / "torn.py").write_text("def broken(:\n")
    answer = luban("blocks")
    assert answer.code == 0
    assert "torn.py:1" in answer.err
    assert luban("block", "test", folder).code == 2
    assert luban("run", calculator, "-i", "a=1", "-i", "b=1", "-q").out == "2\n"


def test_the_database_tells_about_itself(luban: Luban, calculator: Path):
    nothing = luban("db", "info")
    assert nothing.code == 2 and "luban.db" in nothing.err
    luban("run", calculator, "-i", "a=1", "-i", "b=1", "-q")
    assert luban("db", "info", "--json").json["runs"] == 1
    assert luban("db", "check").code == 0
    assert luban("db", "path").out.strip() == str(luban.home / "luban.db")


def test_a_server_answers_the_same_commands(luban: Luban, calculator: Path):
    server = luban.start("up", "--port", "0")
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/health") as answer:
            assert answer.status == 200
        assert luban("agent", "import", calculator, "--server", address).code == 0
        ran = luban("run", "Calculator", "-i", "a=2", "-i", "b=3", "--json", "--server", address)
        assert ran.json["outputs"] == {"result": 5}
        port = address.rsplit(":", 1)[1]
        busy = luban("up", "--port", port, "--data", luban.folder / "other")
        assert busy.code == 2
        assert port in busy.err and "--port" in busy.err
    finally:
        server.terminate()
        server.communicate(timeout=30)
    assert server.returncode == 0
    gone = luban("agent", "list", "--server", address)
    assert gone.code == 3
    assert address in gone.err
