"""API keys, tokens of other houses, and tickets for connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.requests import HTTPConnection

from luban.api.caller import CALLER
from luban.api.identify import Identifying
from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.people import User
from luban.services.accounts.recognition import WrongCredentials
from tests.accounts.doubles import HandClock
from tests.api.kit import V1, assert_error
from tests.api.people_kit import COOKIE, Town, bearer, me, sign_in, token_of, town

KEYS = f"{V1}/api-keys"


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as made:
        yield made


async def key_of(browser: httpx2.AsyncClient, **given: Any) -> dict[str, Any]:
    made = await browser.post(KEYS, json={"name": "script", **given})
    assert made.status_code == 201, made.text
    return made.json()


def at(clock: HandClock, seconds: float) -> str:
    return datetime.fromtimestamp(clock.at + seconds, UTC).isoformat()


async def test_a_key_stands_for_its_maker(there: Town) -> None:
    browser = await there.signed_in("ann")
    made = await key_of(browser)
    assert made["key"].startswith("luban_") and len(made["key"]) == len("luban_") + 52
    assert made["key"].startswith(made["shown"]) and len(made["shown"]) == 12
    (listed,) = (await browser.get(KEYS)).json()["items"]
    assert "key" not in listed and listed["scopes"] == ["*"]
    program = there.browser("198.51.100.1")
    header = bearer(made["key"])
    mine = await me(program, headers=header)
    assert mine["email"] == "ann@example.com"
    assert mine["permissions"] == (await me(browser))["permissions"]
    assert (await program.post(f"{V1}/agents", json={}, headers=header)).status_code == 201
    stored = await there.accounts.store.keys(mine["id"], mine["team"]["id"])
    assert made["key"].encode() not in stored[0].digest
    assert (await browser.delete(f"{KEYS}/{made['id']}")).status_code == 204
    assert_error(await program.get(f"{V1}/me", headers=header), 401, "wrong_credentials")


async def test_a_key_may_what_its_scopes_say_and_no_more(there: Town) -> None:
    browser = await there.signed_in("ann")
    header = bearer((await key_of(browser, scopes=["agent.read", "run.*"]))["key"])
    program = there.browser()
    assert (await program.get(f"{V1}/agents", headers=header)).status_code == 200
    assert_error(await program.post(f"{V1}/agents", json={}, headers=header), 403, "not_permitted")
    mine = await me(program, headers=header)
    assert set(mine["permissions"]) == {
        "agent.read", "run.read", "run.start", "run.steer", "run.delete",
    }  # fmt: skip


@pytest.mark.parametrize("scopes", [["agent.fly"], ["*.*"], [""], ["Agent.read"], []])
async def test_scopes_are_known_ones(there: Town, scopes: list[str]) -> None:
    browser = await there.signed_in("ann")
    refused = await browser.post(KEYS, json={"name": "k", "scopes": scopes})
    assert refused.status_code == 422


@pytest.mark.parametrize("scope", ["user.delete", "system.*", "audit.read"])
async def test_nobody_makes_a_key_that_may_more_than_they(there: Town, scope: str) -> None:
    ann, root = await there.signed_in("ann"), await there.signed_in("root", "admin")
    body = {"name": "k", "scopes": ["agent.read", scope]}
    assert_error(await ann.post(KEYS, json=body), 403, "scope_too_wide")
    assert (await root.post(KEYS, json=body)).status_code == 201


async def test_a_key_loses_what_its_maker_loses(there: Town) -> None:
    root, second = await there.signed_in("root", "admin"), await there.signed_in("two", "admin")
    header = bearer((await key_of(second, scopes=["user.*"]))["key"])
    program = there.browser()
    assert (await program.get(f"{V1}/users", headers=header)).status_code == 200
    user = (await me(second))["id"]
    await root.patch(f"{V1}/users/{user}", json={"role": "user"})
    assert_error(await program.get(f"{V1}/users", headers=header), 403, "not_permitted")
    await root.patch(f"{V1}/users/{user}", json={"disabled": True})
    assert_error(await program.get(f"{V1}/users", headers=header), 401, "wrong_credentials")


async def test_a_key_expires(there: Town) -> None:
    browser = await there.signed_in("ann")
    body = {"name": "k", "expires_at": at(there.clock, -1)}
    assert_error(await browser.post(KEYS, json=body), 422, "invalid_value")
    made = await key_of(browser, expires_at=at(there.clock, 100))
    program = there.browser()
    assert (await program.get(f"{V1}/me", headers=bearer(made["key"]))).status_code == 200
    there.clock.at += 101
    refused = await program.get(f"{V1}/me", headers=bearer(made["key"]))
    assert_error(refused, 401, "wrong_credentials")


async def test_the_last_use_is_noted_once_a_minute(there: Town) -> None:
    browser = await there.signed_in("ann")
    made = await key_of(browser)
    program = there.browser()

    async def used_at() -> float | None:
        await program.get(f"{V1}/me", headers=bearer(made["key"]))
        found = await there.accounts.api_keys.find(made["key"])
        assert found is not None
        return found.last_used_at

    first = await used_at()
    assert first is not None and first == there.clock.at
    there.clock.at += 30
    assert await used_at() == first
    there.clock.at += 31
    assert await used_at() == first + 61


async def test_a_key_is_for_one_team(there: Town) -> None:
    ann, bob = await there.signed_in("ann"), await there.signed_in("bob")
    header = bearer((await key_of(ann))["key"])
    own, other = (await me(ann))["team"]["id"], (await me(bob))["team"]["id"]
    program = there.browser()
    assert (await me(program, headers={**header, "x-luban-team": own}))["team"]["id"] == own
    refused = await program.get(f"{V1}/agents", headers={**header, "x-luban-team": other})
    assert_error(refused, 404, "not_found")


async def test_keys_are_ones_own(there: Town) -> None:
    ann, bob = await there.signed_in("ann"), await there.signed_in("bob")
    made = await key_of(ann)
    assert (await bob.get(KEYS)).json()["items"] == []
    assert_error(await bob.delete(f"{KEYS}/{made['id']}"), 404, "not_found")


async def test_a_program_does_not_change_how_a_person_signs_in(there: Town) -> None:
    browser = await there.signed_in("ann")
    header = bearer((await key_of(browser))["key"])
    program = there.browser()
    for method, path, body in (
        ("PUT", "/me/password", {"current": "tea with the moon", "new": "another password"}),
        ("PUT", "/me/email", {"email": "eve@example.com"}),
        ("POST", "/api-keys", {"name": "one more"}),
    ):
        refused = await program.request(method, V1 + path, json=body, headers=header)
        assert_error(refused, 403, "not_for_programs")


async def test_a_key_comes_before_a_cookie(there: Town) -> None:
    ann, bob = await there.signed_in("ann"), await there.signed_in("bob")
    made = await key_of(bob)
    assert (await me(ann, headers=bearer(made["key"])))["email"] == "bob@example.com"
    assert_error(await ann.get(f"{V1}/me", headers=bearer("luban_x")), 401, "wrong_credentials")


class House:
    """Another house, whose tokens are names with a dot."""

    def __init__(self) -> None:
        self.people: dict[str, User] = {}

    async def caller(self, token: str) -> User | None:
        if token.startswith("broken."):
            raise WrongCredentials(what="token", what_zh="令牌")
        return self.people.get(token)


async def test_tokens_of_other_houses_are_asked_there(tmp_path: Path) -> None:
    house = House()
    async with town(tmp_path, more={"tokens": [house]}) as there:
        user = await there.accounts.users.get(await there.person("ann"))
        house.people["ann.token"] = user
        program = there.browser()
        mine = await me(program, headers=bearer("ann.token"))
        assert (mine["email"], mine["team"]["id"]) == ("ann@example.com", user.team)
        for token in ("broken.token", "unknown.token"):
            refused = await program.get(f"{V1}/me", headers=bearer(token))
            assert_error(refused, 401, "wrong_credentials")
        house.people["bob.token"] = user.model_copy(update={"disabled": True})
        refused = await program.get(f"{V1}/me", headers=bearer("bob.token"))
        assert_error(refused, 403, "account_disabled")


def socket_scope(address: str = "", **headers: str) -> dict[str, Any]:
    return {
        "type": "websocket",
        "scheme": "ws",
        "path": "/ws/x",
        "query_string": address.encode(),
        "client": ("192.0.2.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


async def test_a_ticket_opens_one_connection(there: Town) -> None:
    browser = await there.signed_in("ann")
    identify = Identifying(there.accounts)
    cookie = f"{COOKIE}={token_of(browser)}"
    caller = await identify(HTTPConnection(socket_scope(cookie=cookie)))
    ticket, until = await there.accounts.tickets.make(caller)
    assert until == there.clock.at + 60
    scope = socket_scope(f"ticket={ticket}")
    opened = scope[CALLER] = await identify(HTTPConnection(scope))
    assert (opened.user, opened.team, opened.by) == (caller.user, caller.team, "ticket")
    assert opened.permissions == caller.permissions
    assert (await identify(HTTPConnection(scope))).user == caller.user, "asked again while open"
    await refused_by(identify, socket_scope(f"ticket={ticket}"))
    await browser.post(f"{V1}/auth/sign-out")
    await refused_by(identify, scope)


async def test_a_ticket_ends_with_the_key_it_was_made_with(there: Town) -> None:
    browser = await there.signed_in("ann")
    made = await key_of(browser)
    identify = Identifying(there.accounts)
    caller = await identify(HTTPConnection(socket_scope(f"token={made['key']}")))
    ticket, _ = await there.accounts.tickets.make(caller)
    scope = socket_scope(f"ticket={ticket}")
    scope[CALLER] = await identify(HTTPConnection(scope))
    await browser.delete(f"{KEYS}/{made['id']}")
    await refused_by(identify, scope)


async def test_a_ticket_of_a_machine_without_accounts(tmp_path: Path) -> None:
    async with town(tmp_path, required=False) as there:
        identify = Identifying(there.accounts)
        ticket, _ = await there.accounts.tickets.make(
            await identify(HTTPConnection(socket_scope()))
        )
        scope = socket_scope(f"ticket={ticket}")
        opened = scope[CALLER] = await identify(HTTPConnection(scope))
        assert (opened.user, opened.by) == ("local", "ticket")
        assert (await identify(HTTPConnection(scope))).user == "local"


async def test_a_ticket_lasts_a_minute_and_may_not_grow(there: Town) -> None:
    await there.signed_in("ann")
    identify = Identifying(there.accounts)
    user = await there.accounts.store.find(b"")
    assert user is None
    ann = (await there.accounts.users.list()).items[0]
    caller = (await there.accounts.recognition.of_user(ann))._replace(
        permissions=frozenset({"run.read"})
    )
    narrow, _ = await there.accounts.tickets.make(caller)
    opened = await identify(HTTPConnection(socket_scope(f"token={narrow}")))
    assert opened.permissions == {"run.read"}
    late, _ = await there.accounts.tickets.make(caller)
    there.clock.at += 61
    await refused_by(identify, socket_scope(f"ticket={late}"))


async def test_a_key_may_stand_in_the_address_of_a_websocket_only(there: Town) -> None:
    browser = await there.signed_in("ann")
    made = await key_of(browser)
    identify = Identifying(there.accounts)
    scope = socket_scope(f"token={made['key']}")
    assert (await identify(HTTPConnection(scope))).by == "key"
    stranger = there.browser()
    refused = await stranger.get(f"{V1}/me", params={"token": made["key"]})
    assert_error(refused, 401, "sign_in_needed")


async def refused_by(identify: Identifying, scope: dict[str, Any]) -> None:
    with pytest.raises(LubanError) as refusal:
        await identify(HTTPConnection(scope))
    assert refusal.value.status == 401


async def test_second_factors_are_asked_before_a_session_begins(tmp_path: Path) -> None:
    class Factors:
        async def kinds(self, user_id: str) -> list[str]:
            return ["totp", "recovery"]

        async def check(self, user_id: str, code: str) -> bool:
            return code == "123456"

    async with town(tmp_path, more={"factors": Factors()}) as there:
        await there.person("ann")
        browser = there.browser()
        answer = await sign_in(browser, "ann")
        body = answer.json()
        assert body["user"] is None and body["second"]["kinds"] == ["totp", "recovery"]
        assert "set-cookie" not in answer.headers
        assert_error(await browser.get(f"{V1}/me"), 401, "sign_in_needed")
        offered = await there.accounts.one_times.redeem("second", body["second"]["token"])
        user = await there.accounts.users.get(offered.subject)
        token = await there.accounts.sessions.begin(user, "192.0.2.1", "Browser/1")
        browser.cookies.set(COOKIE, token)
        there.clock.at += 1000
        wrong = await browser.post(f"{V1}/auth/confirm", json={"code": "654321"})
        assert_error(wrong, 401, "wrong_password")
        right = await browser.post(f"{V1}/auth/confirm", json={"code": "123456"})
        assert right.status_code == 204
        assert (await me(browser))["confirmed_until"] is not None


def test_a_caller_has_no_right_by_default() -> None:
    assert not Caller().may("agent.read") and not Caller().may("self") and Caller().may("public")
