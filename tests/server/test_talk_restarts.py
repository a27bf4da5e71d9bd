"""A server that dies while it answers: the answer is there afterwards, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from luban.client import Client
from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import scripted_server
from luban.model.thread_views import ThreadMessageView
from tests.api.test_threads import parrot
from tests.server.kit import ServerProcess, environment, server
from tests.warm import PIPE, Process

LONG = "It takes a while until all of this is written, piece by piece."


async def test_an_answer_comes_once_although_its_server_was_killed(tmp_path: Path) -> None:
    replies = [Reply(text=LONG, gap=0.3, after="long", times=1), Reply(text=LONG)]
    async with scripted_server(replies) as model:
        settings = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "k",
            "LUBAN_MODEL": "openai/m",
        }
        first = ServerProcess(tmp_path, **settings)
        async with first.client() as client:
            agent = await client.agents.create(document=parrot())
            thread = await client.threads.create(agent.id)
            turn = await client.threads.say(thread.id, "long", key="k1")
            run = turn.answer.run_id or ""
            async for event in client.runs.events(run):
                if event.kind == "step_delta":
                    break
        first.kill()
        with server(tmp_path, **settings) as second:
            async with second.client() as client:
                answer = await _answered(client, thread.id, run)
                assert (answer.text, answer.status) == (LONG, "completed")
                again = await client.threads.say(thread.id, "long", key="k1")
                assert again.answer.id == answer.id
                shown = (await client.threads.get(thread.id)).messages
                assert [each.text for each in shown] == ["long", LONG]
                assert (await client.runs.list()).total == 1
    assert len(model.requests) == 2


async def _answered(client: Client, thread: str, run: str) -> ThreadMessageView:
    await client.runs.wait(run, 30)
    return (await client.threads.get(thread)).messages[-1]


async def test_the_command_talks_with_an_agent_and_goes_on(tmp_path: Path) -> None:
    replies = [Reply(text="Quack", after="duck"), Reply(text="As I said", when="Quack")]
    async with scripted_server(replies) as model:
        more = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "k",
            "LUBAN_MODEL": "openai/m",
        }
        env = environment(tmp_path, **more)

        def luban(*words: str, said: str | None = None) -> tuple[str, str]:
            stdin = PIPE if said is not None else None
            process = Process(["luban.cli", *words], cwd=tmp_path, env=env, stdin=stdin)
            out, err = process.communicate(said, 60)
            assert process.wait() == 0, err
            return out, err

        out, err = await asyncio.to_thread(luban, "chat", "-m", "a duck?")
        assert out == "Quack\n"
        thread = err.split()[1]
        out, _ = await asyncio.to_thread(luban, "chat", "--thread", thread, said="and again?\n")
        assert out == "As I said\n"
