"""`/files` over HTTP: streamed in, given back without becoming a page of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.api.kit import V1, application, assert_error, http_client


async def upload(
    http: httpx2.AsyncClient, name: str, content: bytes, type: str = "text/plain"
) -> httpx2.Response:
    return await http.post(f"{V1}/files", files={"file": (name, content, type)})


async def test_a_file_goes_in_and_comes_out(http: httpx2.AsyncClient) -> None:
    content = bytes(range(256)) * 10_000
    stored = await upload(http, "Ünïcode 文件.bin", content, "application/octet-stream")
    assert stored.status_code == 201
    file = stored.json()
    assert (file["name"], file["size"]) == ("Ünïcode 文件.bin", len(content))
    assert file["ref"] == {
        "$file": file["id"],
        "name": file["name"],
        "type": file["type"],
        "size": file["size"],
    }
    assert (await http.get(f"{V1}/files/{file['id']}")).json() == file
    assert (await http.get(f"{V1}/files")).json()["items"] == [file]
    given = await http.get(f"{V1}/files/{file['id']}/content")
    assert given.content == content
    assert "sandbox" in given.headers["content-security-policy"]
    assert (await http.delete(f"{V1}/files/{file['id']}")).status_code == 204
    assert_error(await http.get(f"{V1}/files/{file['id']}/content"), 404, "not_found")


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "x.xml", "script.js"])
async def test_what_could_carry_a_script_is_only_downloaded(
    http: httpx2.AsyncClient, name: str
) -> None:
    file = (await upload(http, name, b"<script>alert(1)</script>", "text/html")).json()
    given = await http.get(f"{V1}/files/{file['id']}/content")
    assert given.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in given.headers["content-security-policy"]


async def test_plain_text_may_be_looked_at(http: httpx2.AsyncClient) -> None:
    file = (await upload(http, "a.txt", b"hello\n")).json()
    address = f"{V1}/files/{file['id']}/content"
    assert (await http.get(address)).headers["content-disposition"].startswith("inline")
    saved = await http.get(f"{address}?download=true")
    assert saved.headers["content-disposition"].startswith("attachment")


FORM = "multipart/form-data; boundary=x"
FIELD = b"--x\r\nContent-Disposition: form-data; "


@pytest.mark.parametrize(
    ("content", "type"),
    [
        (b"hello", "text/plain"),
        (b"hello", "multipart/form-data"),
        (b"hello", FORM),
        (b"--x\r\n\r\n", FORM),
        (FIELD + b'name="other"\r\n\r\nv\r\n--x--\r\n', FORM),
        (FIELD + b'name="file"; filename="a"\r\n\r\nhalf', FORM),
        (b"--x\r\nA: " + b"b" * 20_000, FORM),
    ],
)
async def test_a_broken_upload_leaves_nothing(
    http: httpx2.AsyncClient, content: bytes, type: str
) -> None:
    refused = await http.post(f"{V1}/files", content=content, headers={"content-type": type})
    assert_error(refused, 422, "invalid_upload")
    assert (await http.get(f"{V1}/files")).json()["total"] == 0


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 1024


async def test_too_large_bodies_are_refused(tmp_path: Path) -> None:
    async with (
        application(tmp_path, upload_limit=200_000, json_limit=50_000) as (_, app),
        http_client(app) as http,
    ):
        body = assert_error(await upload(http, "a", b"x" * 300_000), 413, "payload_too_large")
        assert "LUBAN_UPLOAD_LIMIT" in body["message"]
        within_the_form = await upload(http, "a", b"x" * 220_000)
        assert_error(within_the_form, 413, "file_too_large")
        json = {"content-type": "application/json"}
        announced = await http.post(f"{V1}/agents", content=b"x" * 60_000, headers=json)
        assert_error(announced, 413, "payload_too_large")
        streamed = await http.post(f"{V1}/agents", content=pieces(100), headers=json)
        assert_error(streamed, 413, "payload_too_large")
        form = {"content-type": "multipart/form-data; boundary=x"}
        long = await http.post(f"{V1}/files", content=pieces(400), headers=form)
        assert long.status_code in (413, 422)
        assert (await http.get(f"{V1}/files")).json()["total"] == 0
        assert (await upload(http, "a", b"x" * 199_000)).status_code == 201
