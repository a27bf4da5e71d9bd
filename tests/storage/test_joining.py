"""Somebody who comes many times at once gets one account, in every kind of storage."""

from __future__ import annotations

import asyncio
from collections import Counter

from luban.ports.clock import SystemClock
from luban.services.accounts.joining import Joining, SignUp
from luban.services.accounts.one_time import OneTimes
from luban.services.accounts.person import Person
from luban.services.accounts.waiting_invitations import WaitingInvitations
from tests.storage.places import Store

CLOCK = SystemClock()


def joining(store: Store, rule: str) -> Joining:
    one_times = OneTimes(store.sessions, CLOCK)
    waiting = WaitingInvitations(one_times, store.teams, CLOCK)
    return Joining(store.users, waiting, CLOCK, sign_up=SignUp.read(rule))


async def test_over_two_processes(store: Store, other: Store) -> None:
    houses = [joining(store, "open"), joining(other, "open")]
    people = [
        Person("https://id.example", "1", "ada@example.com", True),
        Person("token", "2", "bob@example.com", False),
    ]
    coming = [
        houses[number % 2].user_of(person, trusted=True)
        for number in range(12)
        for person in people
    ]
    found = Counter([user.id for user in await asyncio.gather(*coming)])
    assert sorted(found.values()) == [12, 12]
    assert await store.users.count() == 2


async def test_an_invitation_makes_one_account(store: Store, other: Store) -> None:
    one_times = OneTimes(store.sessions, CLOCK)
    data = {"email": "ada@example.com", "role": "viewer", "by": "Root"}
    await one_times.make("invitation", "server", data, 600.0)
    houses = [joining(store, "invited"), joining(other, "invited")]
    person = Person("https://id.example", "1", "ada@example.com", True)
    coming = [houses[number % 2].user_of(person) for number in range(8)]
    came = await asyncio.gather(*coming, return_exceptions=True)
    users = [each for each in came if not isinstance(each, BaseException)]
    assert {user.role for user in users} == {"viewer"} and len({user.id for user in users}) == 1
    assert await one_times.offered("invitation", "server") == []
