"""What did not change is not sent again, and nobody overwrites what they have not read."""

from __future__ import annotations

import httpx2
import pytest

from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR


@pytest.mark.parametrize("path", ["/agents", "/runs", "/files", "/blocks", "/me", "/caps"])
async def test_every_read_has_a_tag(http: httpx2.AsyncClient, path: str) -> None:
    first = await http.get(V1 + path)
    again = await http.get(V1 + path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    weak = await http.get(V1 + path, headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
    assert weak.status_code == 304
    other = await http.get(V1 + path, headers={"if-none-match": '"other"'})
    assert other.json() == first.json()


async def test_a_list_that_changed_is_sent(http: httpx2.AsyncClient) -> None:
    before = (await http.get(f"{V1}/agents")).headers["etag"]
    await make_agent(http, CALCULATOR)
    assert (await http.get(f"{V1}/agents", headers={"if-none-match": before})).status_code == 200


async def test_refusals_have_no_tag(http: httpx2.AsyncClient) -> None:
    assert "etag" not in (await http.get(f"{V1}/agents/a_none")).headers


async def test_an_edit_is_made_to_what_was_read(http: httpx2.AsyncClient) -> None:
    read = (await http.get(f"{V1}/caps")).headers["etag"]
    first = await http.put(f"{V1}/caps", json={"running": 3}, headers={"if-match": read})
    assert first.status_code == 200
    second = await http.put(f"{V1}/caps", json={"running": 9}, headers={"if-match": read})
    assert_error(second, 409, "conflict")
    assert (await http.get(f"{V1}/caps")).json()["running"] == 3
    anyway = await http.put(f"{V1}/caps", json={"running": 9}, headers={"if-match": "*"})
    assert anyway.status_code == 200


async def test_a_tag_of_a_read_is_good_for_the_change(http: httpx2.AsyncClient) -> None:
    address = f"{V1}/agents/{await make_agent(http, CALCULATOR)}"
    read = (await http.get(address)).headers["etag"]
    assert (await http.patch(address, json={"name": "B"}, headers={"if-match": read})).is_success
    late = await http.patch(address, json={"name": "C"}, headers={"if-match": read})
    assert_error(late, 409, "conflict")
    assert_error(await http.delete(address, headers={"if-match": read}), 409, "conflict")
    assert_error(await http.delete(address, headers={"if-match": '"1"'}), 409, "conflict")
    assert (await http.delete(address, headers={"if-match": '"2"'})).status_code == 204


async def test_whose_thing_it_is_not_learns_nothing_of_its_tag(http: httpx2.AsyncClient) -> None:
    address = f"{V1}/agents/{await make_agent(http, CALCULATOR)}"
    hers = {"x-owner": "she", "if-match": '"h0000000000000000"'}
    assert_error(await http.delete(address, headers=hers), 404, "not_found")
