"""Users, sessions, keys, one-time offers and teams: the same contract over every database."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from luban.model.access import ADMIN, USER, VIEWER, Role
from luban.model.run import RunDraft
from luban.ports.people import (
    ApiKey,
    Identity,
    Member,
    OneTime,
    SecondFactor,
    Session,
    Team,
    User,
)
from luban.ports.stores import Slice
from tests.storage.places import Store


def person(name: str, /, **values: Any) -> User:
    given: dict[str, Any] = {
        "id": f"u_{name}",
        "email": f"{name}@example.com",
        "name": name.title(),
        "team": f"t_{name}",
        "created_at": 1.0,
    }
    return User(**(given | values))


async def having(store: Store, *names: str, **values: Any) -> list[User]:
    users = [person(name, **values) for name in names]
    for user in users:
        assert await store.users.create(user)
    return users


async def shared_team(store: Store, **roles: str) -> None:
    """The team `t_shared` of people who exist."""
    members = [
        Member(team="t_shared", user=f"u_{name}", role=role, created_at=2.0)
        for name, role in roles.items()
    ]
    await store.teams.create(Team(id="t_shared", name="Shared", created_at=2.0), members[0])
    for member in members[1:]:
        assert await store.teams.join(member)


def session(name: str, number: int = 1, /, **values: Any) -> Session:
    given: dict[str, Any] = {
        "id": f"s_{name}{number}",
        "user": f"u_{name}",
        "digest": f"{name}{number}".encode(),
        "team": f"t_{name}",
        "address": "192.0.2.1",
        "agent": "Browser/1",
        "created_at": 1.0,
        "last_used_at": 1.0,
        "expires_at": 100.0,
        "confirmed_at": 1.0,
    }
    return Session(**(given | values))


def key(name: str, number: int = 1, /, **values: Any) -> ApiKey:
    given: dict[str, Any] = {
        "id": f"k_{name}{number}",
        "user": f"u_{name}",
        "team": f"t_{name}",
        "name": "for a script",
        "digest": f"key {name}{number}".encode(),
        "shown": "luban_abc",
        "scopes": ("agent.*", "run.read"),
        "created_at": float(number),
    }
    return ApiKey(**(given | values))


def offer(kind: str = "invitation", digest: bytes = b"d", **values: Any) -> OneTime:
    given: dict[str, Any] = {
        "kind": kind,
        "digest": digest,
        "data": {"email": "ann@example.com"},
        "created_at": 1.0,
        "expires_at": 100.0,
    }
    return OneTime(**(given | values))


async def test_a_user_is_stored_with_a_team_of_their_own(store: Store) -> None:
    user = person("ann", role="admin", password="hash", last_seen_at=3.0)
    assert await store.users.create(user)
    assert await store.users.find("u_ann") == user
    assert await store.users.find_by_email("ann@example.com") == user
    ((team, member),) = await store.teams.list_of("u_ann")
    assert team == Team(id="t_ann", name="Ann", personal="u_ann", created_at=1.0)
    assert member == Member(team="t_ann", user="u_ann", role="admin", created_at=1.0)
    assert await store.users.find("u_bob") is None
    assert await store.users.find_by_email("bob@example.com") is None


async def test_an_email_is_one_persons(store: Store) -> None:
    await having(store, "ann")
    assert not await store.users.create(person("bob", email="ann@example.com"))
    assert await store.users.find("u_bob") is None
    assert await store.teams.find("t_bob") is None
    assert await store.users.create(person("bob"))
    assert not await store.users.update(person("bob", email="ann@example.com"))
    found = await store.users.find("u_bob")
    assert found is not None and found.email == "bob@example.com"


async def test_of_many_who_take_one_email_at_once_one_gets_it(store: Store, other: Store) -> None:
    names = [f"n{n}" for n in range(8)]
    made = await asyncio.gather(
        *(
            each.users.create(person(name, email="ann@example.com"))
            for name, each in zip(names, [store, other] * 4, strict=True)
        )
    )
    assert sorted(made) == [False] * 7 + [True]
    await having(store, "bob", "eve")
    changed = await asyncio.gather(
        store.users.update(person("bob", email="new@example.com")),
        other.users.update(person("eve", email="new@example.com")),
        other.users.create(person("joe", email="new@example.com")),
    )
    assert sorted(changed) == [False, False, True]


async def test_of_two_first_administrators_at_once_one_is(store: Store, other: Store) -> None:
    made = await asyncio.gather(
        *(
            each.users.create_first(person(f"n{n}", role="admin"))
            for n, each in enumerate([store, other] * 4)
        )
    )
    assert sorted(made) == [False] * 7 + [True]
    assert await store.users.count() == 1
    assert not await other.users.create_first(person("late"))


async def test_the_first_takes_over_the_team_of_a_machine_without_accounts(store: Store) -> None:
    assert await store.users.create_first(person("ann", team="local"))
    team = await store.teams.find("local")
    assert team is not None and team.personal == "u_ann"
    assert await store.teams.membership("local", "u_ann") is not None


async def test_users_are_listed_searched_and_counted(store: Store) -> None:
    await having(store, "ann", "bob")
    await having(store, "eve", role="admin")
    await having(store, "joe", role="admin", disabled=True, name="É_l")
    page = await store.users.list(Slice(1, 2))
    assert [user.id for user in page.items] == ["u_ann", "u_bob"]
    assert page.total == 4
    assert [user.id for user in (await store.users.list(Slice(2, 2))).items] == ["u_eve", "u_joe"]
    for search, found in (("EVE", "u_eve"), ("B@EX", "u_bob"), ("É_", "u_joe")):
        page = await store.users.list(Slice(), search=search)
        assert ([user.id for user in page.items], page.total) == ([found], 1)
    assert (await store.users.list(Slice(), search="%")).total == 0
    assert await store.users.count() == 3
    assert await store.users.count(role="admin") == 1


async def test_a_user_is_changed_but_not_their_past(store: Store) -> None:
    (ann,) = await having(store, "ann")
    changed = ann.model_copy(
        update={"name": "Anna", "role": "viewer", "password": "new", "disabled": True}
    )
    assert await store.users.update(changed.model_copy(update={"created_at": 9.0, "team": "t_x"}))
    assert await store.users.find("u_ann") == changed
    await store.users.seen("u_ann", 5.0)
    assert await store.users.find("u_ann") == changed.model_copy(update={"last_seen_at": 5.0})
    assert not await store.users.update(person("bob"))


async def test_changes_at_once_do_not_undo_each_other(store: Store, other: Store) -> None:
    (ann,) = await having(store, "ann", password="old")
    done = await asyncio.gather(
        store.users.change("u_ann", password="new"),
        other.users.change("u_ann", name="Anna"),
        store.users.change("u_ann", disabled=True),
    )
    assert done == [True] * 3
    changed = {"password": "new", "name": "Anna", "disabled": True}
    assert await store.users.find("u_ann") == ann.model_copy(update=changed)
    await having(store, "bob")
    assert not await store.users.change("u_ann", email="bob@example.com")
    assert await store.users.change("u_ann", email="ann2@example.com", disabled=False)
    assert not await store.users.change("u_nobody", name="x")


async def test_of_two_administrators_who_go_at_once_one_stays(store: Store, other: Store) -> None:
    await having(store, "ann", "bob", role="admin")
    gone = await asyncio.gather(
        store.users.change("u_ann", keep="admin", role="user"),
        other.users.change("u_bob", keep="admin", disabled=True),
    )
    assert sorted(gone) == [False, True]
    assert await store.users.count(role="admin") == 1


async def test_the_last_administrator_stays(store: Store, other: Store) -> None:
    ann, bob = await having(store, "ann", "bob", role="admin")
    demoted = [user.model_copy(update={"role": "user"}) for user in (ann, bob)]
    done = await asyncio.gather(
        store.users.update(demoted[0], keep="admin"),
        other.users.update(demoted[1], keep="admin"),
    )
    assert sorted(done) == [False, True]
    (last,) = [user for user in (await store.users.list(Slice())).items if user.role == "admin"]
    assert not await store.users.delete(last.id, keep="admin")
    disabled = last.model_copy(update={"disabled": True})
    assert not await store.users.update(disabled, keep="admin")
    assert await store.users.update(last.model_copy(update={"name": "Last"}), keep="admin")
    await having(store, "eve", role="admin", disabled=True)
    assert not await store.users.delete(last.id, keep="admin")
    assert await store.users.delete("u_eve", keep="admin")


async def test_with_a_user_goes_what_they_sign_in_with(store: Store) -> None:
    await having(store, "ann", "bob")
    await shared_team(store, ann="admin", bob="admin")
    await store.sessions.begin(session("ann"))
    await store.sessions.add_key(key("ann"))
    await store.sessions.offer(offer("reset", subject="u_ann"))
    await store.users.link(Identity(issuer="i", subject="s", user="u_ann", created_at=1.0))
    await store.users.add_factor(
        SecondFactor(id="f_1", user="u_ann", kind="totp", secret=b"s", created_at=1.0)
    )
    assert await store.users.delete("u_ann")
    assert not await store.users.delete("u_ann")
    assert await store.sessions.find(b"ann1") is None
    assert await store.sessions.find_key(b"key ann1") is None
    assert await store.sessions.look("reset", b"d", 1.0) is None
    assert await store.users.find_identity("i", "s") is None
    assert await store.users.find_factor("f_1") is None
    assert (await store.teams.members("t_shared", Slice())).total == 1
    team = await store.teams.find("t_ann")
    assert team is not None and team.personal is None


async def test_identities_are_one_users(store: Store) -> None:
    await having(store, "ann", "bob")
    identity = Identity(issuer="i", subject="s", user="u_ann", email="a@x.org", created_at=1.0)
    assert await store.users.link(identity)
    assert not await store.users.link(identity.model_copy(update={"user": "u_bob"}))
    assert await store.users.find_identity("i", "s") == identity
    assert await store.users.find_identity("other", "s") is None
    assert await store.users.identities("u_ann") == [identity]
    assert not await store.users.unlink("u_bob", "i", "s")
    assert await store.users.unlink("u_ann", "i", "s")
    assert await store.users.identities("u_ann") == []


async def test_a_code_is_used_once(store: Store, other: Store) -> None:
    await having(store, "ann", "bob")
    factor = SecondFactor(id="f_1", user="u_ann", kind="totp", secret=b"\0\xff", created_at=1.0)
    await store.users.add_factor(factor)
    assert await store.users.find_factor("f_1") == factor
    used = await asyncio.gather(
        *(each.users.use_factor("f_1", 57_000_000_000, 2.0) for each in (store, other))
    )
    assert sorted(used) == [False, True]
    (now,) = await store.users.factors("u_ann")
    assert (now.confirmed, now.counter, now.last_used_at) == (True, 57_000_000_000, 2.0)
    assert not await store.users.use_factor("f_1", 1, 3.0)
    assert not await store.users.use_factor("f_2", 1, 3.0)
    assert not await store.users.remove_factor("u_bob", "f_1")
    assert await store.users.remove_factor("u_ann", "f_1")


async def test_a_passkey_that_does_not_count_is_used_again(store: Store) -> None:
    await having(store, "ann")
    for kind in ("passkey", "totp"):
        factor = SecondFactor(id=kind, user="u_ann", kind=kind, secret=b"s", created_at=1.0)
        await store.users.add_factor(factor)
    assert await store.users.use_factor("passkey", 0, 2.0)
    assert await store.users.use_factor("passkey", 0, 3.0)
    assert not await store.users.use_factor("totp", 0, 2.0)
    assert await store.users.use_factor("passkey", 1, 4.0)
    assert not await store.users.use_factor("passkey", 0, 5.0)


async def test_sessions_begin_are_used_and_end(store: Store) -> None:
    await having(store, "ann", "bob")
    for number in (1, 2, 3):
        await store.sessions.begin(session("ann", number, last_used_at=float(number)))
    assert await store.sessions.find(b"ann1") == session("ann")
    assert [each.id for each in await store.sessions.list("u_ann")] == [
        "s_ann3",
        "s_ann2",
        "s_ann1",
    ]
    used = {"last_used_at": 9.0, "expires_at": 200.0, "address": "192.0.2.9", "agent": "B/2"}
    await store.sessions.touch(session("ann", team="t_old", confirmed_at=0.0, **used))
    assert await store.sessions.find(b"ann1") == session("ann", **used)
    await store.sessions.choose("s_ann1", "t_new")
    await store.sessions.confirm("s_ann1", 50.0)
    now = session("ann", team="t_new", confirmed_at=50.0, **used)
    assert await store.sessions.find(b"ann1") == now
    assert not await store.sessions.end("u_bob", "s_ann1")
    assert await store.sessions.end("u_ann", "s_ann1")
    assert await store.sessions.find(b"ann1") is None
    await store.sessions.touch(now)
    assert await store.sessions.find(b"ann1") is None
    assert await store.sessions.end_all("u_ann", but="s_ann3") == 1
    assert [each.id for each in await store.sessions.list("u_ann")] == ["s_ann3"]


async def test_keys_are_of_a_user_and_a_team(store: Store) -> None:
    await having(store, "ann", "bob")
    await store.sessions.add_key(key("ann"))
    await store.sessions.add_key(key("ann", 2, expires_at=50.0, scopes=()))
    await store.sessions.add_key(key("ann", 3, team="t_other"))
    assert await store.sessions.find_key(b"key ann1") == key("ann")
    assert [each.id for each in await store.sessions.keys("u_ann", "t_ann")] == [
        "k_ann2",
        "k_ann1",
    ]
    await store.sessions.key_used("k_ann1", 7.0)
    found = await store.sessions.find_key(b"key ann1")
    assert found is not None and found.last_used_at == 7.0
    assert not await store.sessions.remove_key("u_bob", "k_ann1")
    assert await store.sessions.remove_key("u_ann", "k_ann1")
    assert await store.sessions.find_key(b"key ann1") is None


async def test_of_two_who_redeem_one_invitation_at_once_one_does(
    store: Store, other: Store
) -> None:
    await store.sessions.offer(offer())
    assert await store.sessions.look("invitation", b"d", 1.0) == offer()
    got = await asyncio.gather(
        *(each.sessions.redeem("invitation", b"d", 1.0) for each in [store, other] * 4)
    )
    assert [each for each in got if each is not None] == [offer()]
    assert await store.sessions.look("invitation", b"d", 1.0) is None


async def test_an_offer_is_of_its_kind_and_until_it_expires(store: Store) -> None:
    await store.sessions.offer(offer())
    assert await store.sessions.redeem("reset", b"d", 1.0) is None
    assert await store.sessions.redeem("invitation", b"d", 100.0) is None
    assert await store.sessions.look("invitation", b"d", 100.0) is None
    assert await store.sessions.redeem("invitation", b"d", 99.9) == offer()


async def test_offers_are_listed_and_withdrawn_by_subject(store: Store) -> None:
    await store.sessions.offer(offer(digest=b"1", subject="t_1"))
    await store.sessions.offer(offer(digest=b"2", subject="t_1", created_at=2.0))
    await store.sessions.offer(offer(digest=b"3", subject="t_1", expires_at=5.0))
    await store.sessions.offer(offer(digest=b"4", subject="t_2"))
    listed = await store.sessions.offered("invitation", "t_1", 5.0)
    assert [each.digest for each in listed] == [b"2", b"1"]
    assert await store.sessions.withdraw("invitation", "t_1") == 3
    assert await store.sessions.offered("invitation", "t_1", 1.0) == []
    assert len(await store.sessions.offered("invitation", "t_2", 1.0)) == 1


async def test_what_is_over_is_forgotten(store: Store) -> None:
    await having(store, "ann")
    await store.sessions.begin(session("ann", 1, expires_at=10.0))
    await store.sessions.begin(session("ann", 2))
    await store.sessions.add_key(key("ann", 1, expires_at=10.0))
    await store.sessions.add_key(key("ann", 2))
    await store.sessions.offer(offer(digest=b"1", expires_at=10.0))
    await store.sessions.offer(offer(digest=b"2"))
    assert await store.sessions.forget_expired(10.0) == 3
    assert await store.sessions.forget_expired(10.0) == 0
    assert await store.sessions.find(b"ann2") is not None
    assert await store.sessions.find_key(b"key ann2") is not None


async def test_teams_have_members_with_roles(store: Store) -> None:
    ann, bob = await having(store, "ann", "bob")
    await shared_team(store, ann="admin", bob="viewer")
    page = await store.teams.members("t_shared", Slice(1, 1))
    assert page.total == 2
    assert page.items == [
        (Member(team="t_shared", user="u_ann", role="admin", created_at=2.0), ann)
    ]
    assert (await store.teams.members("t_shared", Slice(2, 1))).items[0][1] == bob
    assert not await store.teams.join(
        Member(team="t_shared", user="u_bob", role="admin", created_at=3.0)
    )
    for stranger in (("t_shared", "u_nobody"), ("t_nowhere", "u_bob")):
        team, user = stranger
        assert not await store.teams.join(Member(team=team, user=user, role="user", created_at=3.0))
    member = await store.teams.membership("t_shared", "u_bob")
    assert member is not None and member.role == "viewer"
    assert await store.teams.membership("t_ann", "u_bob") is None
    assert [team.id for team, _ in await store.teams.list_of("u_bob")] == ["t_bob", "t_shared"]
    assert await store.teams.update(Team(id="t_shared", name="Ours", created_at=9.0))
    assert await store.teams.find("t_shared") == Team(id="t_shared", name="Ours", created_at=2.0)
    assert not await store.teams.update(Team(id="t_nowhere", name="Ours", created_at=9.0))


async def test_somebody_manages_a_team_always(store: Store) -> None:
    await having(store, "ann", "bob")
    await shared_team(store, ann="admin", bob="user")
    assert not await store.teams.leave("t_shared", "u_ann")
    assert not await store.teams.set_role("t_shared", "u_ann", "user", manages=False)
    assert await store.teams.set_role("t_shared", "u_bob", "lead", manages=True)
    assert not await store.teams.leave("t_shared", "u_ann"), "nobody defined the role `lead`"
    await store.teams.put_role(Role("lead", frozenset({"team.manage"})))
    assert await store.teams.leave("t_shared", "u_ann")
    assert not await store.teams.leave("t_shared", "u_ann")
    assert not await store.teams.leave("t_shared", "u_bob")
    assert not await store.teams.set_role("t_shared", "u_ann", "user", manages=True)


async def test_a_manager_who_is_disabled_does_not_count(store: Store) -> None:
    await having(store, "ann")
    await having(store, "bob", disabled=True)
    await shared_team(store, ann="admin", bob="admin")
    assert not await store.teams.leave("t_shared", "u_ann")
    assert await store.teams.leave("t_shared", "u_bob")


async def test_of_two_managers_who_leave_at_once_one_stays(store: Store, other: Store) -> None:
    await having(store, "ann", "bob")
    await shared_team(store, ann="admin", bob="admin")
    left = await asyncio.gather(
        store.teams.leave("t_shared", "u_ann"),
        other.teams.set_role("t_shared", "u_bob", "viewer", manages=False),
    )
    assert sorted(left) == [False, True]


async def test_a_team_that_owns_something_stays(store: Store) -> None:
    await having(store, "ann")
    await shared_team(store, ann="admin")
    run = RunDraft(id="r_1", owner="t_shared", agent_id="a_1", version=1, created_at=1.0)
    await store.runs.create(run)
    assert not await store.teams.delete("t_shared")
    assert await store.teams.delete("t_ann")
    assert not await store.teams.delete("t_ann")
    assert [team.id for team, _ in await store.teams.list_of("u_ann")] == ["t_shared"]


@pytest.mark.parametrize("builtin", [ADMIN, USER, VIEWER])
async def test_roles_are_defined_and_removed(store: Store, builtin: Role) -> None:
    tester = Role("tester", frozenset({"agent.read", "run.start"}))
    await store.teams.put_role(tester)
    assert await store.teams.roles() == [tester]
    await store.teams.put_role(tester._replace(permissions=builtin.permissions))
    assert await store.teams.roles() == [Role("tester", builtin.permissions)]
    await having(store, "ann", role="tester")
    assert not await store.teams.remove_role("tester")
    await store.users.update(person("ann"))
    await having(store, "bob")
    await shared_team(store, ann="admin", bob="tester")
    assert not await store.teams.remove_role("tester")
    assert await store.teams.leave("t_shared", "u_bob")
    assert await store.teams.remove_role("tester")
    assert not await store.teams.remove_role("tester")
