"""Models that people add while the server runs: used at once, by those who may; no key is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.llm.scripted import Reply, ScriptedModel, scripted_server
from luban.server.wiring import Home
from tests.api.kit import V1, application, http_client, make_agent
from tests.services.kit import over

KEY = "sk-very-secret-4711"
CHAT = {
    "luban": 1,
    "name": "Chat",
    "nodes": {
        "question": {"block": "io.input_text", "with": {"name": "question"}},
        "chat": {"block": "ai.chat", "with": {"model": "home/qwen"}},
        "answer": {"block": "io.output", "with": {"name": "answer"}},
    },
    "links": ["question.value -> chat.prompt", "chat.answer -> answer.value"],
}
USER = "agent.read agent.create agent.update run.start run.read credential.read credential.write"


@pytest.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    """A service that starts when Luban runs already."""
    async with scripted_server([Reply(text="It is dry.")]) as server:
        yield server


def at(server: ScriptedModel, **more: Any) -> dict[str, Any]:
    return {"id": "home/qwen", "base_url": server.base_url, "name": "qwen2.5:7b", **more}


async def with_key(http: httpx2.AsyncClient, server: ScriptedModel, **headers: str) -> str:
    new = {
        "provider": "http",
        "name": "Home",
        "kind": "api_key",
        "settings": {"host": server.base_url.split("/")[2]},
        "secret": {"api_key": KEY},
    }
    return (await http.post(f"{V1}/credentials", json=new, headers=headers)).json()["id"]


async def test_a_model_is_added_by_address_and_used_at_once(
    home: Home, http: httpx2.AsyncClient, model: ScriptedModel
) -> None:
    await home.worker.start()
    agent = await make_agent(http, CHAT)
    credential = await with_key(http, model)
    added = await http.post(f"{V1}/models", json=at(model, credential="Home", context=32_768))
    assert added.status_code == 201, added.text
    assert added.json()["source"] == "own" and added.json()["context"] == 32_768
    assert added.json()["input_usd"] is None  # nobody knows
    assert added.json()["definition"]["credential"] == credential

    tested = (await http.post(f"{V1}/models/test", json={"id": "home/qwen"})).json()
    assert tested["ok"] and tested["seconds"] < 20 and tested["output_tokens"] > 0

    inputs = {"inputs": {"question": "Is it dry in Lu?"}}
    run = (await http.post(f"{V1}/agents/{agent}/runs", json=inputs)).json()["id"]
    assert (await over(home, run)).outputs == {"answer": "It is dry."}
    asked = model.requests[-1]
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body["model"] == "qwen2.5:7b"
    for address in ("models", "models/home/qwen", "audit", f"runs/{run}/steps"):
        assert KEY not in (await http.get(f"{V1}/{address}")).text

    assert (await http.post(f"{V1}/models", json=at(model))).json()["code"] == "model_taken"
    assert (await http.delete(f"{V1}/models/home/qwen")).status_code == 204
    assert (await http.get(f"{V1}/models/home/qwen")).status_code == 404


async def test_what_is_wrong_is_said_in_both_languages(
    http: httpx2.AsyncClient, model: ScriptedModel
) -> None:
    async def refused(**more: Any) -> str:
        answer = await http.post(f"{V1}/models", json=at(model, **more))
        assert answer.status_code >= 400 and answer.json()["message_zh"], answer.text
        return answer.json()["message"]

    assert "provider/name" in await refused(id="plain")
    assert "wire" in await refused(wire="smoke")
    assert "https://" in await refused(base_url="file:///etc/passwd")
    assert "`gone`" in await refused(credential="gone")
    assert "credential" in await refused(quirks={"headers": {"Authorization": "Bearer x"}})


async def test_a_test_says_what_failed_and_what_there_is(
    http: httpx2.AsyncClient,
) -> None:
    async with scripted_server([Reply(status=404, text="no such model")]) as server:
        server.installed = ["llama3", "qwen2.5:7b"]
        told = (await http.post(f"{V1}/models/test", json=at(server))).json()
        assert not told["ok"] and told["code"] == "model_refused" and told["trouble_zh"]
        assert told["names"] == ["llama3", "qwen2.5:7b"]
    told = (await http.post(f"{V1}/models/test", json=at(server))).json()
    assert told["code"] == "model_unreachable"


async def test_a_key_goes_nowhere_but_to_its_host(
    http: httpx2.AsyncClient, model: ScriptedModel
) -> None:
    credential = await with_key(http, model)
    async with scripted_server([Reply(text="hi")]) as other:
        told = await http.post(f"{V1}/models/test", json=at(other, credential=credential))
        assert told.json()["code"] == "credential_not_for_host"
        assert other.requests == []


async def test_who_is_no_administrator_adds_for_their_team_alone(
    home: Home, http: httpx2.AsyncClient, model: ScriptedModel
) -> None:
    ann = {"x-owner": "ann", "x-may": USER}

    async def refused(**more: Any) -> str:
        return (await http.post(f"{V1}/models", json=at(model, **more), headers=ann)).json()["code"]

    assert await refused() == "address_forbidden"
    assert await refused(everybody=True) == "not_permitted"
    assert await refused(api_key_variable="OPENAI_API_KEY") == "not_permitted"
    shared = await http.post(f"{V1}/models", json=at(model, everybody=True))
    assert shared.status_code == 201
    seen = (await http.get(f"{V1}/models/home/qwen", headers=ann)).json()
    assert (seen["source"], seen["editable"], seen["definition"]) == ("shared", False, None)
    assert (await http.delete(f"{V1}/models/home/qwen", headers=ann)).status_code == 403
    viewer = {"x-owner": "ann", "x-may": "agent.read"}
    assert (await http.post(f"{V1}/models", json=at(model), headers=viewer)).status_code == 403


async def test_anothers_model_is_not_there(tmp_path: Path, model: ScriptedModel) -> None:
    async with (
        application(tmp_path, allow_hosts="loopback") as (home, app),
        http_client(app) as http,
    ):
        await home.worker.start()
        ann, bob = ({"x-owner": name, "x-may": USER} for name in ("ann", "bob"))
        made = await http.post(f"{V1}/models", json=at(model), headers=ann)
        assert made.status_code == 201, made.text
        listed = (await http.get(f"{V1}/models", headers=bob)).json()["items"]
        assert "home/qwen" not in [each["id"] for each in listed]
        for ask in (http.get, http.delete):
            assert (await ask(f"{V1}/models/home/qwen", headers=bob)).status_code == 404
        agent = (await http.post(f"{V1}/agents", json={"document": CHAT}, headers=bob)).json()["id"]
        run = await http.post(
            f"{V1}/agents/{agent}/runs", json={"inputs": {"question": "?"}}, headers=bob
        )
        ended = await over(home, run.json()["id"], "bob")
        assert ended.error is not None and ended.error["code"] == "model_unknown"
        assert model.requests == []
