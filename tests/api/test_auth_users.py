"""Users as administrators see them, and the limits of what an administrator may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.model.access import Role
from tests.api.kit import V1, assert_error
from tests.api.people_kit import PASSWORD, Town, me, sign_in, town

USERS = f"{V1}/users"


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as made:
        yield made


async def test_users_are_made_found_changed_and_removed(there: Town) -> None:
    admin = await there.signed_in("root", "admin")
    body = {"email": "Ann@Example.com", "name": " Ann  A. ", "password": PASSWORD}
    made = (await admin.post(USERS, json=body)).json()
    assert (made["email"], made["name"], made["role"], made["link"]) == (
        "ann@example.com",
        "Ann A.",
        "user",
        None,
    )
    assert "password" not in made and made["has_password"] is True
    assert_error(await admin.post(USERS, json=body), 409, "email_taken")
    page = (await admin.get(USERS, params={"search": "ann"})).json()
    assert [each["id"] for each in page["items"]] == [made["id"]]
    assert (await admin.get(f"{USERS}/{made['id']}")).json()["email"] == "ann@example.com"
    changed = await admin.patch(f"{USERS}/{made['id']}", json={"role": "viewer", "name": "Anna"})
    assert (changed.json()["role"], changed.json()["name"]) == ("viewer", "Anna")
    ann = there.browser()
    await sign_in(ann, "ann")
    assert "agent.create" not in (await me(ann))["permissions"]
    assert (await admin.delete(f"{USERS}/{made['id']}")).status_code == 204
    assert_error(await ann.get(f"{V1}/me"), 401, "sign_in_needed")
    assert_error(await sign_in(ann, "ann"), 401, "wrong_password")
    assert_error(await admin.get(f"{USERS}/{made['id']}"), 404, "not_found")


async def test_without_a_password_a_user_gets_a_link_to_choose_one(there: Town) -> None:
    admin = await there.signed_in("root", "admin")
    made = (await admin.post(USERS, json={"email": "ann@example.com"})).json()
    assert made["has_password"] is False
    browser = there.browser()
    assert_error(await sign_in(browser, "ann", ""), 401, "wrong_password")
    reset = {"token": made["link"].rpartition("=")[2], "password": PASSWORD}
    assert (await browser.post(f"{V1}/auth/reset", json=reset)).status_code == 200
    assert (await sign_in(browser, "ann")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "", {"email": "eve@example.com"}),
        ("GET", "/{id}", None),
        ("PATCH", "/{id}", {"role": "viewer"}),
        ("DELETE", "/{id}", None),
        ("POST", "/{id}/reset", None),
        ("GET", "/invitations", None),
        ("POST", "/invitations", {"email": "eve@example.com"}),
    ],
)
async def test_users_administer_nobody(
    there: Town, method: str, path: str, body: dict[str, str] | None
) -> None:
    ann, admin = await there.signed_in("ann"), await there.signed_in("root", "admin")
    address = USERS + path.format(id=await there.person("bob"))
    assert_error(await ann.request(method, address, json=body), 403, "not_permitted")
    stranger = there.browser()
    assert_error(await stranger.request(method, address, json=body), 401, "sign_in_needed")
    assert (await admin.request(method, address, json=body)).is_success


async def test_the_last_administrator_stays_one(there: Town) -> None:
    admin = await there.signed_in("root", "admin")
    own = f"{USERS}/{(await me(admin))['id']}"
    for change in ({"role": "user"}, {"disabled": True}):
        assert_error(await admin.patch(own, json=change), 409, "last_administrator")
    assert_error(await admin.delete(own), 409, "last_administrator")
    assert (await admin.patch(own, json={"name": "Rooted"})).status_code == 200
    second = await there.signed_in("second", "admin")
    assert (await admin.patch(own, json={"role": "user"})).json()["role"] == "user"
    assert_error(await admin.get(USERS), 403, "not_permitted")
    assert (await second.get(USERS)).status_code == 200


async def test_nobody_reaches_above_themselves(there: Town) -> None:
    """Who may change users but is no administrator cannot become one, nor take one's place."""
    await there.accounts.teams.put_role(
        Role("clerk", frozenset({"user.read", "user.create", "user.update", "user.delete"}))
    )
    clerk = await there.signed_in("clerk", "clerk")
    admin = await there.signed_in("root", "admin")
    root, own = (await me(admin))["id"], (await me(clerk))["id"]
    for answer in (
        await clerk.patch(f"{USERS}/{own}", json={"role": "admin"}),
        await clerk.patch(f"{USERS}/{root}", json={"disabled": True}),
        await clerk.post(f"{USERS}/{root}/reset"),
        await clerk.delete(f"{USERS}/{root}"),
        await clerk.post(USERS, json={"email": "eve@example.com", "role": "admin"}),
        await clerk.post(
            f"{USERS}/invitations", json={"email": "eve@example.com", "role": "admin"}
        ),
    ):
        assert_error(answer, 403, "above_you")
    bob = await there.person("bob")
    assert (await clerk.patch(f"{USERS}/{bob}", json={"role": "viewer"})).status_code == 200
    unknown = await clerk.patch(f"{USERS}/{bob}", json={"role": "emperor"})
    assert_error(unknown, 422, "invalid_value")


async def test_administering_takes_a_fresh_proof(there: Town) -> None:
    admin = await there.signed_in("root", "admin")
    bob = await there.person("bob")
    there.clock.at += 16 * 60
    assert (await admin.get(USERS)).status_code == 200
    for answer in (
        await admin.patch(f"{USERS}/{bob}", json={"role": "admin"}),
        await admin.post(USERS, json={"email": "eve@example.com"}),
        await admin.post(f"{USERS}/{bob}/reset"),
        await admin.delete(f"{USERS}/{bob}"),
    ):
        assert_error(answer, 403, "confirm_first")


async def test_what_somebody_left_behind_is_not_lost(there: Town) -> None:
    admin, ann = await there.signed_in("root", "admin"), await there.signed_in("ann")
    agent = (await ann.post(f"{V1}/agents", json={"name": "Hers"})).json()["id"]
    mine = await me(ann)
    assert (await admin.delete(f"{USERS}/{mine['id']}")).status_code == 204
    header = {"x-luban-team": mine["team"]["id"]}
    assert (await admin.get(f"{V1}/agents/{agent}", headers=header)).status_code == 200


@pytest.mark.parametrize("user_id", ["u_0", "local", "%2e%2e", "u_' or 1=1 --", "x" * 500])
async def test_ids_are_not_guessed(there: Town, user_id: str) -> None:
    admin = await there.signed_in("root", "admin")
    assert_error(await admin.get(f"{USERS}/{user_id}"), 404, "not_found")
    assert_error(await admin.delete(f"{USERS}/{user_id}"), 404, "not_found")
    assert_error(await admin.delete(f"{V1}/me/sessions/{user_id}"), 404, "not_found")
    assert_error(await admin.delete(f"{V1}/api-keys/{user_id}"), 404, "not_found")
