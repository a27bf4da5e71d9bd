"""Agents that ask before they act: answered over HTTP and from the command line, late and twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from luban.client import Client
from luban.client.errors import ApiError, Conflicting, Missing
from luban.llm.scripted.script import Reply, ReplyCall
from luban.llm.scripted.server import ScriptedModel, scripted_server
from luban.model.run import RunStatus
from luban.model.views import ApprovalView, RunView
from tests.cli.kit import Luban
from tests.server.kit import ServerProcess, server

SLOWLY = "It is told slowly, one piece after the other."


class Desk(NamedTuple):
    """A server with an agent that writes files, and asks before it writes some."""

    running: ServerProcess
    luban: Client
    model: ScriptedModel
    agent: str

    async def asked(self) -> tuple[RunView, ApprovalView]:
        """A run that waits, and its question."""
        run = await self.luban.runs.start(self.agent)
        async with asyncio.timeout(30):
            while True:
                for question in (await self.luban.approvals.list()).items:
                    if question.run_id == run.id:
                        return await self.luban.runs.get(run.id), question
                await asyncio.sleep(0.02)

    def last_turn(self) -> str:
        return str(self.model.requests[-1].body["messages"][-1]["content"])


def document() -> dict[str, Any]:
    policy = [
        {"tool": "save", "when": {"name": "drafts/*"}, "then": "allow"},
        {"tool": "save", "then": "ask", "why": "it is no draft"},
    ]
    return {
        "luban": 1,
        "name": "Writer",
        "nodes": {
            "goal": {"block": "io.input_text", "with": {"name": "goal", "value": "Write"}},
            "save": {"block": "file.write"},
            "agent": {"block": "ai.agent", "with": {"policy": policy}},
            "answer": {"block": "io.output", "with": {"name": "answer"}},
        },
        "links": [
            "goal.value -> agent.goal",
            "save.as_tool -> agent.tools",
            "agent.answer -> answer.value",
        ],
    }


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    draft = ReplyCall(name="save", arguments={"name": "drafts/a.md", "content": "a"})
    final = ReplyCall(name="save", arguments={"name": "final/a.md", "content": "a"})
    replies = [
        Reply(text="Not written.", after="did not allow"),
        Reply(text="Written.", after="final/a.md"),
        Reply(text="I write it.", calls=(final,), after="drafts/a.md"),
        Reply(text=SLOWLY, gap=0.05, after="Tell"),
        Reply(calls=(draft,)),
    ]
    async with scripted_server(replies) as model:
        environment = {"OPENAI_BASE_URL": model.base_url, "LUBAN_MODEL": "small"}
        with server(folder, **environment) as running:
            async with running.client() as luban:
                agent = await luban.agents.create(document=document())
                yield Desk(running, luban, model, agent.id)


async def test_questions_are_answered_late_twice_and_from_anywhere(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await _once(at)
        await _from_the_command_line(at, tmp_path)
        await _after_it_was_cancelled(at)
        await _for_good(at)
        await _as_it_comes(at)


async def _once(at: Desk) -> None:
    """The draft is written without a question; the answer comes once, with a comment."""
    run, question = await at.asked()
    assert run.status is RunStatus.WAITING
    assert question.choices == ["once", "always_here", "always_agent", "deny"]
    assert question.details["arguments"] == {"name": "final/a.md", "content": "a"}
    assert (question.details["reason"], question.details["why"]) == (
        "I write it.",
        "it is no draft",
    )
    asked = len(at.model.requests)
    with pytest.raises(ApiError, match="once"):
        await at.luban.approvals.answer(question.id, "yes")
    await at.luban.approvals.answer(question.id, "once", comment="Mind the title.")
    with pytest.raises((Conflicting, Missing)):
        await at.luban.approvals.answer(question.id, "deny")
    ended = await at.luban.runs.wait(run.id, timeout=30)
    assert (ended.status, ended.outputs["answer"]) == (RunStatus.COMPLETED, "Written.")
    assert "Mind the title." in at.last_turn()
    assert len(at.model.requests) == asked + 1


async def _from_the_command_line(at: Desk, folder: Path) -> None:
    run, question = await at.asked()
    luban = Luban(folder / "home", folder, {"LUBAN_SERVER": at.running.url})
    words = ("approvals", "answer", question.id, "deny", "--comment", "Not today.")
    answered = await asyncio.to_thread(luban, *words)
    assert answered.code == 0, answered.err
    ended = await at.luban.runs.wait(run.id, timeout=30)
    assert ended.outputs["answer"] == "Not written." and "Not today." in at.last_turn()


async def _after_it_was_cancelled(at: Desk) -> None:
    run, question = await at.asked()
    await at.luban.runs.cancel(run.id)
    ended = await at.luban.runs.wait(run.id, timeout=30)
    assert ended.status is RunStatus.CANCELLED
    asked = len(at.model.requests)
    with pytest.raises((Conflicting, Missing)):
        await at.luban.approvals.answer(question.id, "once")
    assert len(at.model.requests) == asked


async def _for_good(at: Desk) -> None:
    """What is allowed for good is kept with the agent, can be seen there, and taken back."""
    run, question = await at.asked()
    await at.luban.approvals.answer(question.id, "always_agent")
    await at.luban.runs.wait(run.id, timeout=30)
    again = await at.luban.runs.start(at.agent)
    ended = await at.luban.runs.wait(again.id, timeout=30)
    assert ended.outputs["answer"] == "Written."
    assert (await at.luban.approvals.list()).items == []


async def _as_it_comes(at: Desk) -> None:
    """The answer is heard while the model still writes it."""
    run = await at.luban.runs.start(at.agent, {"goal": "Tell"})
    pieces: list[str] = []
    async for event in at.luban.runs.events(run.id):
        if event.kind == "step_delta":
            assert (event.values["node"], event.values["pin"]) == ("agent", "answer")
            pieces.append(event.values["text"])
    assert len(pieces) > 1 and SLOWLY.endswith("".join(pieces))
    assert (await at.luban.runs.get(run.id)).outputs["answer"] == SLOWLY
