"""The examples that wait, answered as people do: on the command line and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from luban.client import Client
from luban.model.run import RunStatus
from luban.model.views import RunView
from tests.cli.kit import Luban
from tests.examples.faces import EXAMPLES
from tests.server.kit import server

TRIES = 200
"""How often a process is asked; each question to it takes a while of its own."""

PARENT = """\
luban: 1
name: Twice
nodes:
  a: {block: io.input_number, with: {name: a}}
  first: {block: flow.run_agent, with: {agent: Calculator, inputs: {b: 3}}}
  again: {block: flow.run_agent, with: {agent: Calculator, inputs: {b: 10}}}
  result: {block: io.output, with: {name: result}}
links:
  - a.value -> first.inputs.a
  - first.outputs.result -> again.inputs.a
  - again.outputs.result -> result.value
"""


def asked(luban: Luban, words: list[str], found: Callable[[Any], Any]) -> Any:
    """What a command says, as soon as there is something in it."""
    for _ in range(TRIES):
        answer = luban(*words, "--json")
        if answer.code == 0 and (there := found(answer.json)):
            return there
    raise AssertionError(f"`{words}` never said anything")


@pytest.mark.parametrize("choice", ["send", "reject"])
def test_a_letter_is_approved_on_the_command_line(luban: Luban, choice: str) -> None:
    path = EXAMPLES / "approval.agent.yaml"
    running = luban.start("run", path, "--input", "to=Bo", "--json")
    try:
        (question,) = asked(luban, ["approvals"], lambda listed: listed)
        assert question["question"] == "Send this letter to Bo?"
        assert "Bo" in question["details"]["value"]
        words = ["approvals", "answer", question["id"], choice, "--comment", "mine"]
        assert luban(*words).code == 0
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    told = json.loads(out)
    assert (told["status"], told["starved"], err) == ("completed", [], "")
    _check(told["outputs"], choice)


@pytest.mark.parametrize("choice", ["send", "reject"])
async def test_a_letter_is_approved_over_http(tmp_path: Path, choice: str) -> None:
    with server(tmp_path) as running:
        async with running.client() as client:
            agent = await client.agents.create(template="approval")
            run = await client.runs.start(agent.id, {"to": "Bo"})
            await waiting(client, run.id)
            (question,) = (await client.approvals.list()).items
            assert (question.node, question.choices) == ("ask", ["send", "reject"])
            await client.approvals.answer(question.id, choice, comment="mine")
            ended = await client.runs.wait(run.id, timeout=60)
            assert (await client.approvals.list()).items == []
    assert (ended.status, list(ended.starved)) == (RunStatus.COMPLETED, [])
    _check(ended.outputs, choice)


async def test_a_question_outlives_the_death_of_its_server(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        async with running.client() as client:
            agent = await client.agents.create(template="approval")
            run = await client.runs.start(agent.id, {"to": "Bo"})
            await waiting(client, run.id)
        running.kill()
    with server(tmp_path) as running:
        async with running.client() as client:
            (question,) = (await client.approvals.list()).items
            await client.approvals.answer(question.id, "send", comment="mine")
            ended = await client.runs.wait(run.id, timeout=60)
    _check(ended.outputs, "send")


def _check(outputs: dict[str, Any], choice: str) -> None:
    assert outputs["comment"] == "mine"
    if choice == "send":
        assert outputs["sent"]["name"] == "letter.txt"
        assert "rejected" not in outputs
    else:
        assert "Bo" in outputs["rejected"]
        assert "sent" not in outputs


def test_a_reminder_is_done_on_the_command_line(luban: Luban) -> None:
    path = EXAMPLES / "reminder.agent.yaml"
    running = luban.start("run", path, "--input", "after=0", "--input", "what=Tea", "--json")
    try:
        (run,) = asked(luban, ["runs"], lambda listed: listed)
        assert luban("signal", run["id"], "done").code == 0
        out, _ = running.communicate(timeout=60)
    finally:
        running.kill()
    assert json.loads(out)["outputs"] == {"reminder": "Remember: Tea", "result": "Done: Tea"}


def test_a_reminder_nobody_heeds_and_one_that_is_only_tried(luban: Luban) -> None:
    path = EXAMPLES / "reminder.agent.yaml"
    words = ["--input", "after=0", "--input", "again_after=0.01", "--json"]
    late = luban("run", path, *words).json
    assert (late["status"], late["starved"]) == ("completed", [])
    assert late["outputs"]["result"].startswith("Still to be done. Nothing came for done")
    tried = luban("run", path, "--simulate", "--json").json  # an hour passes at once
    assert (tried["status"], tried["starved"]) == ("completed", [])
    assert tried["outputs"]["result"].startswith("Done: ")


async def test_a_reminder_is_done_over_http(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        async with running.client() as client:
            agent = await client.agents.create(template="reminder")
            run = await client.runs.start(agent.id, {"after": 0, "what": "Tea"})
            await waiting(client, run.id)
            await client.runs.signal(run.id, "done")
            ended = await client.runs.wait(run.id, timeout=60)
    assert ended.outputs == {"reminder": "Remember: Tea", "result": "Done: Tea"}
    assert list(ended.starved) == []


async def test_an_agent_runs_another_over_http(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        async with running.client() as client:
            await client.agents.create(template="calculator")
            parent = await client.agents.create(text=PARENT)
            run = await client.runs.start(parent.id, {"a": 2})
            ended = await client.runs.wait(run.id, timeout=60)
    assert (ended.status, ended.outputs) == (RunStatus.COMPLETED, {"result": 15})


async def waiting(client: Client, run: str) -> RunView:
    """The run, as soon as it stands still until somebody does something."""
    for _ in range(TRIES):
        found = await client.runs.get(run)
        if found.status is RunStatus.WAITING:
            return found
        assert found.status in (RunStatus.QUEUED, RunStatus.RUNNING), found
    raise AssertionError(run)
