"""`luban run`: outputs, exit codes, and what it says when something is wrong."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.cli.kit import CALCULATOR, Luban, write_agent


def test_a_file_runs_and_prints_one_json_object(luban: Luban, calculator: Path):
    answer = luban("run", calculator, "--input", "a=2", "--input", "b=3", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["status"] == "completed"
    assert answer.json["outputs"] == {"result": 5}
    assert answer.json["run_id"].startswith("r_")
    assert answer.err == ""


def test_a_person_sees_the_steps_and_then_the_result(luban: Luban, calculator: Path):
    answer = luban("run", calculator, "-i", "a=2", "-i", "b=3")
    assert answer.out == "5\n"
    assert [line.split()[1] for line in answer.err.splitlines()] == ["a", "b", "add", "result"]


def test_inputs_come_from_a_file_too_and_flags_are_stronger(luban: Luban, calculator: Path):
    (luban.folder / "in.json").write_text('{"a": 1, "b": 10}')
    answer = luban("run", calculator, "--input-file", "in.json", "-i", "a=5", "--json")
    assert answer.json["outputs"] == {"result": 15}


def test_a_file_is_one_agent_however_often_it_runs(luban: Luban, calculator: Path):
    for _ in range(2):
        luban("run", calculator, "-i", "a=2", "-i", "b=3", "-q")
    agents = luban("agent", "list", "--json").json
    assert [agent["name"] for agent in agents] == ["Calculator"]
    assert len(luban("runs", "--json").json) == 2


def test_a_stored_agent_runs_by_its_name(luban: Luban, calculator: Path):
    assert luban("agent", "import", calculator).code == 0
    answer = luban("run", "Calculator", "-i", "a=20", "-i", "b=22", "--json")
    assert answer.json["outputs"] == {"result": 42}


def test_a_failing_run_exits_1_and_names_node_cause_and_input(luban: Luban):
    text = CALCULATOR.replace("operation: add", "operation: divide")
    path = write_agent(luban.folder / "divide.agent.yaml", text)
    answer = luban("run", path, "-i", "a=7", "-i", "b=0")
    assert answer.code == 1
    for word in ("add", "a=7", "b=0"):
        assert word in answer.err
    as_json = luban("run", path, "-i", "a=7", "-i", "b=0", "--json")
    assert as_json.code == 1
    assert as_json.json["error"]["node"] == "add"
    assert as_json.json["error"]["inputs"]["b"] == 0


def test_wrong_inputs_exit_2_and_are_all_named(luban: Luban, calculator: Path):
    answer = luban("run", calculator, "-i", "a=many", "-i", "c=1")
    assert answer.code == 2
    for word in ("`a`", "many", "`b`", "`c`"):
        assert word in answer.err


def test_a_broken_file_exits_2_with_every_finding(luban: Luban):
    path = write_agent(
        luban.folder / "broken.agent.yaml",
        CALCULATOR.replace("maths.calculate", "maths.calculat").replace("b.value", "x.value"),
    )
    answer = luban("run", path, "-i", "a=1", "-i", "b=2")
    assert answer.code == 2
    assert "maths.calculat" in answer.err and "maths.calculate" in answer.err
    assert "`x`" in answer.err


def test_text_that_is_no_yaml_is_told_with_its_line(luban: Luban):
    path = write_agent(luban.folder / "torn.agent.yaml", "luban: 1\nnodes: {a: [\n")
    answer = luban("run", path)
    assert answer.code == 2
    assert "torn" in answer.err or "3" in answer.err
    assert "Traceback" not in answer.err


def test_a_missing_file_and_an_unknown_agent_are_named(luban: Luban):
    for word in ("nothing.agent.yaml", "Nobody"):
        answer = luban("run", word)
        assert answer.code == 2
        assert word in answer.err


def test_a_huge_file_is_refused_before_it_is_read(luban: Luban):
    path = luban.folder / "huge.agent.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    answer = luban("run", path)
    assert answer.code == 2
    assert "huge.agent.yaml" in answer.err and "at most" in answer.err


def test_chinese_is_spoken_to_those_who_ask_for_it(luban: Luban, calculator: Path):
    luban.env["LUBAN_LANG"] = "zh"
    answer = luban("run", calculator, "-i", "a=1")
    assert answer.code == 2
    assert "缺少" in answer.err or "没有" in answer.err
    assert "启动" in luban("--help").out


def test_interrupting_cancels_the_run(luban: Luban):
    text = """\
luban: 1
name: Endless
nodes:
  start: {block: io.input_number, with: {name: start, value: 1}}
  more: {block: logic.if, with: {operator: ">", value2: 0}}
  again: {block: maths.calculate, with: {operation: add, b: 1}}
  out: {block: io.output, with: {name: out}}
links:
  - {from: start.value, to: more.value1}
  - more.yes_output -> again.a
  - again.result -> more.value1
  - more.no_output -> out.value
settings: {limits: {steps: 100000000}}
"""
    path = write_agent(luban.folder / "endless.agent.yaml", text)
    running = luban.start("run", path)
    assert running.stderr is not None
    while "again #50" not in running.stderr.readline():
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode == 130
    (run,) = luban("runs", "--json").json
    assert run["status"] == "cancelled"


def test_a_run_at_its_ceiling_waits_and_can_be_resumed(luban: Luban, calculator: Path):
    text = CALCULATOR + "settings: {limits: {steps: 3}}\n"
    path = write_agent(luban.folder / "short.agent.yaml", text)
    answer = luban("run", path, "-i", "a=1", "-i", "b=2", "--json")
    assert answer.code == 1
    assert answer.json["status"] == "waiting"
    resumed = luban("runs", answer.json["run_id"], "--resume", "--json")
    assert resumed.json["status"] == "completed"
    assert resumed.json["outputs"] == {"result": 3}
