"""Runs again and beside each other, from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.kit import Luban, write_agent

BREAKS = """\
luban: 1
name: Breaks
nodes:
  text: {block: io.input_text, with: {name: text}}
  parse: {block: data.parse_json}
  result: {block: io.output, with: {name: result}}
links:
  - text.value -> parse.text
  - parse.value -> result.value
"""


def run_of(luban: Luban, calculator: Path) -> str:
    answer = luban("run", calculator, "--input", "a=6", "--input", "b=2", "--json")
    assert answer.json["outputs"] == {"result": 8}
    return answer.json["run_id"]


def test_a_run_is_forked_compared_and_looked_back_at(luban: Luban, calculator: Path):
    first = run_of(luban, calculator)
    changed = ("--set", "add.operation=multiply", "--input", "b=4")
    answer = luban("runs", "fork", first, "--from", "add", *changed, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["outputs"] == {"result": 24}
    other = answer.json["run_id"]
    table = luban("runs", "compare", first, other).out
    assert "add #1\tinputs, outputs\tcompleted" in table
    state = luban("runs", first, "--at", "0", "--json").json
    assert (state["status"], state["events"]) == ("queued", 0)


def test_a_failed_run_is_retried_from_where_it_failed(luban: Luban):
    agent = write_agent(luban.folder / "breaks.agent.yaml", BREAKS)
    failed = luban("run", agent, "--input", "text={", "--json")
    assert failed.code == 1
    again = luban("retry", failed.json["run_id"], "--json")
    assert (again.code, again.json["status"]) == (1, "failed")
    steps = luban("runs", again.json["run_id"], "--json").json
    assert steps["forked_from"] == failed.json["run_id"]


def test_pins_are_written_as_node_pin_and_value(luban: Luban, calculator: Path):
    inputs = ("--input", "a=6", "--input", "b=2")
    wrong = luban("run", calculator, *inputs, "--pin", "add")
    assert (wrong.code, "NODE.PIN=VALUE" in wrong.err) == (2, True)
    unknown = luban("run", calculator, *inputs, "--pin", "add.nope=1")
    assert (unknown.code, "add" in unknown.err) == (2, True)
    recorded = luban("run", calculator, *inputs, "--recorded", "r_none")
    assert (recorded.code, "r_none" in recorded.err) == (2, True)
