"""Who asks too often is told so, kind by kind, and nobody else feels it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import HTTPConnection

from luban.api.app import create_app
from luban.api.caller import SignInNeeded
from luban.api.door import Door
from luban.api.forwarded import networks
from luban.api.rate_limit import account_name, address_of
from luban.api.route_classes import class_of
from luban.model.access import USER, Caller
from luban.model.errors import InvalidValue
from luban.services.rate_limits import CLASSES, DEFAULTS, RateSettings
from tests.api.kit import HOST, V1, application, assert_error, make_agent
from tests.services.kit import CALCULATOR, memory_home

FEW: dict[str, Any] = dict.fromkeys(CLASSES, "3/hour")


async def by_header(connection: HTTPConnection) -> Caller:
    """Tests say who they are and how they showed it."""
    by, _, name = connection.headers.get("x-caller", "nothing ").partition(" ")
    if by == "wrong":
        raise SignInNeeded
    if by == "nothing":
        return Caller()
    return Caller(name, name, USER.permissions, by=by, grant=name)  # type: ignore[arg-type]


@asynccontextmanager
async def counted(folder: Path, **rates: Any) -> AsyncIterator[httpx2.AsyncClient]:
    async with memory_home(folder, rate_limits=rates) as home:
        app = create_app(home.house, identify=by_header, door=Door(proxies=networks(["127.0.0.1"])))
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=HOST) as http:
            yield http


def as_(by: str, name: str = "she") -> dict[str, str]:
    return {"x-caller": f"{by} {name}"}


async def test_the_fourth_of_three_is_refused_with_class_and_way_out(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        answers = [await http.get(f"{V1}/agents", headers=as_("session")) for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        assert [each.headers["ratelimit-remaining"] for each in answers] == ["2", "1", "0", "0"]
        assert {each.headers["ratelimit-limit"] for each in answers} == {"3"}
        refused = assert_error(answers[3], 429, "rate_limited")
        assert refused["details"]["kind"] == "read"
        assert "`read`" in refused["message"] and "luban.toml" in refused["message"]
        assert "“read”" in refused["message_zh"] and "luban.toml" in refused["message_zh"]
        assert 1190 <= int(answers[3].headers["retry-after"]) <= 1200
        assert int(answers[3].headers["ratelimit-reset"]) <= 3600
        assert int(answers[3].headers["x-ratelimit-reset"]) > 1_700_000_000
        assert answers[3].headers["x-ratelimit-limit"] == "3"
        other = await http.get(f"{V1}/runs", headers=as_("session", "he"))
        assert other.status_code == 200


async def test_each_kind_is_counted_for_itself(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        for _ in range(4):
            await http.get(f"{V1}/agents", headers=as_("session"))
        made = await http.post(f"{V1}/agents", json={}, headers=as_("session"))
        assert made.status_code == 201
        looked = await http.get(f"{V1}/runs/r_x", headers=as_("session"))
        assert looked.status_code == 404
        assert looked.headers["ratelimit-remaining"] == "2"


async def test_each_key_and_each_link_has_its_own_share(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        for by, name in (("session", "u"), ("key", "k1"), ("key", "k2"), ("link", "l1")):
            answers = [await http.get(f"{V1}/agents", headers=as_(by, name)) for _ in range(4)]
            assert [each.status_code for each in answers] == [200, 200, 200, 429]


async def test_strangers_are_counted_by_address(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        answers = [await http.get(f"{V1}/agents") for _ in range(4)]
        assert [each.status_code for each in answers] == [401, 401, 401, 429]
        assert answers[0].headers["www-authenticate"].startswith("Bearer")
        known = await http.get(f"{V1}/agents", headers=as_("session"))
        assert known.status_code == 200


async def test_wrong_keys_are_counted_too(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        answers = [await http.get(f"{V1}/agents", headers=as_("wrong")) for _ in range(4)]
        assert [each.status_code for each in answers] == [401, 401, 401, 429]


async def test_guessing_is_strict_by_address_and_by_account(tmp_path: Path) -> None:
    by_account = {"account": "2/hour"}
    async with counted(tmp_path, **by_account) as http:
        spelled = ["Ann@example.org", " ann@example.org", "ａnn@example.org", "bob@example.org"]
        codes = []
        for email in spelled:
            body = {"email": email, "password": "x" * 12}
            codes.append((await http.post(f"{V1}/auth/sign-in", json=body)).json()["code"])
        assert codes[2] == "rate_limited"
        assert "rate_limited" not in (codes[0], codes[1], codes[3])
    async with counted(tmp_path, sign_in="2/hour") as http:
        tries = [await http.post(f"{V1}/auth/sign-in", json={"email": f"{n}@x.org"}) for n in "abc"]
        assert tries[2].status_code == 429
        assert tries[1].status_code != 429


async def test_nobody_uses_up_the_attempts_of_another_address(tmp_path: Path) -> None:
    async with application(tmp_path, rate_limits={"account": "2/hour"}) as (_, app):
        codes = []
        for address in ["192.0.2.1"] * 3 + ["192.0.2.2"]:
            transport = httpx2.ASGITransport(
                app, raise_app_exceptions=False, client=(address, 50_000)
            )
            async with httpx2.AsyncClient(transport=transport, base_url=HOST) as http:
                body = {"email": "ann@example.org", "password": "x" * 12}
                answer = await http.post(f"{V1}/auth/sign-in", json=body, headers={"x-owner": ""})
                codes.append(answer.json()["code"])
        assert codes[2] == "rate_limited"
        assert codes[3] != "rate_limited"


async def test_nobody_is_locked_out_by_somebody_elsewhere(tmp_path: Path) -> None:
    body = {"email": "ann@example.org", "password": "x" * 12}
    async with counted(tmp_path, account="2/hour") as http:
        tries = [await http.post(f"{V1}/auth/sign-in", json=body) for _ in range(3)]
        assert tries[2].json()["code"] == "rate_limited"
        home = {"x-forwarded-for": "203.0.113.9"}
        hers = await http.post(f"{V1}/auth/sign-in", json=body, headers=home)
        assert hers.json()["code"] != "rate_limited"


async def test_a_refused_request_is_never_read(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        for _ in range(3):
            await http.post(f"{V1}/agents", json={}, headers=as_("session"))

        async def endless() -> AsyncIterator[bytes]:
            raise AssertionError("the body was read")
            yield b""

        refused = await http.post(f"{V1}/agents", content=endless(), headers=as_("session"))
        assert refused.status_code == 429


async def test_ten_waiting_clients_never_starve(tmp_path: Path) -> None:
    """X-67: whoever asks every 2 s for each of ten runs makes 300 requests a minute."""
    async with counted(tmp_path) as http:
        agent = await make_agent_as(http)
        run = await http.post(
            f"{V1}/agents/{agent}/runs", json={"inputs": {"a": 1, "b": 2}}, headers=as_("key")
        )
        address = f"{V1}/runs/{run.json()['id']}"
        answers = [await http.get(address, headers=as_("key")) for _ in range(600)]
        assert {each.status_code for each in answers} == {200}
    assert DEFAULTS["status"].requests / DEFAULTS["status"].seconds >= 10 * 10 / 2


async def make_agent_as(http: httpx2.AsyncClient) -> str:
    http.headers.update(as_("key"))
    return await make_agent(http, CALCULATOR)


async def test_what_is_left_can_be_asked(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        await http.post(f"{V1}/agents", json={}, headers=as_("session"))
        mine = (await http.get(f"{V1}/limits/mine", headers=as_("session"))).json()["items"]
        left = {each["kind"]: each["remaining"] for each in mine}
        assert left == {"read": 2, "write": 2, "start": 3, "status": 3, "stream": 3}
        assert_error(await http.get(f"{V1}/limits/mine"), 401, "sign_in_needed")


async def test_whoever_sits_at_the_machine_is_not_counted(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW) as http:
        answers = [await http.get(f"{V1}/agents", headers=as_("local")) for _ in range(9)]
        assert {each.status_code for each in answers} == {200}
        assert "ratelimit-limit" not in answers[0].headers
        mine = await http.get(f"{V1}/limits/mine", headers=as_("local"))
        assert mine.json() == {"items": []}
    async with counted(tmp_path, **FEW, local=True) as http:
        answers = [await http.get(f"{V1}/agents", headers=as_("local")) for _ in range(4)]
        assert answers[3].status_code == 429


@pytest.mark.parametrize("path", ["/health", "/docs", "/docs/start.js", f"{V1}/openapi.json"])
async def test_watchers_and_files_are_exempt(tmp_path: Path, path: str) -> None:
    async with counted(tmp_path, **FEW) as http:
        assert {(await http.get(path)).status_code for _ in range(9)} == {200}


async def test_limits_can_be_switched_off(tmp_path: Path) -> None:
    async with counted(tmp_path, **FEW, enabled=False) as http:
        answers = [await http.get(f"{V1}/agents", headers=as_("session")) for _ in range(9)]
        assert {each.status_code for each in answers} == {200}


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", f"{V1}/agents", "read"),
        ("PATCH", f"{V1}/agents/a_1", "write"),
        ("POST", f"{V1}/agents/a_1/runs", "start"),
        ("POST", f"{V1}/runs/r_1/retry", "start"),
        ("POST", "/api/agents/a_1/start", "start"),
        ("POST", f"{V1}/graphs/g_1/executions", "start"),
        ("GET", f"{V1}/runs/r_1", "status"),
        ("GET", f"{V1}/runs/r_1/steps", "status"),
        ("GET", f"{V1}/executions/e_1", "status"),
        ("GET", f"{V1}/runs", "read"),
        ("GET", f"{V1}/runs/r_1/events", "stream"),
        ("websocket", "/ws/u_1", "stream"),
        ("POST", f"{V1}/auth/sign-in", "sign_in"),
        ("POST", f"{V1}/auth/first", "sign_in"),
        ("POST", f"{V1}/auth/reset", "sign_in"),
        ("POST", f"{V1}/auth/second-factor", "sign_in"),
        ("POST", f"{V1}/auth/passkey/options", "sign_in"),
        ("POST", f"{V1}/auth/confirm", "sign_in"),
        ("POST", f"{V1}/auth/invitations/abc", "sign_in"),
        ("PUT", f"{V1}/me/password", "sign_in"),
        ("GET", f"{V1}/auth/state", "read"),
        ("POST", f"{V1}/auth/sign-out", "write"),
    ],
)
def test_kinds(method: str, path: str, kind: str) -> None:
    assert class_of(method, path) == kind


def test_who_has_one_address_of_a_network_has_all() -> None:
    def name(text: str) -> str:
        return address_of(Caller(address=text), {})

    assert name("2001:db8:1:2::1") == name("2001:db8:1:2:ffff::9") != name("2001:db8:1:3::1")
    assert name("::ffff:192.0.2.1") == name("192.0.2.1") != name("192.0.2.2")


def test_ways_of_writing_one_address_are_one_account() -> None:
    assert account_name(" ＡNN@Example.org ") == "ann@example.org"


@pytest.mark.parametrize(
    "written",
    [
        {"raed": "1/minute"},
        {"read": "many"},
        {"read": "0/minute"},
        {"read": -1},
        {"read": True},
        {"enabled": "yes"},
        {"exempt": ["("]},
        {"exempt": 7},
    ],
)
def test_bad_settings_are_refused_by_name(written: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match=rf"rate_limits\.{next(iter(written))}"):
        RateSettings.read(written)


def test_settings_are_read() -> None:
    read = RateSettings.read(
        {"requests_per_minute": 60, "start": "5/second", "stream": "off", "exempt": ["^/x$"]}
    )
    assert read.rates["read"] == read.rates["write"] == (60, 60)
    assert read.rates["start"] == (5, 1)
    assert "stream" not in read.rates
    assert [each.pattern for each in read.exempt] == ["^/x$"]
