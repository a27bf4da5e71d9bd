"""The same agents on model servers that others wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from luban.client import Client
from luban.model.run import RunStatus
from luban.model.views import RunView
from tests.llm.others import aimock_server, llama_server
from tests.server.kit import ServerProcess, server

pytestmark = pytest.mark.network

WIRES = {"chat": "openai-chat", "responses": "openai-responses", "claude": "anthropic"}
WIRES["gemini"] = "google"

TALK = {
    "luban": 1,
    "name": "对话",
    "nodes": {
        "talk": {
            "block": "ai.conversation",
            "with": {"messages": ["你好，你知道《红楼梦》的作者是谁吗？"], "max_tokens": 24},
        },
        "out": {"block": "io.output", "with": {"name": "answer"}},
    },
    "links": ["talk.answer -> out.value"],
}
RESEARCH = {
    "luban": 1,
    "name": "Research",
    "nodes": {
        "agent": {
            "block": "ai.agent",
            "with": {"goal": "Research: how long is the lock's name, and what is it in capitals?"},
        },
        "count": {"block": "text.count"},
        "upper": {"block": "text.change_case", "with": {"operation": "upper"}},
        "out": {"block": "io.output", "with": {"name": "answer"}},
    },
    "links": [
        "count.as_tool -> agent.tools",
        "upper.as_tool -> agent.tools",
        "agent.answer -> out.value",
    ],
}
BOTH = [
    {"name": "count", "arguments": json.dumps({"text": "luban"})},
    {"name": "upper", "arguments": json.dumps({"text": "luban"})},
]
FIXTURES = [
    {
        "match": {"userMessage": "Research", "hasToolResult": False},
        "response": {"toolCalls": BOTH},
    },
    {
        "match": {"userMessage": "Research", "hasToolResult": True},
        "response": {"content": "Five letters: LUBAN."},
    },
    {"match": {"userMessage": "红楼梦"}, "response": {"content": "曹雪芹。"}},
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose models are those of two servers of others."""
    folder = tmp_path_factory.mktemp("others")
    with aimock_server(FIXTURES) as base, llama_server(folder) as llama:
        rows = [f'[[models]]\nid = "llama/tiny"\nbase_url = "{llama}/v1"\n']
        for name, wire in WIRES.items():
            address = f"{base}/v1" if wire.startswith("openai") else base
            rows.append(
                f'[[models]]\nid = "mock/{name}"\nbase_url = "{address}"\nwire = "{wire}"\n'
                'api_key = "k"\n'
            )
        (folder / "luban.toml").write_text("".join(rows))
        with server(folder) as found:
            yield found


async def ended(client: Client, document: dict[str, Any], node: str, model: str) -> RunView:
    document = json.loads(json.dumps(document))
    document["nodes"][node]["with"]["model"] = model
    agent = await client.agents.create(document=document)
    run = await client.runs.start(agent.id, {})
    return await client.runs.wait(run.id, timeout=60)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_conversation_over_each_wire(running: ServerProcess, wire: str) -> None:
    async with running.client() as client:
        run = await ended(client, TALK, "talk", f"mock/{wire}")
    assert run.status is RunStatus.COMPLETED, run.error
    assert run.outputs == {"answer": "曹雪芹。"}


@pytest.mark.parametrize("wire", WIRES)
async def test_an_agent_with_tools_over_each_wire(running: ServerProcess, wire: str) -> None:
    async with running.client() as client:
        run = await ended(client, RESEARCH, "agent", f"mock/{wire}")
        steps = await client.runs.steps(run.id, node="agent", page_size=100)
    assert run.status is RunStatus.COMPLETED, run.error
    assert run.outputs == {"answer": "Five letters: LUBAN."}
    told = json.dumps([each.model_dump(mode="json") for each in steps.items], ensure_ascii=False)
    assert "LUBAN" in told


async def test_a_conversation_with_llama_cpp(running: ServerProcess) -> None:
    async with running.client() as client:
        run = await ended(client, TALK, "talk", "llama/tiny")
    assert run.status is RunStatus.COMPLETED, run.error
    assert run.outputs["answer"]
    assert run.tokens > 24
    assert run.usd is None  # nobody knows its price
