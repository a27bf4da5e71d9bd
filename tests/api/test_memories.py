"""What agents remember, as people see and change it."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from luban.server.wiring import Home
from tests.api.kit import V1, make_agent
from tests.services.kit import CALCULATOR, over

OTHER = {"x-owner": "bob"}
READER = {"x-may": "agent.read"}
KEEPER: dict[str, Any] = {
    "luban": 1,
    "name": "Keeper",
    "nodes": {
        "keep": {
            "block": "ai.remember",
            "with": {
                "text": "Ada likes tea",
                "kind": "preference",
                "said_by": "tool",
                "trusted": False,
                "model": "none",
            },
        }
    },
}


async def run_of(home: Home, http: httpx2.AsyncClient, agent: str, **inputs: str) -> str:
    """Runs an agent to its end; the id of the run."""
    started = await http.post(f"{V1}/agents/{agent}/runs", json={"inputs": inputs})
    await over(home, started.json()["id"])
    return started.json()["id"]


async def outputs_of(http: httpx2.AsyncClient, run: str) -> Any:
    found = (await http.get(f"{V1}/runs/{run}")).json()
    assert found["status"] == "completed", found["error"]
    return found["outputs"]


def asker(scope: str) -> dict[str, Any]:
    """An agent that tells what it remembers of a question."""
    return {
        "luban": 1,
        "name": "Asker",
        "nodes": {
            "q": {"block": "io.input_text", "with": {"name": "q"}},
            "recall": {"block": "ai.recall", "with": {"model": "none", "scope": scope}},
            "out": {"block": "io.output", "with": {"name": "text"}},
        },
        "links": ["q.value -> recall.question", "recall.text -> out.value"],
    }


async def test_what_one_run_remembers_another_recalls(home: Home, http: httpx2.AsyncClient) -> None:
    await home.worker.start()
    keeper = {**asker("agent"), "nodes": {**asker("agent")["nodes"], **KEEPER["nodes"]}}
    agent = await make_agent(http, keeper)
    await run_of(home, http, agent, q="nothing")
    again = await run_of(home, http, agent, q="What does Ada like?")
    assert "Ada likes tea" in (await outputs_of(http, again))["text"]
    other = await make_agent(http, asker("agent"))
    run = await run_of(home, http, other, q="What does Ada like?")
    assert (await outputs_of(http, run))["text"] == ""

    await http.post(f"{V1}/memories", json={"text": "Ada lives in Rome"})
    for each in (await make_agent(http, asker("user")), await make_agent(http, asker("user"))):
        run = await run_of(home, http, each, q="Where is Ada living?")
        assert "Ada lives in Rome" in (await outputs_of(http, run))["text"]
        assert (await outputs_of(http, run))["text"].count("[") == 1


async def test_memories_are_seen_changed_searched_and_taken_along(
    home: Home, http: httpx2.AsyncClient
) -> None:
    await home.worker.start()
    agent = await make_agent(http, KEEPER)
    of = {"agent": agent}
    run = await run_of(home, http, agent)
    new = {"text": "  Ada   lives in\nRome ", "about": "home"}
    added = await http.post(f"{V1}/memories", params=of, json=new)
    assert added.status_code == 201
    rome = added.json()
    assert (rome["text"], rome["said_by"], rome["trusted"]) == ("Ada lives in Rome", "person", True)

    page = (await http.get(f"{V1}/memories", params=of)).json()
    assert page["items"][0]["id"] == rome["id"]
    id = page["items"][1]["id"]
    one = f"{V1}/memories/{id}"
    found = (await http.get(f"{V1}/memories", params={**of, "search": "living in Rome"})).json()
    assert [each["id"] for each in found["items"]] == [rome["id"]]
    tea = (await http.get(one, params=of)).json()
    assert (tea["run_id"], tea["node"], tea["agent_id"]) == (run, "keep", agent)
    assert (tea["kind"], tea["trusted"]) == ("preference", False)

    edited = {"text": "Ada likes green tea", "kind": "preference", "trusted": True}
    changed = (await http.put(one, params=of, json=edited)).json()
    assert (changed["text"], changed["said_by"], changed["trusted"], changed["run_id"]) == (
        "Ada likes green tea", "person", True, run,
    )  # fmt: skip
    found = (await http.get(f"{V1}/memories", params={**of, "search": "living"})).json()
    assert [each["id"] for each in found["items"]] == [rome["id"]]
    assert (await http.get(f"{V1}/memories", params={**of, "search": "!"})).json()["items"] == []
    taken = await http.get(f"{V1}/memories/export", params=of)
    assert "attachment" in taken.headers["content-disposition"]
    assert [each["id"] for each in json.loads(taken.content)] == [id, rome["id"]]
    assert (await http.delete(one, params=of)).status_code == 204
    gone = await http.get(one, params=of)
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert (await http.get(f"{V1}/memories")).json()["total"] == 0


async def test_memories_are_the_owners_and_changed_by_who_may(http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    mine = (await http.post(f"{V1}/memories", json={"text": "Shared by all"})).json()
    one = f"{V1}/memories/{mine['id']}"
    assert (await http.get(one, headers=OTHER)).status_code == 404
    assert (await http.put(one, headers=OTHER, json={"text": "x"})).status_code == 404
    assert (await http.delete(one, headers=OTHER)).status_code == 404
    assert (await http.get(f"{V1}/memories", headers=OTHER)).json()["total"] == 0
    theirs = await http.get(f"{V1}/memories", headers=OTHER, params={"agent": agent})
    assert theirs.status_code == 404
    assert (await http.get(f"{V1}/memories", headers=READER)).status_code == 200
    assert (await http.delete(one, headers=READER)).status_code == 403
    assert (await http.put(one, headers=READER, json={"text": "x"})).status_code == 403
    assert (await http.post(f"{V1}/memories", json={"text": " \n "})).status_code == 422
    assert (await http.post(f"{V1}/memories", json={"text": "x" * 2001})).status_code == 422
