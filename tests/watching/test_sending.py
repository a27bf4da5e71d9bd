"""Events reach a receiver over HTTP, signed, until they arrive or are given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.api.app import create_app
from luban.server.wiring import Home
from luban.services.webhooks.retrying import WAITS, judge
from tests.api.kit import V1, assert_error, http_client, make_agent, named_owner
from tests.services.kit import CALCULATOR, ME, memory_home
from tests.watching.receiver import Receiver, receiver

BOB = {"x-owner": "bob"}
DAY = 86_400.0


@asynccontextmanager
async def opened(
    folder: Path, allow: tuple[str, ...] = ("loopback",)
) -> AsyncIterator[tuple[Home, httpx2.AsyncClient, Receiver]]:
    async with (
        memory_home(folder, allow_hosts=allow) as home,
        http_client(create_app(home.house, identify=named_owner)) as http,
        receiver() as there,
    ):
        yield home, http, there


async def added(http: httpx2.AsyncClient, url: str, **wanted: Any) -> dict[str, Any]:
    answer = await http.post(f"{V1}/webhooks", json={"url": url, **wanted})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def run_once(home: Home, http: httpx2.AsyncClient) -> str:
    agent = await make_agent(http, CALCULATOR)
    run = await home.house.runs.start(ME, agent, {"a": 1, "b": 2})
    await home.worker.run_one(run.id)
    return run.id


async def deliveries(http: httpx2.AsyncClient, hook: str, **asked: Any) -> list[dict[str, Any]]:
    answer = await http.get(f"{V1}/webhooks/{hook}/deliveries", params=asked)
    return answer.json()["items"]


async def test_a_run_is_told_with_signatures_a_receiver_can_check(tmp_path: Path) -> None:
    async with opened(tmp_path) as (home, http, there):
        hook = await added(http, there.url, events=["run.completed"])
        run = await run_once(home, http)
        assert await home.sending.send_due() == 1
        (message,) = there.got
        assert message.is_signed_with(hook["secret"])
        assert not message.is_signed_with("whsec_" + "A" * 44)
        body = message.json
        assert body["type"] == "run.completed" and body["timestamp"].endswith("Z")
        assert body["data"]["run_id"] == run and body["data"]["outputs"] == {"result": 3}
        (delivered,) = await deliveries(http, hook["id"])
        assert delivered["status"] == "delivered" and delivered["id"] == message.id
        assert delivered["answer"]["status"] == 204 and delivered["body"] == body
        assert await home.sending.send_due() == 0


async def test_the_secret_is_shown_once_and_replaced_without_a_gap(tmp_path: Path) -> None:
    async with opened(tmp_path) as (home, http, there):
        hook = await added(http, there.url)
        address = f"{V1}/webhooks/{hook['id']}"
        assert (await http.get(address)).json()["secret"] is None
        assert hook["secret"] not in (await http.get(f"{V1}/webhooks")).text
        changed = (await http.patch(address, json={"new_secret": True})).json()
        assert changed["secret"].startswith("whsec_") and changed["secret"] != hook["secret"]
        await http.post(f"{address}/test")
        await home.sending.send_due()
        assert there.got[0].is_signed_with(hook["secret"])
        assert there.got[0].is_signed_with(changed["secret"])
        assert there.got[0].json["type"] == "webhook.test"
        logged = (await http.get(f"{V1}/audit")).text
        assert hook["secret"] not in logged and changed["secret"] not in logged


async def test_a_failed_attempt_is_repeated_under_the_same_id(tmp_path: Path) -> None:
    async with opened(tmp_path) as (home, http, there):
        hook = await added(http, there.url, events=["run.completed"])
        there.answers = [b"500", b"302", b"204"]
        await run_once(home, http)
        await home.sending.send_due()
        (waiting,) = await deliveries(http, hook["id"])
        assert waiting["status"] == "waiting" and waiting["attempts"] == 1
        assert waiting["answer"]["status"] == 500 and waiting["next_at"]
        refused = await http.post(f"{V1}/deliveries/{waiting['id']}/redeliver")
        assert_error(refused, 409, "delivery_under_way")
        assert (await http.get(f"{V1}/webhooks/{hook['id']}")).json()["failing_since"]
        assert await home.sending.send_due() == 0  # not yet


async def test_what_is_gone_is_switched_off_and_dead_letters_can_be_sent_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as (home, http, there):
        hook = await added(http, there.url, name="Ours", events=["run.completed"])
        address = f"{V1}/webhooks/{hook['id']}"
        there.answers = [b"410", b"204"]
        await run_once(home, http)
        await home.sending.send_due()
        (dead,) = await deliveries(http, hook["id"], status="dead")
        off = (await http.get(address)).json()
        assert off["enabled"] is False and off["disabled_because"] == "gone"
        (finding,) = (await http.get(f"{V1}/findings")).json()["items"]
        assert finding["code"] == "webhook_switched_off" and "Ours" in finding["message"]
        await run_once(home, http)
        assert await home.sending.send_due() == 0  # what is off is told nothing
        on = (await http.patch(address, json={"enabled": True})).json()
        assert on["enabled"] and on["disabled_because"] == "" and on["failing_since"] is None
        again = await http.post(f"{V1}/deliveries/{dead['id']}/redeliver")
        assert again.status_code == 202
        await home.sending.send_due()
        assert [each.id for each in there.got] == [dead["id"]] * 2
        assert (await deliveries(http, hook["id"]))[0]["status"] == "delivered"


async def test_private_addresses_are_refused(tmp_path: Path) -> None:
    async with opened(tmp_path, allow=()) as (home, http, there):
        hook = await added(http, there.url, events=["run.completed"])
        await run_once(home, http)
        await home.sending.send_due()
        (waiting,) = await deliveries(http, hook["id"])
        assert waiting["answer"]["status"] is None and "127.0.0.1" in waiting["answer"]["text"]
        assert there.got == []


async def test_others_neither_see_nor_change_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, http, there):
        hook = await added(http, there.url)
        sent = (await http.post(f"{V1}/webhooks/{hook['id']}/test")).json()
        for method, path in (
            ("GET", f"/webhooks/{hook['id']}"),
            ("PATCH", f"/webhooks/{hook['id']}"),
            ("DELETE", f"/webhooks/{hook['id']}"),
            ("POST", f"/webhooks/{hook['id']}/test"),
            ("GET", f"/webhooks/{hook['id']}/deliveries"),
            ("POST", f"/deliveries/{sent['id']}/redeliver"),
        ):
            body = {"name": "hers"} if method == "PATCH" else None
            denied = await http.request(method, V1 + path, headers=BOB, json=body)
            assert_error(denied, 404, "not_found")
        assert (await http.get(f"{V1}/webhooks", headers=BOB)).json()["total"] == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"url": "ftp://example.com/"},
        {"url": "https://"},
        {"url": "https://me:secret@example.com/"},
        {"url": "https://example.com/ x"},
        {"url": "https://example.com/", "events": ["run.exploded"]},
        {"url": "https://example.com/", "events": []},
    ],
)
async def test_what_cannot_be_sent_to_is_refused(tmp_path: Path, bad: dict[str, Any]) -> None:
    async with opened(tmp_path) as (_, http, _there):
        answer = await http.post(f"{V1}/webhooks", json=bad)
        assert answer.status_code == 422, answer.text
        assert "secret" not in answer.text


def test_attempts_go_on_for_most_of_a_day() -> None:
    waits = [judge(number, 503, 0.5).again_in for number in range(1, len(WAITS) + 1)]
    assert waits == [float(each) for each in WAITS]
    assert 0.8 * DAY < sum(waits) < 1.1 * DAY
    assert judge(len(WAITS) + 1, 503, 0.5).status == "dead"
    assert judge(1, 503, 0.0).again_in < judge(1, 503, 0.5).again_in < judge(1, 503, 1.0).again_in


@pytest.mark.parametrize(
    ("attempts", "status", "becomes"),
    [
        (1, 200, "delivered"),
        (9, 204, "delivered"),
        (1, None, "waiting"),
        (1, 302, "waiting"),
        (2, 404, "waiting"),
        (3, 404, "dead"),
        (9, 429, "waiting"),
        (9, 408, "waiting"),
        (1, 410, "dead"),
        (11, None, "dead"),
    ],
)
def test_what_an_answer_means(attempts: int, status: int | None, becomes: str) -> None:
    assert judge(attempts, status, 0.5).status == becomes
    assert judge(attempts, status, 0.5).gone is (status == 410)


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    assert judge(1, 429, 0.5, asked_to_wait=100).again_in == 100
    assert judge(5, 429, 0.5, asked_to_wait=1).again_in == WAITS[4]
    assert judge(1, 429, 0.5, asked_to_wait=10**7).again_in == 6 * 3600
