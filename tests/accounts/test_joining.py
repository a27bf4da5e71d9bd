"""Who somebody is here whom another house vouches for, and who may not take whose account."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from luban.model.errors import InvalidValue, NotFound
from luban.ports.people import Identity, SecondFactor
from luban.services.accounts.invitations import KIND, SERVER
from luban.services.accounts.joining import (
    Joining,
    LastWayIn,
    LinkedElsewhere,
    LinkFirst,
    NotInvited,
    NoUsableEmail,
    SignUp,
)
from luban.services.accounts.person import Person
from luban.services.accounts.recognition import AccountDisabled
from luban.services.accounts.waiting_invitations import WaitingInvitations
from tests.accounts.people import Town

ADA = Person("https://id.example", "1", "ada@example.com", True, "Ada")


async def invite(town: Town, email: str, role: str = "user", team: str = SERVER) -> str:
    data = {"email": email, "role": role, "by": "Root"}
    token, _ = await town.one_times.make(KIND, team, data, 600.0)
    return token


def joining(town: Town, rule: str = "open") -> Joining:
    waiting = WaitingInvitations(town.one_times, town.database.teams, town.clock)
    return Joining(town.users, waiting, town.clock, sign_up=SignUp.read(rule))


async def test_who_came_before_is_found_whatever_their_email_is_now() -> None:
    town = Town()
    here = joining(town)
    user = await here.user_of(ADA)
    assert (user.email, user.name, user.role, user.password) == (ADA.email, "Ada", "user", None)
    again = await joining(town, "closed").user_of(ADA._replace(email="", verified=False))
    assert again == user


async def test_the_same_subject_of_another_issuer_is_somebody_else() -> None:
    here = joining(Town())
    first = await here.user_of(ADA)
    other = Person("https://other.example", "1", "bob@example.com", True)
    assert (await here.user_of(other)).id != first.id


@pytest.mark.parametrize(
    ("rule", "email", "admitted"),
    [
        ("closed", "ada@example.com", False),
        ("invited", "ada@example.com", True),
        ("invited", "bob@example.com", False),
        ("example.com, example.org", "bob@example.com", True),
        ("example.com", "bob@sub.example.com", False),
        ("example.com", "bob@evil-example.com", False),
        ("example.com", "bob@example.com.evil.org", False),
        ("example.com", '"x@example.com"@evil.org', False),
        ("open", "bob@example.com", True),
    ],
)
async def test_who_may_come_by_themselves(rule: str, email: str, admitted: bool) -> None:
    town = Town()
    here = joining(town, rule)
    await invite(town, "ada@example.com")
    person = ADA._replace(email=email)
    if admitted:
        assert (await here.user_of(person)).email == email
    else:
        with pytest.raises((NotInvited, NoUsableEmail)):
            await here.user_of(person)


@pytest.mark.parametrize("rule", ["", "opened", "example", "a@example.com", "open, closed"])
def test_rules_that_are_none(rule: str) -> None:
    with pytest.raises(InvalidValue):
        SignUp.read(rule)


async def test_an_invitation_is_taken_once_and_by_a_verified_email_only() -> None:
    town = Town()
    here = joining(town, "invited")
    await invite(town, "ada@example.com", "viewer")
    with pytest.raises(NoUsableEmail):
        await here.user_of(ADA._replace(verified=False))
    assert len(await town.one_times.offered(KIND, SERVER)) == 1
    assert (await here.user_of(ADA)).role == "viewer"
    assert await town.one_times.offered(KIND, SERVER) == []
    with pytest.raises(NotInvited):
        await here.user_of(ADA._replace(subject="2", email="eve@example.com"))


async def test_an_unverified_email_is_invited_to_nothing() -> None:
    town = Town()
    await invite(town, "ada@example.com", "admin")
    user = await joining(town).user_of(ADA._replace(verified=False), trusted=True)
    assert user.role == "user"


async def test_an_invitation_into_a_team_is_taken_by_its_link() -> None:
    town = Town()
    bob = await town.settle("bob")
    token = await invite(town, "ada@example.com", "admin", bob.team)
    here = joining(town, "invited")
    for other in ("", "x"):
        with pytest.raises(NotInvited):
            await here.user_of(ADA, invitation=other)
    with pytest.raises(NotInvited):
        await here.user_of(ADA._replace(email="eve@example.com"), invitation=token)
    user = await here.user_of(ADA, invitation=token)
    member = await town.database.teams.membership(bob.team, user.id)
    assert user.role == "user" and member is not None and member.role == "admin"


@pytest.mark.parametrize("email", ["", "no address", "a@b@c", "a\r\nbcc: x@y"])
async def test_without_an_email_there_is_no_account(email: str) -> None:
    with pytest.raises(NoUsableEmail):
        await joining(Town()).user_of(ADA._replace(email=email))


async def test_an_account_with_a_password_is_not_taken_over_by_its_email() -> None:
    town = Town()
    await town.settle("ada", password="$argon2id$…")
    for trusted in (False, True):
        with pytest.raises(LinkFirst):
            await joining(town).user_of(ADA, trusted=trusted)
    assert await town.users.identities("u_ada") == []


async def test_an_account_of_one_provider_is_not_taken_over_by_another() -> None:
    town = Town()
    here = joining(town)
    await here.user_of(ADA)
    with pytest.raises(LinkFirst):
        await here.user_of(Person("https://evil.example", "9", "ada@example.com", True))


async def test_an_account_squatted_by_an_unverified_email_is_not_joined() -> None:
    """Somebody registers a stranger's address elsewhere; the stranger comes with it verified."""
    town = Town()
    here = joining(town)
    squatter = Person("token", "s", "ada@example.com", False)
    await here.user_of(squatter, trusted=True)
    with pytest.raises(LinkFirst):
        await here.user_of(ADA)


async def test_an_account_that_nobody_claimed_is_whose_verified_email_it_is() -> None:
    town = Town()
    await town.settle("ada")
    with pytest.raises(LinkFirst):
        await joining(town).user_of(ADA._replace(verified=False), trusted=True)
    assert (await joining(town, "closed").user_of(ADA)).id == "u_ada"


async def test_a_disabled_account_stays_so() -> None:
    town = Town()
    here = joining(town)
    user = await here.user_of(ADA)
    await town.users.update(user.model_copy(update={"disabled": True}))
    with pytest.raises(AccountDisabled):
        await here.user_of(ADA)
    await town.settle("bob", disabled=True)
    with pytest.raises(AccountDisabled):
        await here.user_of(ADA._replace(subject="3", email="bob@example.com"))


async def test_who_comes_many_times_at_once_is_one_user() -> None:
    town = Town()
    here = joining(town)
    for person in (ADA, Person("token", "7", "bob@example.com", False)):
        coming: list[Any] = [here.user_of(person, trusted=True) for _ in range(20)]
        found = await asyncio.gather(*coming)
        assert len({user.id for user in found}) == 1
        assert len(await town.users.identities(found[0].id)) == 1
    assert await town.users.count() == 2


async def test_what_was_begun_and_not_ended_is_taken_up() -> None:
    town = Town()
    here = joining(town)
    user = await here.user_of(ADA._replace(verified=False), trusted=True)
    assert await town.users.unlink(user.id, ADA.issuer, ADA.subject)  # as if it had broken off
    assert await here.user_of(ADA._replace(verified=False), trusted=True) == user


async def test_a_link_that_was_removed_does_not_come_back_by_itself() -> None:
    town = Town()
    here = joining(town)
    user = await here.user_of(ADA)
    await town.users.update(user.model_copy(update={"password": "$argon2id$…"}))
    await here.unlink(user.id, ADA.issuer, ADA.subject)
    with pytest.raises(LinkFirst):
        await here.user_of(ADA)


async def test_linking_and_unlinking() -> None:
    town = Town()
    here = joining(town)
    ada = await town.settle("ada", password="$argon2id$…")
    bob = await town.settle("bob")
    await here.link(ada.id, ADA)
    await here.link(ada.id, ADA)
    with pytest.raises(LinkedElsewhere):
        await here.link(bob.id, ADA)
    assert (await here.user_of(ADA)).id == ada.id
    with pytest.raises(NotFound):
        await here.unlink(bob.id, ADA.issuer, ADA.subject)
    await here.unlink(ada.id, ADA.issuer, ADA.subject)
    assert await here.identities(ada.id) == []


async def test_the_last_way_in_is_not_removed() -> None:
    town = Town()
    here = joining(town)
    user = await here.user_of(ADA)
    passkey = SecondFactor(
        id="f_1", user=user.id, kind="passkey", secret=b"", confirmed=True, created_at=1.0
    )
    await town.users.add_factor(passkey)
    with pytest.raises(LastWayIn):
        await here.unlink(user.id, ADA.issuer, ADA.subject)
    more = Identity(issuer="https://b.example", subject="2", user=user.id, created_at=1.0)
    await town.users.link(more)
    await here.unlink(user.id, ADA.issuer, ADA.subject)


async def test_only_the_trusted_issuer_gives_ids_and_only_those_that_are_none_of_ours() -> None:
    here = joining(Town())
    uuid = "8a1b0c2d-0000-4000-8000-00000000000a"
    found = await here.user_of(Person("token", uuid, "ada@example.com"), trusted=True)
    assert found.id == uuid
    other = Person("https://id.example", uuid.replace("a1", "b2"), "bob@example.com", True)
    assert (await here.user_of(other)).id.startswith("u_")
    for number, subject in enumerate(("local", "u_ada", uuid.upper(), f"{uuid}\n", "admin")):
        person = Person("token", subject, f"p{number}@example.com")
        assert (await here.user_of(person, trusted=True)).id not in (subject, uuid)
