"""What works once by a link or a code: the first administrator, resets, invitations, addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.api.kit import HOST, V1, assert_error
from tests.api.people_kit import OTHER, PASSWORD, Town, me, sign_in, town

HOUR, DAY = 3600.0, 86_400.0
PUBLIC = "https://luban.example.com"


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as made:
        yield made


@pytest.fixture
async def writing(tmp_path: Path) -> AsyncIterator[Town]:
    """A server that sends letters."""
    async with town(tmp_path, letters=True, public_url=PUBLIC) as made:
        yield made


def first(code: str, name: str = "root", password: str = PASSWORD) -> dict[str, str]:
    return {"email": f"{name}@example.com", "password": password, "name": name, "code": code}


def token_in(link: str) -> str:
    parts = urlsplit(link)
    return parts.query.removeprefix("token=") or parts.path.rpartition("/")[2]


async def test_the_first_administrator_needs_the_code_that_was_printed(there: Town) -> None:
    await there.accounts.first.prepare("", "", required=True)
    code = there.accounts.first.code
    assert len(code.replace("-", "")) == 20
    browser = there.browser()
    for wrong in ("", "AAAAA-BBBBB-CCCCC-DDDDD", code[:-1]):
        refused = await browser.post(f"{V1}/auth/first", json=first(wrong))
        assert_error(refused, 403, "wrong_setup_code")
    weak = await browser.post(f"{V1}/auth/first", json=first(code, password="password123"))
    assert_error(weak, 422, "weak_password")
    typed = code.lower().replace("-", " ")
    made = await browser.post(f"{V1}/auth/first", json=first(typed))
    assert made.status_code == 201
    mine = await me(browser)
    assert (mine["role"], mine["team"]["id"]) == ("admin", "local")
    assert mine["teams"][0]["personal"] is True
    assert "system.manage" in mine["permissions"]
    state = (await browser.get(f"{V1}/auth/state")).json()
    assert (state["first"], state["needs_code"]) == (False, False)
    again = await there.browser().post(f"{V1}/auth/first", json=first(code, "eve"))
    assert_error(again, 409, "not_first")


async def test_of_two_first_administrators_at_once_one_is(there: Town) -> None:
    await there.accounts.first.prepare("", "", required=True)
    code = there.accounts.first.code
    answers = await asyncio.gather(
        *(
            there.browser(f"192.0.2.{n}").post(f"{V1}/auth/first", json=first(code, f"n{n}"))
            for n in range(5)
        )
    )
    assert sorted(each.status_code for each in answers)[:2] == [201, 403] or sorted(
        each.status_code for each in answers
    ) == [201, 409, 409, 409, 409]
    assert sum(each.status_code == 201 for each in answers) == 1


async def test_codes_are_not_tried_for_ever(there: Town) -> None:
    await there.accounts.first.prepare("", "", required=True)
    browser = there.browser()
    for _ in range(6):
        await browser.post(f"{V1}/auth/first", json=first("WRONG"))
    slowed = await browser.post(f"{V1}/auth/first", json=first(there.accounts.first.code))
    assert_error(slowed, 429, "too_many_attempts")


async def test_settings_make_the_first_administrator(there: Town) -> None:
    prepare = there.accounts.first.prepare
    made = await prepare("Root@Example.com", PASSWORD, required=True)
    assert made is not None and made.email == "root@example.com"
    assert there.accounts.first.code == ""
    browser = there.browser()
    assert (await sign_in(browser, "root")).status_code == 200
    assert (await me(browser))["team"]["id"] == "local"
    assert await prepare("eve@example.com", PASSWORD, required=True) is None
    assert (await sign_in(browser, "eve")).status_code == 401


async def test_an_administrator_hands_over_a_link_to_a_new_password(there: Town) -> None:
    admin, ann = await there.signed_in("root", "admin"), await there.signed_in("ann")
    user = (await me(ann))["id"]
    link = (await admin.post(f"{V1}/users/{user}/reset")).json()["link"]
    assert link.startswith(f"{HOST}/reset?token=")
    browser = there.browser()
    reset = {"token": token_in(link), "password": "password123"}
    assert_error(await browser.post(f"{V1}/auth/reset", json=reset), 422, "weak_password")
    reset["password"] = OTHER
    done = await browser.post(f"{V1}/auth/reset", json=reset)
    assert done.json()["user"]["id"] == user
    assert (await me(browser))["id"] == user
    assert_error(await ann.get(f"{V1}/me"), 401, "sign_in_needed")
    assert_error(await browser.post(f"{V1}/auth/reset", json=reset), 410, "link_over")
    assert_error(await sign_in(ann, "ann"), 401, "wrong_password")
    assert (await sign_in(ann, "ann", OTHER)).status_code == 200


async def test_of_two_links_the_second_is_void_once_the_first_was_used(there: Town) -> None:
    admin = await there.signed_in("root", "admin")
    user = await there.person("ann")
    links = [(await admin.post(f"{V1}/users/{user}/reset")).json()["link"] for _ in range(2)]
    answers = [
        await there.browser().post(
            f"{V1}/auth/reset", json={"token": token_in(link), "password": OTHER}
        )
        for link in links
    ]
    assert [each.status_code for each in answers] == [200, 410]


async def test_links_end(there: Town) -> None:
    admin = await there.signed_in("root", "admin")
    user = await there.person("ann")
    link = (await admin.post(f"{V1}/users/{user}/reset")).json()["link"]
    there.clock.at += DAY + 1
    reset = {"token": token_in(link), "password": OTHER}
    refused = await there.browser().post(f"{V1}/auth/reset", json=reset)
    assert_error(refused, 410, "link_over")


async def test_a_link_for_one_thing_is_none_for_another(there: Town) -> None:
    admin = await there.signed_in("root", "admin")
    user = await there.person("ann")
    link = (await admin.post(f"{V1}/users/{user}/reset")).json()["link"]
    token = token_in(link)
    browser = there.browser()
    assert_error(await browser.get(f"{V1}/auth/invitations/{token}"), 410, "link_over")
    taken = {"password": OTHER, "name": "Eve"}
    refused = await browser.post(f"{V1}/auth/invitations/{token}", json=taken)
    assert_error(refused, 410, "link_over")
    assert_error(await browser.post(f"{V1}/auth/email", json={"token": token}), 410, "link_over")


async def test_who_lost_the_password_gets_a_letter(writing: Town) -> None:
    await writing.person("ann")
    browser = writing.browser()
    asked = f"{V1}/auth/reset/request"
    for email in ("ann@example.com", "nobody@example.com", "nonsense"):
        answer = await browser.post(
            asked, json={"email": email}, headers={"host": "127.9.9.9", "x-forwarded-host": "evil"}
        )
        assert (answer.status_code, answer.content) == (202, b"null")
    await writing.accounts.letters.aclose()
    assert [to for to, _ in writing.mail.letters] == ["ann@example.com"]
    link = writing.mail.link("ann@example.com")
    assert link.startswith(f"{PUBLIC}/reset?token="), "never where the request says it came from"
    reset = {"token": token_in(link), "password": OTHER}
    assert (await browser.post(f"{V1}/auth/reset", json=reset)).status_code == 200
    await writing.accounts.letters.aclose()
    assert "password" in writing.mail.letters[-1][1]


async def test_letters_are_not_asked_for_without_end(writing: Town) -> None:
    await writing.person("ann")
    browser = writing.browser()
    answers = [
        await browser.post(f"{V1}/auth/reset/request", json={"email": "ann@example.com"})
        for _ in range(8)
    ]
    assert answers[-1].status_code == 429
    await writing.accounts.letters.aclose()
    assert len(writing.mail.letters) <= 6


async def test_without_a_mail_server_nothing_is_promised(there: Town) -> None:
    await there.person("ann")
    asked = {"email": "ann@example.com"}
    assert (await there.browser().post(f"{V1}/auth/reset/request", json=asked)).status_code == 202


async def invited(there: Town, name: str, role: str = "user") -> tuple[httpx2.AsyncClient, str]:
    """The administrator's browser, and the token of an invitation."""
    admin = await there.signed_in("root", "admin")
    body = {"email": f"{name}@example.com", "role": role}
    made = await admin.post(f"{V1}/users/invitations", json=body)
    assert made.status_code == 201, made.text
    return admin, token_in(made.json()["link"])


async def test_who_is_invited_makes_an_account(there: Town) -> None:
    admin, token = await invited(there, "ann", "viewer")
    (open_one,) = (await admin.get(f"{V1}/users/invitations")).json()["items"]
    assert (open_one["email"], open_one["link"], open_one["by"]) == (
        "ann@example.com",
        None,
        "Root",
    )
    browser = there.browser()
    shown = (await browser.get(f"{V1}/auth/invitations/{token}")).json()
    assert shown == {
        "email": "ann@example.com",
        "team": "",
        "role": "viewer",
        "by": "Root",
        "has_account": False,
    }
    accept = f"{V1}/auth/invitations/{token}"
    weak = await browser.post(accept, json={"name": "Ann", "password": "password123"})
    assert_error(weak, 422, "weak_password")
    body = {"name": "Ann", "password": PASSWORD, "role": "admin", "email": "eve@example.com"}
    accepted = await browser.post(accept, json=body)
    assert accepted.json()["user"]["email"] == "ann@example.com"
    mine = await me(browser)
    assert (mine["role"], mine["name"]) == ("viewer", "Ann")
    assert_error(await browser.get(accept), 410, "link_over")
    assert (await admin.get(f"{V1}/users/invitations")).json()["items"] == []


async def test_of_many_who_accept_one_invitation_at_once_one_does(there: Town) -> None:
    _, token = await invited(there, "ann")
    body = {"name": "Ann", "password": PASSWORD}
    answers = await asyncio.gather(
        *(
            there.browser(f"192.0.2.{n}").post(f"{V1}/auth/invitations/{token}", json=body)
            for n in range(8)
        )
    )
    assert sorted(each.status_code for each in answers).count(200) == 1
    assert {each.status_code for each in answers} <= {200, 410, 401}
    assert (await there.accounts.users.list()).total == 2


async def test_invitations_are_withdrawn(there: Town) -> None:
    admin, token = await invited(there, "ann")
    (open_one,) = (await admin.get(f"{V1}/users/invitations")).json()["items"]
    address = f"{V1}/users/invitations/{open_one['id']}"
    eve = await there.signed_in("eve")
    assert_error(await eve.delete(address), 403, "not_permitted")
    assert (await admin.delete(address)).status_code == 204
    assert_error(await admin.delete(address), 404, "not_found")
    refused = await there.browser().get(f"{V1}/auth/invitations/{token}")
    assert_error(refused, 410, "link_over")


async def test_who_has_an_account_joins_a_team_with_it(there: Town) -> None:
    ann, bob = await there.signed_in("ann"), await there.signed_in("bob")
    caller, team = await acting(there, ann)
    invite = there.accounts.invitations.invite_into
    _, link = await invite(caller, team, "bob@example.com", "viewer", PUBLIC)
    address = f"{V1}/auth/invitations/{token_in(link)}"
    shown = (await bob.get(address)).json()
    assert (shown["team"], shown["has_account"]) == ("Ann", True)
    eve = await there.signed_in("eve")
    refused = await eve.post(address, json={"password": "wrong password"})
    assert_error(refused, 401, "wrong_password")
    assert (await bob.post(address, json={})).status_code == 200
    teams = {each["id"]: each["role"] for each in (await me(bob))["teams"]}
    assert teams[team.id] == "viewer"
    _, link = await invite(caller, team, "eve@example.com", "user", PUBLIC)
    elsewhere = there.browser()
    joined = await elsewhere.post(
        f"{V1}/auth/invitations/{token_in(link)}", json={"password": PASSWORD}
    )
    assert joined.status_code == 200
    assert team.id in {each["id"] for each in (await me(elsewhere))["teams"]}


async def test_only_who_may_make_users_invites_strangers_into_a_team(there: Town) -> None:
    from luban.services.accounts.invitations import NoAccountYet

    ann = await there.signed_in("ann")
    caller, team = await acting(there, ann)
    with pytest.raises(NoAccountYet):
        await there.accounts.invitations.invite_into(
            caller, team, "new@example.com", "user", PUBLIC
        )
    root = await there.signed_in("root", "admin")
    caller, team = await acting(there, root)
    _, link = await there.accounts.invitations.invite_into(
        caller, team, "new@example.com", "viewer", PUBLIC
    )
    browser = there.browser()
    body = {"name": "New", "password": PASSWORD}
    assert (
        await browser.post(f"{V1}/auth/invitations/{token_in(link)}", json=body)
    ).status_code == 200
    mine = await me(browser)
    assert mine["role"] == "user", "of the server"
    assert {each["id"]: each["role"] for each in mine["teams"]}[team.id] == "viewer"


async def acting(there: Town, browser: httpx2.AsyncClient):
    """The caller behind a browser, and their own team."""
    user = await there.accounts.users.get((await me(browser))["id"])
    team = await there.accounts.teams.find(user.team)
    assert team is not None
    return await there.accounts.recognition.of_user(user), team


async def test_an_address_is_changed_at_once_where_no_letters_are_sent(there: Town) -> None:
    await there.person("bob")
    browser = await there.signed_in("ann")
    taken = await browser.put(f"{V1}/me/email", json={"email": "Bob@example.com"})
    assert_error(taken, 409, "email_taken")
    changed = await browser.put(f"{V1}/me/email", json={"email": "Anna@Example.com"})
    assert changed.json() == {"sent": False}
    assert (await me(browser))["email"] == "anna@example.com"
    assert (await sign_in(there.browser(), "anna")).status_code == 200


async def test_a_new_address_confirms_itself_by_letter(writing: Town) -> None:
    browser = await writing.signed_in("ann")
    changed = await browser.put(f"{V1}/me/email", json={"email": "anna@example.com"})
    assert changed.json() == {"sent": True}
    assert (await me(browser))["email"] == "ann@example.com"
    await writing.accounts.letters.aclose()
    link = writing.mail.link("anna@example.com")
    assert link.startswith(f"{PUBLIC}/confirm-email?token=")
    proof = {"token": token_in(link)}
    assert (await writing.browser().post(f"{V1}/auth/email", json=proof)).status_code == 204
    assert (await me(browser))["email"] == "anna@example.com"
    await writing.accounts.letters.aclose()
    assert writing.mail.letters[-1][0] == "ann@example.com", "the old address hears of it"
    again = await writing.browser().post(f"{V1}/auth/email", json=proof)
    assert_error(again, 410, "link_over")


@pytest.mark.parametrize(
    "email",
    ["no", "a@", "@b", "a b@c", "a@b\r\nBcc: x@y", "a@b,c@d", "a@b;c", "a@b@c", "<a@b>", "a\0@b"],
)
async def test_what_is_no_address_is_refused(there: Town, email: str) -> None:
    browser = await there.signed_in("ann")
    refused = await browser.put(f"{V1}/me/email", json={"email": email})
    assert_error(refused, 422, "invalid_value")
