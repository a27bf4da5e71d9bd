"""Teams: who is in them as what, how they come and go, and what they cannot take for themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.kit import V1, assert_error
from tests.api.team_kit import TEAM, Person, Square, invitation, square
from tests.services.kit import CALCULATOR


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Square]:
    async with square(tmp_path) as made:
        yield made


async def team_of(person: Person, name: str = "Workshop") -> str:
    return (await person.post("/teams", {"name": name}))["id"]


async def roles_in(person: Person, team: str) -> dict[str, str]:
    listed = (await person.get(f"/teams/{team}/members"))["items"]
    return {each["user"]["email"]: each["role"] for each in listed}


async def test_a_team_is_made_seen_renamed_and_deleted(there: Square) -> None:
    ann, eve = await there.person("ann", "admin"), await there.person("eve")
    team = await team_of(ann)
    mine = {each["name"]: each for each in (await ann.get("/teams"))["items"]}
    assert mine["Workshop"]["role"] == "admin"
    assert not mine["Workshop"]["personal"]
    assert sum(each["personal"] for each in mine.values()) == 1
    renamed = await ann.ask("PATCH", f"/teams/{team}", {"name": "Mill"})
    assert renamed.json()["name"] == "Mill"
    for method in ("GET", "PATCH", "DELETE"):
        refused = await eve.ask(method, f"/teams/{team}", {"name": "stolen"})
        assert_error(refused, 404, "not_found")
    assert (await ann.ask("DELETE", f"/teams/{team}")).status_code == 204
    assert_error(await ann.ask("GET", f"/teams/{team}"), 404, "not_found")


async def test_who_is_invited_comes_in_with_that_role(there: Square) -> None:
    ann, bob = await there.person("ann"), await there.person("bob")
    team = await team_of(ann)
    await there.invited(ann, team, bob, "viewer")
    assert await roles_in(bob, team) == {"ann@example.com": "admin", "bob@example.com": "viewer"}
    made = await ann.post("/agents", {"document": CALCULATOR}, team=team)
    assert (await bob.get(f"/agents/{made['id']}", team=team))["name"] == "Calculator"
    refused = await bob.ask("PATCH", f"/agents/{made['id']}", {"name": "x"}, team=team)
    assert_error(refused, 403, "not_permitted")
    assert_error(await bob.ask("GET", f"/agents/{made['id']}"), 404, "not_found")
    assert (await bob.get("/agents"))["total"] == 0


async def test_a_team_is_chosen_for_a_request_or_for_a_session(there: Square) -> None:
    ann, eve = await there.person("ann"), await there.person("eve")
    team = await team_of(ann)
    await ann.post("/agents", {"document": CALCULATOR}, team=team)
    assert (await ann.get("/agents"))["total"] == 0
    assert (await ann.ask("PUT", "/me/team", {"team": team})).status_code == 204
    assert (await ann.get("/agents"))["total"] == 1
    assert_error(await eve.ask("GET", "/agents", team=team), 404, "not_found")
    assert_error(await eve.ask("PUT", "/me/team", {"team": team}), 404, "not_found")
    assert (await eve.get("/me"))["team"]["id"] == eve.team


@pytest.mark.parametrize("role", ["user", "viewer"])
async def test_nobody_makes_themselves_more(there: Square, role: str) -> None:
    ann, bob = await there.person("ann"), await there.person("bob")
    team = await team_of(ann)
    await there.invited(ann, team, bob, role)
    for who in (bob.id, ann.id):
        for acting_for in ("", team):  # in one's own team one may all
            refused = await bob.ask(
                "PATCH", f"/teams/{team}/members/{who}", {"role": "admin"}, team=acting_for
            )
            assert_error(refused, 403, "not_permitted")
    refused = await bob.ask("DELETE", f"/teams/{team}/members/{ann.id}")
    assert_error(refused, 403, "not_permitted")
    for method, path in (
        ("POST", f"/teams/{team}/invitations"),
        ("GET", f"/teams/{team}/invitations"),
        ("DELETE", f"/teams/{team}"),
    ):
        refused = await bob.ask(method, path, {"email": "x@example.com", "role": "admin"})
        assert_error(refused, 403, "not_permitted")
    assert (await roles_in(ann, team))["bob@example.com"] == role


async def test_a_manager_gives_no_more_than_they_have(there: Square) -> None:
    ann, bob, cid = [await there.person(name, "admin") for name in ("ann", "bob", "cid")]
    await ann.ask("PUT", "/roles/keeper", {"permissions": ["team.read", "team.manage"]})
    team = await team_of(ann)
    await there.invited(ann, team, bob, "keeper")
    await there.invited(ann, team, cid, "user")
    path = f"/teams/{team}/members"
    for who, role in ((bob.id, "admin"), (cid.id, "admin"), (cid.id, "viewer")):
        assert_error(await bob.ask("PATCH", f"{path}/{who}", {"role": role}), 403, "above_you")
    for who in (ann.id, cid.id):
        assert_error(await bob.ask("DELETE", f"{path}/{who}"), 403, "above_you")
    refused = await bob.ask(
        "POST", f"/teams/{team}/invitations", {"email": "d@example.com", "role": "user"}
    )
    assert_error(refused, 403, "above_you")
    assert (await ann.ask("PATCH", f"{path}/{cid.id}", {"role": "keeper"})).status_code == 204
    assert (await bob.ask("DELETE", f"{path}/{cid.id}")).status_code == 204


async def test_a_team_always_has_somebody_who_manages_it(there: Square) -> None:
    ann, bob = await there.person("ann"), await there.person("bob")
    team = await team_of(ann)
    await there.invited(ann, team, bob, "user")
    path = f"/teams/{team}/members/{ann.id}"
    assert_error(await ann.ask("DELETE", path), 409, "last_manager")
    assert_error(await ann.ask("PATCH", path, {"role": "user"}), 409, "last_manager")
    made = await ann.ask("PATCH", f"/teams/{team}/members/{bob.id}", {"role": "admin"})
    assert made.status_code == 204
    leaving = [person.ask("DELETE", f"/teams/{team}/members/{person.id}") for person in (ann, bob)]
    answers = await asyncio.gather(*leaving)
    assert sorted(each.status_code for each in answers) == [204, 409]


async def test_everybody_may_leave(there: Square) -> None:
    ann, bob = await there.person("ann"), await there.person("bob")
    team = await team_of(ann)
    await there.invited(ann, team, bob, "viewer")
    await bob.ask("PUT", "/me/team", {"team": team})
    assert (await bob.ask("DELETE", f"/teams/{team}/members/{bob.id}")).status_code == 204
    assert (await bob.get("/me"))["team"]["id"] == bob.team
    assert_error(await bob.ask("GET", f"/teams/{team}"), 404, "not_found")


async def test_who_is_removed_is_out_at_once(there: Square) -> None:
    ann, bob = await there.person("ann"), await there.person("bob")
    team = await team_of(ann)
    await there.invited(ann, team, bob, "user")
    key = await bob.post("/api-keys", {"name": "script"}, team=team)
    program = {"authorization": f"Bearer {key['key']}"}
    async with there.browser() as other:
        assert (await other.get(f"{V1}/agents", headers=program)).status_code == 200
        await bob.get("/agents", team=team)
        assert (await ann.ask("DELETE", f"/teams/{team}/members/{bob.id}")).status_code == 204
        assert_error(await bob.ask("GET", "/agents", team=team), 404, "not_found")
        assert_error(await other.get(f"{V1}/agents", headers=program), 404, "not_found")


async def test_ones_own_team_stays(there: Square) -> None:
    ann, bob = await there.person("ann"), await there.person("bob")
    await there.invited(ann, ann.team, bob, "admin")
    own = f"/teams/{ann.team}"
    assert_error(await ann.ask("DELETE", own), 409, "team_is_personal")
    for person in (ann, bob):
        removed = await person.ask("DELETE", f"{own}/members/{ann.id}")
        assert_error(removed, 409, "team_is_personal")
    lowered = await bob.ask("PATCH", f"{own}/members/{ann.id}", {"role": "viewer"})
    assert_error(lowered, 409, "team_is_personal")


async def test_a_team_that_owns_something_is_kept(there: Square) -> None:
    ann = await there.person("ann")
    team = await team_of(ann)
    agent = (await ann.post("/agents", {"document": CALCULATOR}, team=team))["id"]
    assert_error(await ann.ask("DELETE", f"/teams/{team}"), 409, "team_not_empty")
    await ann.ask("DELETE", f"/agents/{agent}", team=team)
    assert (await ann.ask("DELETE", f"/teams/{team}")).status_code == 204


async def test_an_invitation_is_listed_withdrawn_and_used_once(there: Square) -> None:
    ann, bob, eve = [await there.person(name) for name in ("ann", "bob", "eve")]
    team = await team_of(ann)
    withdrawn = await invitation(ann, team, bob.email)
    (listed,) = (await ann.get(f"/teams/{team}/invitations"))["items"]
    assert (listed["email"], listed["link"]) == (bob.email, None)
    refused = await eve.ask("DELETE", f"/teams/{team}/invitations/{listed['id']}")
    assert_error(refused, 404, "not_found")
    elsewhere = await team_of(eve, "Elsewhere")
    refused = await eve.ask("DELETE", f"/teams/{elsewhere}/invitations/{listed['id']}")
    assert_error(refused, 404, "not_found")
    gone = await ann.ask("DELETE", f"/teams/{team}/invitations/{listed['id']}")
    assert gone.status_code == 204
    assert_error(await bob.ask("POST", f"/auth/invitations/{withdrawn}", {}), 410, "link_over")
    token = await invitation(ann, team, bob.email)
    both = [bob.ask("POST", f"/auth/invitations/{token}", {}) for _ in range(2)]
    answers = await asyncio.gather(*both)
    assert sorted(each.status_code for each in answers) == [200, 410]
    assert list(await roles_in(ann, team)) == [ann.email, bob.email]


async def test_an_invitation_is_for_one_person(there: Square) -> None:
    ann, bob, eve = [await there.person(name) for name in ("ann", "bob", "eve")]
    team = await team_of(ann)
    token = await invitation(ann, team, bob.email)
    refused = await eve.ask("POST", f"/auth/invitations/{token}", {"password": "anything at all"})
    assert refused.status_code == 401
    assert list(await roles_in(ann, team)) == [ann.email]


async def test_who_may_not_make_accounts_invites_only_who_has_one(there: Square) -> None:
    ann, root = await there.person("ann"), await there.person("root", "admin")
    new = {"email": "new@example.com", "role": "user"}
    team = await team_of(ann)
    refused = await ann.ask("POST", f"/teams/{team}/invitations", new)
    assert_error(refused, 403, "no_account_yet")
    team = await team_of(root)
    token = await invitation(root, team, new["email"])
    async with there.browser() as newcomer:
        given = {"name": "New", "password": "nine wet umbrellas"}
        come = await newcomer.post(f"{V1}/auth/invitations/{token}", json=given)
        assert come.status_code == 200, come.text
        mine = (await newcomer.get(f"{V1}/teams", headers={TEAM: team})).json()["items"]
        assert {each["id"]: each["role"] for each in mine}[team] == "user"
        assert (await newcomer.get(f"{V1}/me")).json()["role"] == "user"


async def test_a_role_there_gives_nothing_of_the_server(there: Square) -> None:
    ann, bob = await there.person("ann", "admin"), await there.person("bob")
    team = await team_of(ann)
    await there.invited(ann, team, bob, "admin")
    for path in ("/users", "/audit", "/limits"):
        assert_error(await bob.ask("GET", path, team=team), 403, "not_permitted")


async def test_a_viewer_of_the_server_stays_one_in_every_team(there: Square) -> None:
    ann, vic = await there.person("ann"), await there.person("vic", "viewer")
    team = await team_of(ann)
    await there.invited(ann, team, vic, "admin")
    refused = await vic.ask("POST", "/agents", {"document": CALCULATOR}, team=team)
    assert_error(refused, 403, "not_permitted")
    refused = await vic.ask("PATCH", f"/teams/{team}", {"name": "x"})
    assert_error(refused, 403, "not_permitted")


async def test_a_key_stays_in_its_team_and_makes_none(there: Square) -> None:
    ann = await there.person("ann")
    team = await team_of(ann)
    scopes = ["team.read", "agent.*"]
    key = (await ann.post("/api-keys", {"name": "script", "scopes": scopes}))["key"]
    program = {"authorization": f"Bearer {key}"}
    async with there.browser() as other:
        listed = (await other.get(f"{V1}/teams", headers=program)).json()["items"]
        assert [each["id"] for each in listed] == [ann.team]
        for headers in (program, {**program, TEAM: team}):
            assert_error(await other.get(f"{V1}/teams/{team}", headers=headers), 404, "not_found")
        made = await other.post(f"{V1}/teams", json={"name": "x"}, headers=program)
        assert_error(made, 403, "not_for_programs")
        own = f"{V1}/teams/{ann.team}/members/{ann.id}"
        assert_error(await other.delete(own, headers=program), 403, "not_for_programs")


async def test_a_key_shrinks_with_its_maker(there: Square) -> None:
    ann, bob = await there.person("ann"), await there.person("bob")
    team = await team_of(ann)
    await there.invited(ann, team, bob, "viewer")
    wide = {"name": "script", "scopes": ["agent.create"]}
    assert_error(await bob.ask("POST", "/api-keys", wide, team=team), 403, "scope_too_wide")
    path = f"/teams/{team}/members/{bob.id}"
    await ann.ask("PATCH", path, {"role": "user"})
    key = (await bob.post("/api-keys", {**wide, "scopes": ["agent.*"]}, team=team))["key"]
    program = {"authorization": f"Bearer {key}"}
    async with there.browser() as other:
        made = await other.post(f"{V1}/agents", json={"name": "x"}, headers=program)
        assert made.status_code == 201
        await ann.ask("PATCH", path, {"role": "viewer"})
        refused = await other.post(f"{V1}/agents", json={"name": "x"}, headers=program)
        assert_error(refused, 403, "not_permitted")
        assert (await other.get(f"{V1}/agents", headers=program)).status_code == 200


async def test_whoever_sits_at_a_machine_without_accounts_has_one_team(tmp_path: Path) -> None:
    async with square(tmp_path, auth="local") as there, there.browser() as browser:
        listed = (await browser.get(f"{V1}/teams")).json()["items"]
        assert [(each["id"], each["role"]) for each in listed] == [("local", "admin")]
        made = await browser.post(f"{V1}/teams", json={"name": "x"})
        assert_error(made, 409, "no_account")
        new = {"email": "x@example.com", "role": "user"}
        invited = await browser.post(f"{V1}/teams/local/invitations", json=new)
        assert_error(invited, 409, "no_account")
        assert (await browser.get(f"{V1}/teams/local/members")).json()["total"] == 0
        assert_error(await browser.delete(f"{V1}/teams/local"), 409, "team_is_personal")
