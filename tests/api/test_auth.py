"""Coming in: who needs an account, sign-in and its cookie, sessions and what ends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.api.identify import COOKIE, SECURE_COOKIE
from luban.services.accounts.attempts import FREE
from tests.api.kit import V1, assert_error
from tests.api.people_kit import OTHER, PASSWORD, Town, me, sign_in, token_of, town

SIGN_IN = f"{V1}/auth/sign-in"
MINUTE, DAY = 60.0, 86_400.0


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as made:
        yield made


async def test_whoever_needs_an_account_is_told(there: Town) -> None:
    stranger = there.browser()
    for path in ("/agents", "/me", "/users", "/settings", "/api-keys"):
        assert_error(await stranger.get(V1 + path), 401, "sign_in_needed")
    assert (await stranger.get("/health")).status_code == 200
    state = (await stranger.get(f"{V1}/auth/state")).json()
    assert state == {
        "required": True,
        "first": True,
        "needs_code": True,
        "password": True,
        "providers": [],
        "passkeys": False,
    }


async def test_signing_in_gives_a_cookie_no_script_and_no_other_site_gets(there: Town) -> None:
    user = await there.person("ann")
    browser = there.browser()
    answer = await sign_in(browser, "ann")
    told = {"id": user, "name": "Ann", "email": "ann@example.com"}
    assert answer.json() == {"user": told, "second": None}
    cookie = answer.headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=lax", "path=/", f"max-age={90 * 86_400}"} == attributes
    assert "no-store" in answer.headers["cache-control"]
    mine = await me(browser)
    assert (mine["id"], mine["role"], mine["local"]) == (user, "user", False)
    assert (await browser.get(f"{V1}/agents")).status_code == 200


async def test_over_https_the_cookie_is_only_for_this_host(there: Town) -> None:
    await there.person("ann")
    browser = there.browser(base="https://luban.test")
    cookie = (await sign_in(browser, "ann")).headers["set-cookie"]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    assert {"secure", "httponly", "samesite=lax", "path=/"} < attributes
    assert not any(each.startswith("domain") for each in attributes)
    assert (await me(browser))["email"] == "ann@example.com"
    plain = {"cookie": f"{COOKIE}={browser.cookies[SECURE_COOKIE]}"}
    again = there.browser(base="https://luban.test")
    assert_error(await again.get(f"{V1}/me", headers=plain), 401, "sign_in_needed")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann@example.com", "another password"),
        ("nobody@example.com", PASSWORD),
        ("no address at all", PASSWORD),
        ("ann@example.com\r\nBcc: x@example.com", PASSWORD),
        ("ann@example.com", "x" * 2000),
        ("ann@example.com", ""),
    ],
)
async def test_who_is_wrong_learns_nothing(there: Town, email: str, password: str) -> None:
    await there.person("ann")
    browser = there.browser()
    before = there.hasher.compared
    refused = await browser.post(SIGN_IN, json={"email": email, "password": password})
    body = assert_error(refused, 401, "wrong_password")
    assert "ann" not in body["message"]
    assert "set-cookie" not in refused.headers
    assert there.hasher.compared == before + 1, "each costs one comparison, whoever it is"
    assert there.hasher.hashed == 1, "that of Ann's password"


async def test_email_addresses_are_one_in_any_writing(there: Town) -> None:
    await there.person("ann")
    given = {"email": "  ANN@Example.COM ", "password": PASSWORD}
    assert (await there.browser().post(SIGN_IN, json=given)).status_code == 200


async def test_a_session_is_always_new(there: Town) -> None:
    """Nobody is signed in under a token that somebody else knows."""
    await there.person("ann")
    browser = there.browser()
    browser.cookies.set(COOKIE, "chosen-by-an-attacker", domain="localhost.local")
    first = await sign_in(browser, "ann")
    token = first.headers["set-cookie"].split(";")[0].partition("=")[2]
    assert token != "chosen-by-an-attacker" and len(token) >= 43
    browser.cookies.clear()
    browser.cookies.set(COOKIE, token)
    second = await sign_in(browser, "ann")
    newer = second.headers["set-cookie"].split(";")[0].partition("=")[2]
    assert newer != token
    stale = {"cookie": f"{COOKIE}={token}"}
    assert_error(await there.browser().get(f"{V1}/me", headers=stale), 401, "sign_in_needed")


async def test_signing_out_ends_the_session_itself(there: Town) -> None:
    browser = await there.signed_in("ann")
    kept = {"cookie": f"{COOKIE}={token_of(browser)}"}
    left = await browser.post(f"{V1}/auth/sign-out")
    assert left.status_code == 204
    assert 'luban_session="";' in left.headers["set-cookie"]
    assert_error(await there.browser().get(f"{V1}/me", headers=kept), 401, "sign_in_needed")
    assert (await there.browser().post(f"{V1}/auth/sign-out")).status_code == 204


async def test_pages_of_others_sign_nobody_in_or_out(there: Town) -> None:
    browser = await there.signed_in("ann")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        for path, body in (
            ("/auth/sign-in", {"email": "eve@example.com", "password": PASSWORD}),
            ("/auth/sign-out", None),
            ("/api-keys", {"name": "stolen"}),
        ):
            refused = await browser.post(V1 + path, json=body, headers=headers)
            assert_error(refused, 403, "foreign_origin")
    assert (await me(browser))["email"] == "ann@example.com"


async def test_a_form_cannot_speak_for_a_page(there: Town) -> None:
    """What a form of another site may send is no JSON."""
    await there.person("ann")
    form = await there.browser().post(SIGN_IN, data={"email": "ann@example.com"})
    assert form.status_code == 422


async def test_an_unused_session_ends_and_a_used_one_rolls_on(tmp_path: Path) -> None:
    async with town(tmp_path, idle=2 * DAY, longest=5 * DAY) as there:
        used, unused = await there.signed_in("ann"), there.browser()
        await sign_in(unused, "ann")
        for _ in range(4):
            there.clock.at += DAY + MINUTE
            await me(used)
        assert_error(await unused.get(f"{V1}/me"), 401, "sign_in_needed")
        there.clock.at += DAY
        assert_error(await used.get(f"{V1}/me"), 401, "sign_in_needed")


async def test_sessions_are_listed_and_ended_one_by_one(there: Town) -> None:
    first = await there.signed_in("ann")
    second = there.browser("192.0.2.77")
    await sign_in(second, "ann", headers={"user-agent": "Other/2"})
    bob = await there.signed_in("bob")
    listed = (await first.get(f"{V1}/me/sessions")).json()["items"]
    assert len(listed) == 2
    other = next(each for each in listed if not each["current"])
    assert (other["address"], other["agent"]) == ("192.0.2.77", "Other/2")
    assert "digest" not in other and "token" not in other
    ended = f"{V1}/me/sessions/{other['id']}"
    assert_error(await bob.delete(ended), 404, "not_found")
    assert (await me(second))["email"] == "ann@example.com"
    assert (await first.delete(ended)).status_code == 204
    assert_error(await second.get(f"{V1}/me"), 401, "sign_in_needed")
    assert_error(await first.delete(ended), 404, "not_found")
    await sign_in(second, "ann")
    assert (await first.delete(f"{V1}/me/sessions")).status_code == 204
    assert_error(await second.get(f"{V1}/me"), 401, "sign_in_needed")
    assert len((await first.get(f"{V1}/me/sessions")).json()["items"]) == 1


async def test_who_guesses_is_slowed_down(there: Town) -> None:
    await there.person("ann")
    guesser = there.browser("198.51.100.7")
    for _ in range(FREE + 1):
        assert_error(await sign_in(guesser, "ann", "wrong password"), 401, "wrong_password")
    slowed = await sign_in(guesser, "ann")
    body = assert_error(slowed, 429, "too_many_attempts")
    assert 0 < body["details"]["seconds"] <= 4
    assert int(slowed.headers["retry-after"]) > 0
    assert (await sign_in(there.browser("192.0.2.1"), "ann")).status_code == 200, "she is not"
    there.clock.at += 4
    assert (await sign_in(guesser, "ann")).status_code == 200
    assert (await sign_in(guesser, "ann")).status_code == 200


async def test_guesses_at_once_count_before_they_are_answered(there: Town) -> None:
    await there.person("ann")
    guesser = there.browser("198.51.100.7")
    compared = there.hasher.compared
    answers = await asyncio.gather(*(sign_in(guesser, "ann", "wrong password") for _ in range(40)))
    assert {each.status_code for each in answers} == {401, 429}
    assert there.hasher.compared - compared <= FREE + 1


async def test_one_address_cannot_try_everybody(there: Town) -> None:
    guesser = there.browser("198.51.100.7")
    answers = [await sign_in(guesser, f"n{n}", "wrong password") for n in range(40)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    neighbour = there.browser("198.51.100.8")
    assert (await sign_in(neighbour, "n1", "wrong password")).status_code == 401


async def test_of_an_ipv6_network_all_addresses_are_one(there: Town) -> None:
    await there.person("ann")
    for n in range(FREE + 1):
        await sign_in(there.browser(f"2001:db8::{n + 1}"), "ann", "wrong password")
    assert (await sign_in(there.browser("2001:db8::ffff"), "ann")).status_code == 429
    assert (await sign_in(there.browser("2001:db8:0:1::1"), "ann")).status_code == 200


async def test_guesses_from_everywhere_do_not_lock_out_whose_account_it_is(there: Town) -> None:
    await there.signed_in("ann", address="192.0.2.1")
    for n in range(130):
        await sign_in(there.browser(f"203.0.113.{n}"), "ann", "wrong password")
    assert (await sign_in(there.browser("203.0.113.200"), "ann")).status_code == 429
    assert (await sign_in(there.browser("192.0.2.1"), "ann")).status_code == 200


async def test_a_better_hash_replaces_an_old_one(there: Town) -> None:
    user = await there.person("ann")
    there.hasher.version = 2
    assert (await sign_in(there.browser(), "ann")).status_code == 200
    stored = (await there.accounts.users.get(user)).password
    assert stored is not None and stored.startswith("quick2$")
    assert (await sign_in(there.browser(), "ann")).status_code == 200
    assert there.hasher.hashed == 2


async def test_a_disabled_account_is_out_at_once(there: Town) -> None:
    admin, ann = await there.signed_in("root", "admin"), await there.signed_in("ann")
    user = (await me(ann))["id"]
    changed = await admin.patch(f"{V1}/users/{user}", json={"disabled": True})
    assert changed.json()["disabled"] is True
    assert_error(await ann.get(f"{V1}/me"), 401, "sign_in_needed")
    assert_error(await sign_in(ann, "ann"), 403, "account_disabled")
    assert_error(await sign_in(ann, "ann", "wrong password"), 401, "wrong_password")
    await admin.patch(f"{V1}/users/{user}", json={"disabled": False})
    assert (await sign_in(ann, "ann")).status_code == 200


async def test_what_is_grave_takes_a_fresh_proof(there: Town) -> None:
    browser = await there.signed_in("ann")
    assert (await me(browser))["confirmed_until"] is not None
    there.clock.at += 16 * MINUTE
    assert (await me(browser))["confirmed_until"] is None
    change = {"current": PASSWORD, "new": OTHER}
    for method, path, body in (
        ("PUT", "/me/password", change),
        ("PUT", "/me/email", {"email": "anna@example.com"}),
        ("POST", "/api-keys", {"name": "script"}),
    ):
        assert_error(await browser.request(method, V1 + path, json=body), 403, "confirm_first")
    wrong = await browser.post(f"{V1}/auth/confirm", json={"password": "wrong password"})
    assert_error(wrong, 401, "wrong_password")
    assert_error(await browser.post(f"{V1}/auth/confirm", json={}), 401, "wrong_password")
    confirmed = await browser.post(f"{V1}/auth/confirm", json={"password": PASSWORD})
    assert confirmed.status_code == 204
    assert (await browser.put(f"{V1}/me/password", json=change)).status_code == 204


async def test_a_new_password_ends_all_other_sessions(there: Town) -> None:
    browser, other = await there.signed_in("ann"), there.browser()
    await sign_in(other, "ann")
    before = token_of(browser)
    wrong = await browser.put(f"{V1}/me/password", json={"current": "wrong password", "new": OTHER})
    assert_error(wrong, 422, "wrong_current_password")
    change = {"current": PASSWORD, "new": OTHER}
    assert (await browser.put(f"{V1}/me/password", json=change)).status_code == 204
    assert (await me(browser))["email"] == "ann@example.com"
    assert token_of(browser) != before
    assert_error(await other.get(f"{V1}/me"), 401, "sign_in_needed")
    stale = {"cookie": f"{COOKIE}={before}"}
    assert_error(await there.browser().get(f"{V1}/me", headers=stale), 401, "sign_in_needed")
    assert_error(await sign_in(other, "ann"), 401, "wrong_password")
    assert (await sign_in(other, "ann", OTHER)).status_code == 200


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "ninechars",
        "password123",
        "1234567890",
        "qwertyuiop",
        "aaaaaaaaaaaa",
        "ann@example.com",
        "ANN@example.com",
        "x1" * 600,
        "with a \0 in it",
    ],
)
async def test_passwords_that_will_not_do(there: Town, password: str) -> None:
    browser = await there.signed_in("ann")
    change = {"current": PASSWORD, "new": password}
    assert_error(await browser.put(f"{V1}/me/password", json=change), 422, "weak_password")


async def test_any_letters_make_a_password(there: Town) -> None:
    browser = await there.signed_in("ann")
    change = {"current": PASSWORD, "new": "月亮 и чай 🍵 ﬁne"}
    assert (await browser.put(f"{V1}/me/password", json=change)).status_code == 204
    typed_elsewhere = "月亮 и чай 🍵 fine"
    assert (await sign_in(there.browser(), "ann", typed_elsewhere)).status_code == 200


async def test_nobody_gives_themselves_a_role(there: Town) -> None:
    browser = await there.signed_in("ann")
    change = {"name": "Anna", "role": "admin", "disabled": False, "id": "u_other", "team": "local"}
    changed = (await browser.patch(f"{V1}/me", json=change)).json()
    assert (changed["name"], changed["role"]) == ("Anna", "user")
    assert "user.read" not in changed["permissions"]
    assert_error(
        await browser.patch(f"{V1}/users/{changed['id']}", json={"role": "admin"}),
        403,
        "not_permitted",
    )
    given = {"email": "ann@example.com", "password": PASSWORD, "role": "admin"}
    await browser.post(SIGN_IN, json=given)
    assert (await me(browser))["role"] == "user"


async def test_answers_with_secrets_are_not_kept_for_repeated_requests(there: Town) -> None:
    await there.person("ann")
    browser = there.browser()
    key = {"idempotency-key": "same"}
    first, second = [await sign_in(browser, "ann", headers=key) for _ in range(2)]
    assert "idempotency-replayed" not in second.headers
    assert first.headers["set-cookie"] != second.headers["set-cookie"]
    made = [await browser.post(f"{V1}/api-keys", json={"name": "k"}, headers=key) for _ in range(2)]
    assert made[0].json()["key"] != made[1].json()["key"]


async def test_on_ones_own_machine_nobody_is_asked(tmp_path: Path) -> None:
    async with town(tmp_path, required=False) as there:
        browser = there.browser("127.0.0.1")
        mine = await me(browser)
        assert (mine["id"], mine["local"], mine["team"]) == (
            "local",
            True,
            {"id": "local", "name": "local"},
        )
        state = (await browser.get(f"{V1}/auth/state")).json()
        assert (state["required"], state["needs_code"]) == (False, False)
        change = {"current": "", "new": OTHER}
        assert_error(await browser.put(f"{V1}/me/password", json=change), 409, "no_account")
        assert_error(await browser.post(f"{V1}/api-keys", json={"name": "k"}), 409, "no_account")


@pytest.mark.parametrize("sign", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"])
async def test_a_machine_without_accounts_is_not_put_behind_a_proxy(
    tmp_path: Path, sign: str
) -> None:
    async with town(tmp_path, required=False) as there:
        refused = await there.browser("127.0.0.1").get(f"{V1}/me", headers={sign: "192.0.2.9"})
        body = assert_error(refused, 403, "through_proxy")
        assert "LUBAN_AUTH=required" in body["message"]


async def test_wrong_credentials_are_refused_also_where_none_are_needed(tmp_path: Path) -> None:
    async with town(tmp_path, required=False) as there:
        browser = there.browser("127.0.0.1")
        for shown in ("Bearer luban_wrong", "Bearer x.y.z", "bearer  ", "Bearer luban_" + "é" * 9):
            headers = [(b"authorization", shown.encode())]
            refused = await browser.get(f"{V1}/me", headers=headers)
            assert_error(refused, 401, "wrong_credentials")
        old = {"cookie": f"{COOKIE}=of-another-server"}
        assert (await browser.get(f"{V1}/me", headers=old)).status_code == 200


async def test_one_account_has_no_way_to_anothers_things(there: Town) -> None:
    ann, bob = await there.signed_in("ann"), await there.signed_in("bob")
    agent = (await ann.post(f"{V1}/agents", json={"name": "Mine"})).json()["id"]
    assert (await ann.get(f"{V1}/agents/{agent}")).status_code == 200
    assert_error(await bob.get(f"{V1}/agents/{agent}"), 404, "not_found")
    team = (await me(ann))["team"]["id"]
    chosen = await bob.get(f"{V1}/agents/{agent}", headers={"x-luban-team": team})
    assert_error(chosen, 404, "not_found")
    assert_error(await bob.put(f"{V1}/me/team", json={"team": team}), 404, "not_found")
    nowhere = await bob.get(f"{V1}/agents", headers={"x-luban-team": "t_nowhere"})
    assert_error(nowhere, 404, "not_found")


async def test_who_is_in_several_teams_chooses(there: Town) -> None:
    ann, bob = await there.signed_in("ann"), await there.signed_in("bob")
    shared = (await me(ann))["team"]["id"]
    own = (await me(bob))["team"]["id"]
    await join(there, shared, bob, "viewer")
    agent = (await ann.post(f"{V1}/agents", json={"name": "Ours"})).json()["id"]
    header = {"x-luban-team": shared}
    assert (await bob.get(f"{V1}/agents/{agent}", headers=header)).status_code == 200
    refused = await bob.delete(f"{V1}/agents/{agent}", headers=header)
    assert_error(refused, 403, "not_permitted")
    assert_error(await bob.get(f"{V1}/agents/{agent}"), 404, "not_found")
    assert (await bob.put(f"{V1}/me/team", json={"team": shared})).status_code == 204
    mine = await me(bob)
    assert mine["team"]["id"] == shared
    assert {each["id"]: each["role"] for each in mine["teams"]} == {own: "admin", shared: "viewer"}
    assert (await bob.get(f"{V1}/agents/{agent}")).status_code == 200
    await there.accounts.teams.leave(shared, mine["id"])
    there.accounts.recent.forget()
    assert (await me(bob))["team"]["id"] == own, "who is out of a team is back at home"


async def join(there: Town, team: str, browser: httpx2.AsyncClient, role: str) -> None:
    from luban.ports.people import Member

    user = (await me(browser))["id"]
    assert await there.accounts.teams.join(Member(team=team, user=user, role=role, created_at=1.0))
    there.accounts.recent.forget()


async def test_what_asks_in_an_old_way_is_a_proxy(tmp_path: Path) -> None:
    """nginx without a word about it speaks HTTP/1.0 and names nobody."""
    async with town(tmp_path, required=False) as there:

        async def old(scope: Any, receive: Any, send: Any) -> None:
            await there.app({**scope, "http_version": "1.0"}, receive, send)

        transport = httpx2.ASGITransport(old, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asked:
            assert_error(await asked.get(f"{V1}/me"), 403, "through_proxy")


async def test_who_sits_at_the_machine_makes_the_first_account_without_a_code(
    tmp_path: Path,
) -> None:
    async with town(tmp_path, required=False) as there:
        browser = there.browser("127.0.0.1")
        first = {"email": "root@example.com", "password": PASSWORD}
        assert (await browser.post(f"{V1}/auth/first", json=first)).status_code == 201
        assert (await me(browser))["email"] == "root@example.com"
        assert (await me(there.browser("127.0.0.1")))["local"] is True


FORWARDED = {"x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https", "host": "luban.test"}


async def test_behind_a_trusted_proxy_a_session_is_of_the_client_and_https(tmp_path: Path) -> None:
    async with town(tmp_path, proxies=("192.0.2.0/24",)) as there:
        await there.person("ann")
        answer = await sign_in(there.browser("192.0.2.1"), "ann", headers=FORWARDED)
        assert answer.headers["set-cookie"].startswith(f"{SECURE_COOKIE}=")
        (session,) = await there.accounts.sessions.list(answer.json()["user"]["id"])
        assert session.address == "198.51.100.7"


async def test_what_strangers_say_of_themselves_is_not_believed(tmp_path: Path) -> None:
    async with town(tmp_path) as there:
        await there.person("ann")
        for n in range(FREE + 1):
            headers = {**FORWARDED, "x-forwarded-for": f"203.0.113.{n}"}
            await sign_in(there.browser("198.51.100.9"), "ann", "wrong password", headers=headers)
        slowed = await sign_in(there.browser("198.51.100.9"), "ann", headers=FORWARDED)
        assert slowed.status_code == 429
        answer = await sign_in(there.browser("192.0.2.1"), "ann", headers=FORWARDED)
        assert answer.headers["set-cookie"].startswith(f"{COOKIE}=")
