"""Every operation needs exactly one permission, and refuses whoever has all others."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute, iter_route_contexts

from luban.api.app import routes
from luban.api.caller import permissions_of
from luban.api.dialects import socket
from luban.api.mcp import serving
from luban.api.routes import events
from luban.model.access import PERMISSIONS, PUBLIC, SELF
from luban.server.wiring import Home
from tests.api.kit import V1, application, assert_error, http_client
from tests.api.sent import ALSO_NEEDS, ENDLESS, OWN_STATUS, REFUSED_AS, SENT, sent
from tests.api.things import ADDRESSES, NOBODYS, OF_PATH, OPERATIONS, Operation, Things, Tree

PLAIN = {
    V1 + events.PATH: events.PERMISSION,
    socket.PATH: socket.PERMISSION,
    "/docs": PUBLIC,
    "/docs/{name}": PUBLIC,
    f"{V1}/openapi.json": PUBLIC,
    "/mcp": serving.READ,  # and what is started there needs more: tests/mcp/test_door.py
}
"""Routes that are none of FastAPI's, and so check what they need themselves."""


ONE_LOOP = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    """One application for all who are refused: they change nothing."""
    folder = tmp_path_factory.mktemp("empty")
    async with (
        application(folder, rate_limits={"enabled": False}) as (_, app),
        http_client(app) as client,
    ):
        yield client


def name_of(operation: Operation) -> str:
    return operation.id


def test_every_route_declares_exactly_one_permission() -> None:
    wrong: dict[str, list[str]] = {}
    for route in iter_route_contexts(routes("1").routes):
        if isinstance(route.original_route, APIRoute):
            declared = permissions_of(route)
        else:
            assert route.path in PLAIN, f"say in PLAIN what {route.path} needs, and try it"
            declared = [PLAIN[route.path]]
        if len(declared) != 1 or declared[0] not in {*PERMISSIONS, PUBLIC, SELF}:
            wrong[f"{route.methods} {route.path}"] = declared
    assert not wrong


def test_the_description_says_it() -> None:
    silent = [each.id for each in OPERATIONS if each.permission not in {*PERMISSIONS, PUBLIC, SELF}]
    assert not silent


def test_there_is_an_example_of_everything() -> None:
    places = {place for each in OPERATIONS for place in each.named}
    assert places <= set(OF_PATH), "say in tests/api/things.py how to make one"
    assert places >= NOBODYS, "these stand in no address any more"
    ids = {each.id for each in OPERATIONS}
    bodies = {each.id for each in OPERATIONS if each.takes_body}
    assert bodies <= set(SENT), "say in tests/api/sent.py what they are sent"
    named = {*SENT, *ADDRESSES, *ALSO_NEEDS, *OWN_STATUS, *REFUSED_AS, *ENDLESS}
    assert named <= ids, "there are no such operations any more"


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if not each.is_open], ids=name_of
)
@ONE_LOOP
async def test_all_other_permissions_do_not_open_it(
    empty: httpx2.AsyncClient, operation: Operation
) -> None:
    others = " ".join(set(PERMISSIONS) - {operation.permission})
    path = operation.path.replace("{version}", "1")
    refused = await empty.request(
        operation.method, path, headers={"x-may": others}, **_empty(operation)
    )
    error = _error(refused)
    assert (refused.status_code, error["code"]) == (403, "not_permitted"), refused.text
    assert operation.permission in error["message"]


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.permission != PUBLIC], ids=name_of
)
@ONE_LOOP
async def test_nobody_is_told_to_sign_in(empty: httpx2.AsyncClient, operation: Operation) -> None:
    path = operation.path.replace("{version}", "1")
    refused = await empty.request(
        operation.method, path, headers={"x-owner": ""}, **_empty(operation)
    )
    assert (refused.status_code, _error(refused)["code"]) == (401, "sign_in_needed"), refused.text


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.id not in ENDLESS], ids=name_of
)
async def test_the_one_permission_opens_it(
    http: httpx2.AsyncClient, home: Home, operation: Operation
) -> None:
    things = await Things.settle(http, home)
    address, given = await things.address(operation), await sent(things, operation)
    may = f"{operation.permission} {ALSO_NEEDS.get(operation.id, '')}"
    headers = {"x-owner": ""} if operation.permission == PUBLIC else things.headers(may)
    answer = await http.request(operation.method, address, headers=headers, **given)
    if answer.status_code >= 300:
        assert answer.status_code in OWN_STATUS.get(operation.id, set()), answer.text


async def test_what_is_plain_checks_for_itself(http: httpx2.AsyncClient) -> None:
    """The generated cases try what the description tells; this one is told by hand."""
    assert {each.path for each in OPERATIONS} >= {V1 + events.PATH}
    refused = await http.get(V1 + events.PATH, headers={"x-may": "run.start"})
    assert_error(refused, 403, "not_permitted")


def _error(refused: httpx2.Response) -> Tree:
    """What was told; one dialect wraps it."""
    body = refused.json()
    return body.get("error", body)


def _empty(operation: Operation) -> Tree:
    return {"json": {}} if operation.method in ("POST", "PUT", "PATCH") else {}
