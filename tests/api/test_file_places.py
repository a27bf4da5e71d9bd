"""Paths, versions, room and links of files over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from luban.model.errors import NotFound
from luban.services.file_links import FileLinks
from luban.storage.files import StoredFiles
from luban.storage.memory import MemoryBytes, MemoryDatabase
from luban.vault.key_ring import KeyRing, new_key
from luban.vault.sealing import EnvelopeSealing
from tests.api.kit import V1, assert_error

Tree = dict[str, Any]


async def put(http: httpx2.AsyncClient, path: str, content: bytes = b"x") -> Tree:
    given = {"files": {"file": ("given.txt", content)}, "params": {"path": path}}
    answer = await http.post(f"{V1}/files", **given)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_path_keeps_versions_and_gives_them_back(http: httpx2.AsyncClient) -> None:
    old, new = [await put(http, "notes/a.txt", content) for content in (b"old", b"new")]
    assert (new["path"], new["workspace"], new["version"]) == ("notes/a.txt", "user", 2)
    listed = (await http.get(f"{V1}/files", params={"folder": "notes"})).json()
    assert [each["id"] for each in listed["items"]] == [new["id"]]
    versions = (await http.get(f"{V1}/files/{new['id']}/versions")).json()["items"]
    assert [each["version"] for each in versions] == [2, 1]
    back = (await http.post(f"{V1}/files/{old['id']}/restore")).json()
    assert (back["version"], back["newest"]) == (3, True)
    assert (await http.get(f"{V1}/files/{back['id']}/content")).content == b"old"
    moved = await http.patch(f"{V1}/files/{back['id']}", json={"path": "b.txt"})
    assert (moved.json()["name"], moved.json()["path"]) == ("b.txt", "b.txt")
    assert (await http.get(f"{V1}/files/usage")).json() == {
        "bytes": 6,
        "files": 2,
        "quota": 10 << 30,
        "own_quota": False,
    }


@pytest.mark.parametrize("path", ["../a", "/etc/passwd", "a\r\nb", "nul", "a\u202eb"])
async def test_a_path_leads_nowhere_else(http: httpx2.AsyncClient, path: str) -> None:
    given = {"files": {"file": ("a.txt", b"x")}, "params": {"path": path}}
    assert_error(await http.post(f"{V1}/files", **given), 422, "bad_file_path")
    file = await put(http, "a.txt")
    moved = await http.patch(f"{V1}/files/{file['id']}", json={"path": path})
    assert_error(moved, 422, "bad_file_path")


async def test_a_quota_is_set_by_who_manages_the_server(http: httpx2.AsyncClient) -> None:
    refused = await http.put(
        f"{V1}/files/quota", json={"quota": 5}, headers={"x-may": "file.write"}
    )
    assert_error(refused, 403, "not_permitted")
    assert (await http.put(f"{V1}/files/quota", json={"quota": 5})).json()["quota"] == 5
    await put(http, "a.txt", b"12345")
    full = await http.post(f"{V1}/files", files={"file": ("b.txt", b"x")})
    body = assert_error(full, 413, "file_quota_reached")
    assert "5 of 5 bytes" in body["message"]
    assert (await http.put(f"{V1}/files/quota", json={"quota": None})).json()["quota"] == 10 << 30


def place_of(link: Tree) -> str:
    return urlsplit(link["url"]).path


async def test_a_link_is_for_one_file_and_a_while(http: httpx2.AsyncClient) -> None:
    file = await put(http, "鲁班.html", b"<script>")
    link = (await http.post(f"{V1}/files/{file['id']}/link", json={"seconds": 60})).json()
    nobody = {"x-owner": ""}
    given = await http.get(place_of(link), headers=nobody)
    assert given.content == b"<script>"
    assert given.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in given.headers["content-security-policy"]
    assert given.headers["cache-control"] == "no-store"
    assert (await http.get(f"{V1}/files/{file['id']}", headers=nobody)).status_code == 401
    await http.delete(f"{V1}/files/{file['id']}")
    assert_error(await http.get(place_of(link), headers=nobody), 404, "not_found")


async def test_links_cannot_be_made_longer_changed_or_made_for_others(
    http: httpx2.AsyncClient,
) -> None:
    file, other = await put(http, "a.txt", b"mine"), await put(http, "b.txt", b"other")
    link = (await http.post(f"{V1}/files/{file['id']}/link")).json()
    head, token, name = place_of(link).rsplit("/", 2)
    for changed in (token[:-2] + "AA", token[2:], token[:40] + "A" + token[41:], "x", "%00"):
        assert_error(await http.get(f"{head}/{changed}/{name}"), 404, "not_found")
    for seconds in (0, -1, 8 * 86_400):
        refused = await http.post(f"{V1}/files/{file['id']}/link", json={"seconds": seconds})
        assert refused.status_code == 422
    she = {"x-owner": "eve"}
    refused = await http.post(f"{V1}/files/{other['id']}/link", headers=she)
    assert_error(refused, 404, "not_found")
    limited = {"x-may": "file.read"}
    refused = await http.post(f"{V1}/files/{file['id']}/link", headers=limited)
    assert_error(refused, 403, "not_permitted")


class Clock:
    at = 1000.0

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


async def content() -> AsyncIterator[bytes]:
    yield b"x"


async def test_a_link_ends_and_opens_with_the_keys_of_its_server_only() -> None:
    store, clock = StoredFiles(MemoryBytes(), MemoryDatabase()), Clock()
    links, others = (
        FileLinks(store, EnvelopeSealing(KeyRing.of(new_key())), clock, "https://x.example/", "")
        for _ in range(2)
    )
    file = await store.put("ada", "a.txt", None, content())
    link = await links.make(file, 60)
    token = link.url.split("/")[-2]
    assert link.url.startswith("https://x.example/api/v1/files/linked/")
    assert link.expires_at == 1060.0
    found, _ = await links.open(token)
    assert found == file
    with pytest.raises(NotFound):
        await others.open(token)
    clock.at = 1060.0
    with pytest.raises(NotFound):
        await links.open(token)
