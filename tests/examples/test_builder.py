"""The builder over real HTTP: a scripted model looks blocks up, errs, repairs, and proposes."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.client import Client
from luban.interop import agent_file
from luban.llm.scripted.script import Reply, ReplyCall
from luban.llm.scripted.server import ScriptedModel, scripted_server
from luban.model.proposal_views import ProposalView
from tests.cli.kit import Luban
from tests.examples.faces import EXAMPLES
from tests.server.kit import server

GOOD = """\
luban: 1
name: Loud
nodes:
  said: {block: io.input_text, with: {name: text, value: hello}}
  louder: {block: text.change_case, with: {operation: upper}}
  result: {block: io.output, with: {name: loud}}
links:
  - said.value -> louder.text
  - louder.processed_text -> result.value
"""
WRONG = GOOD.replace("louder.processed_text", "louder.capitals")
LOWER = GOOD.replace("upper", "lower").replace("value: hello", "value: HELLO")


def call(tool: str, **arguments: Any) -> Reply:
    return Reply(calls=(ReplyCall(name=f"build_{tool}", arguments=arguments),), times=1)


def script(last: str = GOOD) -> list[Reply]:
    """Search, describe, propose something wrong, repair it, say so."""
    return [
        call("find_blocks", query="upper case text"),
        call("describe_blocks", blocks=["text.change_case"]),
        call("propose_agent", text=WRONG, summary="Makes a text loud."),
        call("propose_agent", text=f"```yaml\n{last}```", summary="Makes a text loud."),
        Reply(text="I proposed an agent that makes a text loud."),
    ]


def settings(model: ScriptedModel) -> dict[str, str]:
    return {"OPENAI_BASE_URL": model.base_url, "LUBAN_MODEL": "small"}


async def made(luban: Client, message: str, agent: str = "") -> ProposalView:
    started = await luban.proposals.make(message, agent=agent)
    assert started.state in ("drafting", "open")
    run = await luban.runs.wait(started.run_id, timeout=60)
    assert run.status.value == "completed", run.error
    if "proposal" in run.outputs:
        assert run.outputs["proposal"] == started.id
    return await luban.proposals.get(started.id)


async def test_a_model_searches_errs_repairs_and_proposes(tmp_path: Path) -> None:
    async with scripted_server(script()) as model:
        with server(tmp_path, **settings(model)) as running:
            async with running.client() as luban:
                proposal = await made(luban, "an agent that makes a text loud")
                assert (proposal.state, proposal.agent_id) == ("open", "")
                accepted = await luban.proposals.accept(proposal.id)
                run = await luban.runs.start(accepted.agent_id, {"text": "quiet"})
                run = await luban.runs.wait(run.id, timeout=60)
    assert run.outputs == {"loud": "QUIET"}
    found, described, refused, told = (
        str(each.body["messages"][-1]) for each in model.requests[1:]
    )
    assert "text.change_case (text)" in found
    assert "- text (text) required" in described and "one of [" in described
    assert "repair this first" in refused and "louder.capitals" in refused
    assert "processed_text" in refused, "the way out is told"
    assert "Proposed" in told


async def test_an_agent_there_is_changes_in_what_was_asked(tmp_path: Path) -> None:
    async with scripted_server([*script(LOWER)]) as model:
        with server(tmp_path, **settings(model)) as running:
            async with running.client() as luban:
                agent = await luban.agents.create(text=GOOD)
                proposal = await made(luban, "make it quiet", agent="Loud")
                assert proposal.agent_id == agent.id
                assert {each.text for each in proposal.changes} == {
                    "~ `said`: `value`", "~ `louder`: `operation`",
                }  # fmt: skip
                (one,) = [each.id for each in proposal.changes if each.node == "louder"]
                await luban.proposals.accept(proposal.id, [one])
                nodes = (await luban.agents.get(agent.id)).document["nodes"]
    assert nodes["louder"]["with"] == {"operation": "lower"}
    assert nodes["said"]["with"]["value"] == "hello"
    assert f"`{agent.id}`" in str(model.requests[0].body["messages"]), "it is told which"


async def test_a_model_that_writes_rubbish_proposes_nothing(tmp_path: Path) -> None:
    replies = [
        call("propose_agent", text="]] not yaml: [", summary="?"),
        call("describe_blocks", blocks=["text.changecase"]),
        Reply(text="I cannot."),
    ]
    async with scripted_server(replies) as model:
        with server(tmp_path, **settings(model)) as running:
            async with running.client() as luban:
                proposal = await made(luban, "an agent that does the impossible")
                agents = (await luban.agents.list()).items
    assert (proposal.state, proposal.changes) == ("none", [])
    assert [each.name for each in agents] == ["Builder"]
    refused = str(model.requests[1].body["messages"][-1])
    assert "Line 1" in refused and "Near it are: text." in str(
        model.requests[2].body["messages"][-1]
    )


async def test_on_the_command_line(tmp_path: Path) -> None:
    async with scripted_server(script()) as model:
        luban = Luban(tmp_path / "home", tmp_path, settings(model))
        words = ("agent", "make", "an agent that makes a text loud")
        answer = await asyncio.to_thread(luban, *words, "--quiet")
    assert answer.code == 0, answer.err
    assert "c1\t+ node `said`" in answer.out
    (command,) = re.findall("agent accept (p_[0-9a-z]+)", answer.err)
    agent = await asyncio.to_thread(luban, "agent", "accept", command)
    assert agent.out.startswith("a_"), agent.err
    ran = await asyncio.to_thread(luban, "run", "Loud", "--input", "text=hey", "--json")
    assert ran.json["outputs"] == {"loud": "HEY"}
    async with scripted_server(script(LOWER)) as model:
        luban = Luban(tmp_path / "home", tmp_path, settings(model))
        words = ("agent", "make", "quiet", "--agent", "Loud", "--apply", "--json")
        applied = await asyncio.to_thread(luban, *words)
    assert applied.json["state"] == "accepted" and len(applied.json["accepted"]) == 2


def test_the_demo_model_says_that_it_cannot(luban: Luban) -> None:
    answer = luban("agent", "make", "an agent that sings", "--quiet")
    assert answer.code == 1 and "The demo model cannot build" in answer.err


def test_the_example_in_the_instructions_is_sound(luban: Luban) -> None:
    built = agent_file.read(EXAMPLES / "builder.agent.yaml")
    instructions = agent_file.load(built)["nodes"]["build"]["with"]["instructions"]
    (shown,) = re.findall("```yaml\n(.*?)```", instructions, re.S)
    (luban.folder / "shown.agent.yaml").write_text(shown, encoding="utf-8")
    assert luban("check", "shown.agent.yaml").code == 0


def _local_model() -> str:
    """A model on this machine that can use tools, if `OLLAMA_BASE_URL` answers with one."""
    address = os.environ.get("OLLAMA_BASE_URL", "")
    if not address:
        return ""
    try:
        listed = httpx2.get(f"{address.rstrip('/').removesuffix('/v1')}/api/tags", timeout=2)
        return str(listed.json()["models"][0]["name"])
    except (httpx2.HTTPError, KeyError, IndexError, ValueError):
        return ""


@pytest.mark.skipif(not _local_model(), reason="no local model answers at OLLAMA_BASE_URL")
async def test_with_a_real_local_model(tmp_path: Path) -> None:
    with server(tmp_path, OLLAMA_BASE_URL=os.environ["OLLAMA_BASE_URL"]) as running:
        async with running.client() as luban:
            started = await luban.proposals.make(
                "an agent that makes a text upper case", model=f"ollama/{_local_model()}"
            )
            await luban.runs.wait(started.run_id, timeout=600)
            proposal = await luban.proposals.get(started.id)
    assert proposal.state == "open"
    assert not [each for each in proposal.warnings if each.severity == "error"]
