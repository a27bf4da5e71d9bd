"""For every operation of the API: what belongs to somebody else does not exist."""

from __future__ import annotations

import httpx2
import pytest

from luban.model.access import PUBLIC, SERVER_PERMISSIONS, TEAM_PERMISSIONS
from luban.server.wiring import Home
from tests.api.kit import V1
from tests.api.sent import ENDLESS, OWN_STATUS, REFUSED_AS, SENT, sent
from tests.api.things import NOBODYS, OPERATIONS, Operation, Things

OF_A_TEAM = [each for each in OPERATIONS if each.permission not in SERVER_PERMISSIONS]
"""What concerns the whole server is for whoever may see all of it."""
NAMED = [each for each in OF_A_TEAM if each.named - NOBODYS and "token" not in each.places]
LISTS = [each for each in OF_A_TEAM if each.method == "GET" and each not in NAMED]
TELLING = [each for each in OF_A_TEAM if each.id in SENT and each.permission != PUBLIC]
EVERYTHING = " ".join(TEAM_PERMISSIONS)


def name_of(operation: Operation) -> str:
    return operation.id


@pytest.mark.parametrize("operation", NAMED, ids=name_of)
async def test_nobody_touches_what_is_not_theirs(
    http: httpx2.AsyncClient, home: Home, operation: Operation
) -> None:
    things = await Things.settle(http, home)
    she = (await Things.settle(http, home, "eve")).headers(EVERYTHING)
    address, given = await things.address(operation), await sent(things, operation)
    refused = await http.request(operation.method, address, headers=she, **given)
    assert refused.status_code in REFUSED_AS.get(operation.id, {404}), refused.text
    if things.canary not in address:  # else it is only what was asked for
        assert things.canary not in refused.text
    if operation.id not in ENDLESS:
        mine = await http.request(operation.method, address, headers=things.headers(), **given)
        allowed = mine.status_code < 300 or mine.status_code in OWN_STATUS.get(operation.id, set())
        assert allowed, mine.text


@pytest.mark.parametrize("operation", LISTS, ids=name_of)
async def test_lists_hold_ones_own(
    http: httpx2.AsyncClient, home: Home, operation: Operation
) -> None:
    things = await Things.settle(http, home)
    for place in {place for each in NAMED for place in each.named - NOBODYS}:
        await things.of(place)
    hers = await Things.settle(http, home, "eve")
    answer = await http.get(await hers.address(operation), headers=hers.headers(EVERYTHING))
    assert answer.status_code in {200, *OWN_STATUS.get(operation.id, set())}, answer.text
    shown = [each for each in (*things.made, things.canary) if each in answer.text]
    assert not shown, answer.text


@pytest.mark.parametrize("operation", TELLING, ids=name_of)
async def test_what_is_sent_names_ones_own(
    http: httpx2.AsyncClient, home: Home, operation: Operation
) -> None:
    """Ids stand in bodies and behind the question mark too."""
    things = await Things.settle(http, home)
    given = await sent(things, operation)
    she = await Things.settle(http, home, "eve")
    if not any(each in str(given) for each in (*things.made, things.owner)):
        return
    address = await she.address(operation)
    answer = await http.request(operation.method, address, headers=she.headers(EVERYTHING), **given)
    refused = answer.status_code == 404 or (
        "failed" in answer.json() and answer.json()["done"] == 0
    )
    assert refused, answer.text
    assert things.canary not in answer.text


async def test_she_has_things_of_her_own(http: httpx2.AsyncClient, home: Home) -> None:
    """Lists that are empty for everybody would hide nothing."""
    for name in ("ada", "eve"):
        things = await Things.settle(http, home, name)
        for place in ("agent_id", "run_id", "file_id", "link_id", "question_id"):
            await things.of(place)
        for noun in ("agents", "runs", "files", "approvals", "links"):
            listed = await http.get(f"{V1}/{noun}", headers=things.headers())
            assert listed.json()["total"] > 0, noun
