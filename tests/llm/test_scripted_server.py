"""The scripted server by itself: matching, recording, and starting as a program."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx2
import pytest

from luban.llm.scripted.asked import of_openai_chat
from luban.llm.scripted.script import Reply, Script
from luban.llm.scripted.server import scripted_server


def asking(text: str, **more: object) -> dict[str, object]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def test_the_first_reply_that_fits_and_is_left_answers() -> None:
    script = Script(
        [
            Reply(when="weather", text="sun", times=1),
            Reply(model="big", text="big"),
            Reply(text="?"),
        ]
    )
    asked = [asking("the weather"), asking("the weather"), asking("x") | {"model": "big"}]
    assert [script.reply_to(of_openai_chat(request)).text for request in asked] == [
        "sun",
        "?",
        "big",
    ]


def test_a_request_that_nothing_fits_is_an_error() -> None:
    assert Script([Reply(when="a")]).reply_to(of_openai_chat(asking("b"))).status == 400


async def test_the_stream_on_the_wire() -> None:
    reply = Reply(pieces=("a", "b"), usage=(3, 2))
    async with scripted_server([reply]) as server, httpx2.AsyncClient() as client:
        answer = await client.post(
            f"{server.base_url}/chat/completions",
            json=asking("x", stream=True, stream_options={"include_usage": True}),
        )
        listed = await client.get(f"{server.base_url}/models")
    events = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert events[-1] == "[DONE]"
    assert json.loads(events[-2])["usage"]["total_tokens"] == 5
    assert listed.json()["data"][0]["id"] == "scripted"
    assert server.requests[0].body["stream"] is True


async def test_without_a_script_it_answers_as_the_demo_model() -> None:
    async with scripted_server() as server, httpx2.AsyncClient() as client:
        answer = await client.post(f"{server.base_url}/chat/completions", json=asking("hi"))
    assert "hi" in answer.json()["choices"][0]["message"]["content"]


@pytest.mark.slow
async def test_it_starts_as_a_program(tmp_path: Path) -> None:
    script = tmp_path / "replies.json"
    script.write_text('[{"when": "ping", "text": "pong"}]', "utf-8")
    async with scripted_server() as placeholder:
        port = int(placeholder.base_url.rsplit(":", 1)[1].split("/")[0])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "luban.cli", "model", "serve-scripted"),
        *("--port", str(port), "--script", str(script)),
    )
    try:
        async with asyncio.timeout(20), httpx2.AsyncClient() as client:
            while True:
                try:
                    answer = await client.post(
                        f"http://127.0.0.1:{port}/v1/chat/completions", json=asking("ping")
                    )
                    break
                except httpx2.ConnectError:
                    await asyncio.sleep(0.05)
        assert answer.json()["choices"][0]["message"]["content"] == "pong"
    finally:
        process.terminate()
        await process.wait()
