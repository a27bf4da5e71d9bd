"""Agents with a memory: what one run is told, another knows, if it is theirs to know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from luban.client import Client
from luban.llm.scripted.script import Reply, ReplyCall
from luban.llm.scripted.server import ScriptedModel, scripted_server
from tests.server.kit import server

TELL, ASK = "Remember that Ada drinks oolong tea.", "Which tea does Ada drink?"
KEEP = ReplyCall(name="remember", arguments={"text": "Ada drinks oolong tea", "about": "tea"})
REPLIES = [
    Reply(text="I noted it.", when=TELL, after="Its id is"),
    Reply(calls=(KEEP,), when=TELL),
    Reply(text="Oolong.", when="Ada drinks oolong"),
    Reply(text="I do not know."),
]


def document(name: str, memory: str) -> dict[str, Any]:
    return {
        "luban": 1,
        "name": name,
        "nodes": {
            "goal": {"block": "io.input_text", "with": {"name": "goal"}},
            "agent": {"block": "ai.agent", "with": {"memory": memory}},
            "answer": {"block": "io.output", "with": {"name": "answer"}},
        },
        "links": ["goal.value -> agent.goal", "agent.answer -> answer.value"],
    }


async def answer(luban: Client, agent: str, goal: str) -> str:
    run = await luban.runs.start(agent, {"goal": goal})
    ended = await luban.runs.wait(run.id, timeout=30)
    assert ended.error is None, ended.error
    return ended.outputs["answer"]


def offered(model: ScriptedModel) -> set[str]:
    """Names of the tools in the last request."""
    tools = model.requests[-1].body.get("tools", ())
    return {each["function"]["name"] for each in tools}


async def test_what_an_agent_is_told_it_knows_in_another_run(tmp_path: Path) -> None:
    async with scripted_server(REPLIES) as model:
        environment = {"OPENAI_BASE_URL": model.base_url, "LUBAN_MODEL": "small"}
        with server(tmp_path, **environment) as running:
            async with running.client() as luban:
                one, sister, alone, other = [
                    (await luban.agents.create(document=document(name, memory))).id
                    for name, memory in (
                        ("One", "user"), ("Sister", "user"), ("Alone", "agent"), ("Other", "agent"),
                    )
                ]  # fmt: skip
                assert await answer(luban, one, TELL) == "I noted it."
                assert "recall" not in offered(model)
                assert await answer(luban, one, ASK) == "Oolong."
                assert await answer(luban, sister, ASK) == "Oolong."
                assert offered(model) == set()
                assert await answer(luban, sister, f"Tell me: {ASK}") == "Oolong."
                assert {"recall", "forget"} <= offered(model)
                assert await answer(luban, alone, ASK) == "I do not know."
                assert await answer(luban, alone, TELL) == "I noted it."
                assert await answer(luban, alone, ASK) == "Oolong."
                assert await answer(luban, other, ASK) == "I do not know."

                (kept,) = (await luban.memories.list()).items
                assert (kept.text, kept.said_by, kept.trusted) == (
                    KEEP.arguments["text"],
                    "model",
                    True,
                )
                assert (kept.node, kept.uses) == ("agent", 3)
                first = await luban.runs.get(kept.run_id)
                assert first.agent_id == one
                await luban.memories.change(kept, text="Ada drinks jasmine tea")
                assert await answer(luban, one, ASK) == "I do not know."
