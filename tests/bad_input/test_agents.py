"""Agents that cannot run: every mistake is named with its place and a repair before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bad_input.answers import both
from tests.cli.kit import CALCULATOR, Luban, write_agent

CYCLE = """\
luban: 1
name: Round
nodes:
  start: {block: io.input_number, with: {name: start, value: 1}}
  one: {block: maths.calculate, with: {operation: add, b: 1}}
  two: {block: maths.calculate, with: {operation: add, b: 1}}
links:
  - start.value -> one.a
  - one.result -> two.a
  - two.result -> one.a
"""
AGENTS = {
    "unknown block": (
        CALCULATOR.replace("maths.calculate", "maths.calculat"),
        ("add", "maths.calculat", "maths.calculate"),
    ),
    "wrong type of a constant": (
        CALCULATOR.replace("operation: add", "operation: addd"),
        ("add", "operation", "addd"),
    ),
    "wrong type of a link": (
        CALCULATOR.replace("a: {block: io.input_number", "a: {block: io.input_file"),
        ("a.value", "add.a"),
    ),
    "missing input": (CALCULATOR.replace("  - b.value -> add.b\n", ""), ("add", "b")),
    "a cycle without an exit": (CYCLE, ("one", "two")),
}


@pytest.mark.parametrize("case", AGENTS)
def test_checked(luban: Luban, case: str) -> None:
    text, names = AGENTS[case]
    path = write_agent(luban.folder / "bad.agent.yaml", text)
    both(luban, "check", path, code=2, names=(*names, "bad.agent.yaml"))


@pytest.mark.parametrize("case", AGENTS)
def test_run(luban: Luban, case: str) -> None:
    text, names = AGENTS[case]
    path = write_agent(luban.folder / "bad.agent.yaml", text)
    both(luban, "run", path, "-i", "a=1", "-i", "b=2", code=2, names=names)
    assert luban("runs", "--json").json == []


def test_inputs_of_the_wrong_type_or_missing(luban: Luban) -> None:
    path = write_agent(luban.folder / "good.agent.yaml", CALCULATOR)
    names = ("many", "a", "b", "c")
    both(luban, "run", path, "-i", "a=many", "-i", "c=1", code=2, names=names)


def test_every_finding_is_told_and_not_only_the_first(luban: Luban) -> None:
    text = CALCULATOR.replace("maths.calculate", "maths.calculat").replace("b.value", "x.value")
    path = write_agent(luban.folder / "bad.agent.yaml", text)
    told = luban("check", path, "--json").json["files"][0]["findings"]
    assert {each["code"] for each in told} >= {"unknown_block", "unknown_node"}
    assert all(each["message"] and each["message_zh"] and each["repair"] for each in told)
    both(luban, "run", path, code=2, names=("maths.calculat", "x.value"))


def test_a_file_of_fifty_megabytes_that_is_no_agent(luban: Luban) -> None:
    path: Path = luban.folder / "huge.agent.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    for command in ("check", "run"):
        both(luban, command, path, code=2, names=("huge.agent.yaml", "47.7 MB", "2 MB"))
