"""Agents as models: the official clients of OpenAI, over real HTTP, with a key of Luban's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import ScriptedModel, scripted_server
from tests.api.test_threads import parrot
from tests.server.kit import ServerProcess, server
from tests.server.test_accounts import ADMIN, REQUIRED, key_of
from tests.services.kit import one_step
from tools import prerequisites

STORY = "It was told slowly, word by word."
REPLIES = [
    Reply(text=STORY, gap=0.05, after="story", usage=(30, 9)),
    Reply(text="Blue", after="colour", usage=(12, 3)),
    Reply(text="As before: blue", when="Blue", usage=(20, 5)),
    Reply(vectors=((0.5, 0.25), (1.0, -1.0)), when="a duck", usage=(4, 0)),
    Reply(text="Well", usage=(7, 2)),
]


class Door(NamedTuple):
    """A server with accounts, a key for it, the model behind it, and both clients' way in."""

    running: ServerProcess
    key: str
    model: ScriptedModel

    @property
    def base_url(self) -> str:
        return f"{self.running.url}/v1"

    def client(self, key: str | None = None) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(base_url=self.base_url, api_key=key or self.key, max_retries=0)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Door]:
    async with scripted_server(REPLIES) as model:
        settings = {
            **REQUIRED,
            **ADMIN,
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "k",
            "LUBAN_MODEL": "openai/m",
        }
        with server(folder, **settings) as running:
            key = await key_of(running)
            async with httpx2.AsyncClient(
                base_url=running.url, headers={"authorization": f"Bearer {key}"}
            ) as http:
                asking = {**one_step("test.ask"), "name": "Asker"}
                asking["nodes"]["text"]["with"] = {"name": "message"}
                for document in (parrot(), asking):
                    made = await http.post("/api/v1/agents", json={"document": document})
                    assert made.status_code == 201, made.text
            yield Door(running, key, model)


def user(text: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


async def test_the_official_python_client(tmp_path: Path) -> None:
    async with opened(tmp_path) as door, door.client() as client:
        await _lists_models(client)
        await _completes(client)
        await _streams(client, door)
        await _goes_on(client, door)
        await _embeds(client)
        await _refuses(client, door)


async def _lists_models(client: openai.AsyncOpenAI) -> None:
    names = [each.id async for each in await client.models.list()]
    assert {"agent/Parrot", "agent/Asker", "openai/m"} <= set(names)
    assert (await client.models.retrieve("agent/Parrot")).owned_by == "luban"


async def _completes(client: openai.AsyncOpenAI) -> None:
    chat = client.chat.completions
    earlier = [{"role": "system", "content": "Be brief."}, *user("Hi")]
    told = await chat.create(
        model="agent/Parrot",
        messages=[*earlier, {"role": "assistant", "content": "Ho"}, *user("your colour?")],
        temperature=0.5,
    )
    (choice,) = told.choices
    assert (choice.message.content, choice.finish_reason) == ("Blue", "stop")
    assert told.usage is not None
    assert (told.usage.prompt_tokens, told.usage.completion_tokens) == (12, 3)
    plain = await chat.create(model="openai/m", messages=user("your colour?"))
    assert plain.choices[0].message.content == "Blue"


async def _streams(client: openai.AsyncOpenAI, door: Door) -> None:
    pieces: list[str] = []
    usage = None
    stream = await client.chat.completions.create(
        model="agent/Parrot",
        messages=user("a story"),
        stream=True,
        stream_options={"include_usage": True},
    )
    async for chunk in stream:
        pieces += [each.delta.content for each in chunk.choices if each.delta.content]
        usage = chunk.usage or usage
    assert "".join(pieces) == STORY and len(pieces) > 2
    assert usage is not None and (usage.prompt_tokens, usage.completion_tokens) == (30, 9)
    broken_off = await client.chat.completions.create(
        model="agent/Parrot",
        messages=user("a story"),
        stream=True,
    )
    async for chunk in broken_off:
        if chunk.choices[0].delta.content:
            break
    await broken_off.close()
    async with _http(door) as http:
        async with asyncio.timeout(10):
            while (run := await _newest(http))["status"] != "cancelled":
                assert run["status"] in ("running", "queued"), run
                await http.get(f"/api/v1/runs/{run['id']}/events")  # until it ends


async def _goes_on(client: openai.AsyncOpenAI, door: Door) -> None:
    first = await client.responses.create(model="agent/Parrot", input="your colour?")
    assert (first.output_text, first.status) == ("Blue", "completed")
    assert first.usage is not None and first.usage.total_tokens == 15
    kinds: list[str] = []
    text = ""
    async with client.responses.stream(
        model="agent/Parrot", input="say it again", previous_response_id=first.id
    ) as stream:
        async for event in stream:
            kinds.append(event.type)
            text += event.delta if event.type == "response.output_text.delta" else ""
        last = await stream.get_final_response()
    assert text == last.output_text == "As before: blue"
    assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
    assert (await client.responses.retrieve(last.id)).output_text == "As before: blue"
    async with _http(door) as http:
        (thread,) = (await http.get("/api/v1/threads")).json()["items"]
    assert thread["title"] == "your colour?"
    late = await client.responses.create(
        model="agent/Parrot", input="a story", previous_response_id=last.id, background=True
    )
    assert late.status in ("queued", "in_progress")
    assert (await client.responses.cancel(late.id)).status == "cancelled"
    waits = await client.responses.create(model="agent/Asker", input="a letter")
    assert waits.status == "in_progress" and waits.output_text == ""


async def _embeds(client: openai.AsyncOpenAI) -> None:
    told = await client.embeddings.create(
        model="openai/text-embedding-3-small", input=["a duck", "a goose"]
    )
    assert [each.embedding for each in told.data] == [[0.5, 0.25], [1.0, -1.0]]
    assert told.usage.total_tokens == 4


async def _refuses(client: openai.AsyncOpenAI, door: Door) -> None:
    chat = client.chat.completions
    hi = user("Hi")
    with pytest.raises(openai.NotFoundError) as unknown:
        await chat.create(model="agent/nobody", messages=hi)
    assert unknown.value.code == "not_found" and "nobody" in unknown.value.message
    with pytest.raises(openai.NotFoundError) as no_model:
        await chat.create(model="nobody/x", messages=hi)
    assert no_model.value.code == "model_not_found"
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    with pytest.raises(openai.BadRequestError, match="its own tools"):
        await chat.create(model="agent/Parrot", messages=hi, tools=[tool])  # pyright: ignore[reportArgumentType]
    with pytest.raises(openai.ConflictError) as waits:
        await chat.create(model="agent/Asker", messages=user("a letter"))
    assert waits.value.code == "answer_waits" and "Send a letter" in waits.value.message
    async with door.client("luban_wrong") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()


async def test_the_official_node_client(tmp_path: Path) -> None:
    command = prerequisites.find_openai_client()
    if command is None:
        left_out = pytest.fail if prerequisites.strict() else pytest.skip
        left_out("no Node, or no packages from npm")
    async with opened(tmp_path) as door:
        asking = await asyncio.create_subprocess_exec(
            *command,
            door.base_url,
            door.key,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(asking.communicate(), 60)
    assert asking.returncode == 0, err.decode()
    told = json.loads(out)
    assert {"agent/Parrot", "openai/m"} <= set(told["models"])
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    assert told["completion"] == ["Blue", "stop", usage]
    assert "".join(told["pieces"]) == STORY and len(told["pieces"]) > 2
    assert told["usage"]["completion_tokens"] == 9
    assert told["responses"] == ["Blue", "As before: blue", "completed"]
    assert told["kept"] == "As before: blue" and told["final"] == STORY
    assert told["events"].count("response.output_text.delta") > 2
    assert told["vectors"] == [[0.5, 0.25], [1.0, -1.0]]
    assert told["refused"] == ["NotFoundError", 404, "not_found"]


def _http(door: Door) -> httpx2.AsyncClient:
    headers = {"authorization": f"Bearer {door.key}"}
    return httpx2.AsyncClient(
        base_url=door.running.url, headers=headers, timeout=30, trust_env=False
    )


async def _newest(http: httpx2.AsyncClient) -> dict[str, str]:
    return (await http.get("/api/v1/runs")).json()["items"][0]
