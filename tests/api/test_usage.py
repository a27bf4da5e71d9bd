"""What models took, budgets and estimates, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from luban.api.app import create_app
from tests.api.kit import V1, assert_error, http_client
from tests.spending.kit import asking_home

CHAT: dict[str, Any] = {
    "luban": 1,
    "name": "Chat",
    "nodes": {
        "text": {"block": "io.input_text", "with": {"name": "text", "value": "x" * 4000}},
        "chat": {"block": "ai.chat", "with": {"max_tokens": 1000}},
        "answer": {"block": "io.output", "with": {"name": "answer"}},
    },
    "links": ["text.value -> chat.prompt", "chat.answer -> answer.value"],
}


async def test_what_was_used_is_told_by_day_agent_and_model(tmp_path: Path) -> None:
    async with asking_home(tmp_path) as asking, http_client(create_app(asking.home.house)) as http:
        first = await asking.agent("test.loop", 2, name="One")
        second = await asking.agent("test.loop", 1, name="Two")
        run = await asking.run(first)
        await asking.run(second)
        seen = (await http.get(f"{V1}/runs/{run.id}")).json()
        assert (seen["tokens"], round(seen["usd"], 9), seen["unpriced"]) == (200, 0.2, 0)
        by_agent = (await http.get(f"{V1}/usage", params={"by": "agent"})).json()
        assert [(row["title"], row["calls"], row["tokens"]) for row in by_agent["items"]] == [
            ("One", 2, 200),
            ("Two", 1, 100),
        ]
        assert round(by_agent["total"]["usd"], 9) == 0.3
        (model,) = (await http.get(f"{V1}/usage", params={"by": "model"})).json()["items"]
        assert model["key"] == "test/m"
        (day,) = (await http.get(f"{V1}/usage")).json()["items"]
        assert day["key"] == by_agent["until"]
        back = {"since": "2026-02-01", "until": "2026-01-01"}
        assert_error(await http.get(f"{V1}/usage", params=back), 422, "invalid_value")


async def test_budgets_are_set_seen_and_removed(tmp_path: Path) -> None:
    async with asking_home(tmp_path) as asking, http_client(create_app(asking.home.house)) as http:
        agent = await asking.agent("test.loop", 2, name="One")
        await asking.run(agent)
        wanted = {"day": {"usd": 5.0, "tokens": None, "unpriced_calls": None}}
        made = await http.put(f"{V1}/budgets/agent:{agent}", json=wanted)
        assert made.status_code == 200, made.text
        (seen,) = (await http.get(f"{V1}/budgets")).json()["items"]
        assert seen == made.json()
        assert (seen["agent_name"], seen["day"]["usd"]) == ("One", 5.0)
        assert seen["taken"]["day"]["tokens"] == 200
        for bad in ("agent:a_none", "everybody"):
            refused = await http.put(f"{V1}/budgets/{bad}", json=wanted)
            assert refused.status_code in (404, 422)
        negative = {"day": {"usd": -1}}
        assert (await http.put(f"{V1}/budgets/user", json=negative)).status_code == 422
        assert (await http.delete(f"{V1}/budgets/agent:{agent}")).status_code == 204
        assert_error(await http.delete(f"{V1}/budgets/user"), 404, "not_found")


async def test_an_estimate_is_by_prompts_and_then_by_what_runs_took(tmp_path: Path) -> None:
    async with asking_home(tmp_path) as asking, http_client(create_app(asking.home.house)) as http:
        made = await http.post(f"{V1}/agents", json={"document": CHAT})
        agent = made.json()["id"]
        before = (await http.post(f"{V1}/agents/{agent}/estimate")).json()
        (node,) = before["nodes"]
        assert (before["runs"], node["node"], node["basis"]) == (0, "chat", "prompt")
        assert node["all"]["tokens"] >= 1000
        assert node["all"]["usd"] == node["all"]["tokens"] / 1000
        run = await asking.run(agent)
        assert run.status == "completed", run.error
        after = (await http.post(f"{V1}/agents/{agent}/estimate")).json()
        (node,) = after["nodes"]
        assert (after["runs"], node["basis"], node["firings"]) == (1, "history", 1)
        assert (after["total"]["tokens"], round(after["total"]["usd"], 9)) == (100, 0.1)


async def test_an_unknown_price_stays_unknown(tmp_path: Path) -> None:
    async with (
        asking_home(tmp_path, price={}) as asking,
        http_client(create_app(asking.home.house)) as http,
    ):
        made = await http.post(f"{V1}/agents", json={"document": CHAT})
        agent = made.json()["id"]
        assert (await http.post(f"{V1}/agents/{agent}/estimate")).json()["total"]["usd"] is None
        run = await asking.run(agent)
        seen = (await http.get(f"{V1}/runs/{run.id}")).json()
        assert (seen["usd"], seen["unpriced"]) == (None, 1)
        assert (await http.post(f"{V1}/agents/{agent}/estimate")).json()["total"]["usd"] is None
        assert (await http.get(f"{V1}/usage")).json()["total"]["usd"] is None
