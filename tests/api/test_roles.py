"""Roles: what they permit, who defines them, and that nobody climbs by them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.model.access import ADMIN, PERMISSIONS, USER, VIEWER
from tests.api.kit import assert_error
from tests.api.team_kit import Person, Square, square
from tests.services.kit import CALCULATOR


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Square]:
    async with square(tmp_path) as made:
        yield made


@pytest.fixture
async def root(there: Square) -> Person:
    return await there.person("root", "admin")


async def define(by: Person, name: str, *permissions: str) -> None:
    put = await by.ask("PUT", f"/roles/{name}", {"permissions": list(permissions)})
    assert put.status_code == 200, put.text


async def test_every_permission_is_told_in_two_languages(root: Person) -> None:
    items = (await root.get("/permissions"))["items"]
    assert [each["name"] for each in items] == list(PERMISSIONS)
    for each in items:
        assert each["title"]
        assert any("一" <= letter <= "鿿" for letter in each["title_zh"])


async def test_the_built_in_roles_are_what_they_were_asked_to_be(root: Person) -> None:
    roles = {each["name"]: set(each["permissions"]) for each in (await root.get("/roles"))["items"]}
    assert roles == {role.name: set(role.permissions) for role in (ADMIN, USER, VIEWER)}
    agent = {"agent.create", "agent.read", "agent.update", "agent.delete"}
    user = {"user.create", "user.read", "user.update", "user.delete"}
    assert roles["admin"] >= agent | user | {"store.approve", "store.reject", "store.manage"}
    assert roles["user"] >= agent | {"store.submit", "store.read"}
    assert roles["viewer"] >= {"agent.read", "store.read"}
    assert not roles["viewer"] & (agent - {"agent.read"})
    assert not roles["user"] & user


@pytest.mark.parametrize("name", ["admin", "user", "viewer"])
async def test_built_in_roles_stay(root: Person, name: str) -> None:
    put = await root.ask("PUT", f"/roles/{name}", {"permissions": ["agent.read"]})
    assert_error(put, 409, "role_fixed")
    assert_error(await root.ask("DELETE", f"/roles/{name}"), 409, "role_fixed")


async def test_a_defined_role_permits_what_it_says_and_follows_changes(
    there: Square, root: Person
) -> None:
    bob = await there.person("bob")
    team = (await root.post("/teams", {"name": "Mill"}))["id"]
    await define(root, "maker", "agent.create", "agent.read")
    await there.invited(root, team, bob, "maker")
    made = await bob.post("/agents", {"document": CALCULATOR}, team=team)
    path = f"/agents/{made['id']}"
    assert_error(await bob.ask("DELETE", path, team=team), 403, "not_permitted")
    await define(root, "maker", "agent.read", "agent.delete")
    assert_error(await bob.ask("POST", "/agents", {}, team=team), 403, "not_permitted")
    assert (await bob.ask("DELETE", path, team=team)).status_code == 204


async def test_a_role_that_somebody_has_is_kept(there: Square, root: Person) -> None:
    bob = await there.person("bob")
    await define(root, "maker", "agent.read")
    team = (await root.post("/teams", {"name": "Mill"}))["id"]
    await there.invited(root, team, bob, "maker")
    assert_error(await root.ask("DELETE", "/roles/maker"), 409, "role_in_use")
    await root.ask("DELETE", f"/teams/{team}/members/{bob.id}")
    assert (await root.ask("DELETE", "/roles/maker")).status_code == 204
    assert_error(await root.ask("DELETE", "/roles/maker"), 404, "not_found")


@pytest.mark.parametrize("name", ["Admin", "1st", "a b", "a" * 41, "läufer", "a.b"])
async def test_names_are_plain_words(root: Person, name: str) -> None:
    put = await root.ask("PUT", f"/roles/{name}", {"permissions": []})
    assert_error(put, 422, "invalid_value")


async def test_permissions_are_known_ones(root: Person) -> None:
    for wrong in ("agent.fly", "self", "public", "*", "agent.*"):
        put = await root.ask("PUT", "/roles/maker", {"permissions": [wrong]})
        assert_error(put, 422, "invalid_value")


async def test_nobody_defines_a_role_that_may_more_than_they(there: Square, root: Person) -> None:
    """Somebody who manages roles, and no users, could otherwise make one who does."""
    await define(root, "clerk", "role.manage", "role.read")
    await define(root, "boss", "user.create", "user.update")
    clerk = await there.person("clerk", "clerk")
    for permissions in (["user.create"], ["user.update", "role.manage"], ["system.manage"]):
        put = await clerk.ask("PUT", "/roles/mine", {"permissions": permissions})
        assert_error(put, 403, "above_you")
    lowered = await clerk.ask("PUT", "/roles/boss", {"permissions": []})
    assert_error(lowered, 403, "above_you")
    assert_error(await clerk.ask("DELETE", "/roles/boss"), 403, "above_you")
    own = await clerk.ask("PUT", "/roles/clerk", {"permissions": ["role.manage", "user.read"]})
    assert_error(own, 403, "above_you")
    assert_error(await clerk.ask("GET", "/users"), 403, "not_permitted")


async def test_whoever_may_not_manage_roles_defines_none(there: Square) -> None:
    bob = await there.person("bob")
    put = await bob.ask("PUT", "/roles/mine", {"permissions": ["agent.read"]})
    assert_error(put, 403, "not_permitted")
    assert_error(await bob.ask("DELETE", "/roles/mine"), 403, "not_permitted")
    assert (await bob.get("/roles"))["items"]
