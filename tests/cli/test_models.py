"""A model added by its address to a server that runs, by the command line; all processes use it."""

from __future__ import annotations

import asyncio

from luban.llm.scripted import Reply, scripted_server
from tests.cli.kit import Luban, write_agent
from tests.server.kit import server

CHAT = """\
luban: 1
name: Chat
nodes:
  question: {block: io.input_text, with: {name: question}}
  chat: {block: ai.chat, with: {model: home/qwen}}
  answer: {block: io.output, with: {name: answer}}
links:
  - question.value -> chat.prompt
  - chat.answer -> answer.value
"""
KEY = "sk-very-secret-4711"


async def test_added_tested_used_and_removed(luban: Luban) -> None:
    agent = write_agent(luban.folder / "chat.agent.yaml", CHAT)
    luban.home.mkdir()

    async def ask(*words: str, **more: str) -> str:
        done = await asyncio.to_thread(luban, *words, **more)
        assert done.code == 0, done.err
        assert KEY not in done.out + done.err
        return done.out

    with server(luban.home, LUBAN_HOME=str(luban.home)) as running:
        there = ("--server", running.url)
        # The service starts after the server that is to use it.
        async with scripted_server([Reply(text="It is dry.")]) as model:
            add = ("model", "add", "home/qwen", "--url", model.base_url, "--with-key", *there)
            assert await ask(*add, "--context", "32768", given=KEY) == "home/qwen\n"
            assert "home/qwen\tqwen\t32,768\tunknown\town\tdefault" in await ask(
                "model", "list", *there
            )
            assert "works: " in await ask("model", "test", "home/qwen", *there)
            question = ("run", str(agent), "-i", "question=Is it dry?", "-q")
            assert await ask(*question, *there) == "It is dry.\n"
            # Another process with the same home.
            assert await ask(*question) == "It is dry.\n"
            sent = [each.headers["authorization"] for each in model.requests]
            assert sent == [f"Bearer {KEY}"] * 3
        gone = await asyncio.to_thread(luban, "model", "test", "home/qwen", *there)
        assert gone.code == 1 and "cannot be reached" in gone.out
        await ask("model", "remove", "home/qwen", *there)


def test_what_is_wrong_is_said(luban: Luban) -> None:
    add = ("model", "add", "home/qwen", "--url", "http://127.0.0.1:9/v1")
    assert "wire" in luban(*add, "--wire", "smoke").err
    assert "`nobody`" in luban(*add, "--credential", "nobody").err
    assert luban(*add).code == 0
    chinese = Luban(luban.home, luban.folder, {"LANG": "zh_CN.UTF-8"})
    taken = chinese(*add)
    assert taken.code == 2 and "已有名为“home/qwen”的模型" in taken.err
    missing = luban("model", "remove", "nobody/x")
    assert missing.code == 2 and "luban model list" in missing.err
