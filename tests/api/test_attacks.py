"""What people try against such a server, each once, through the front door.

Rates, bounds of requests, headers, CORS and proxies have tests of their own beside this one; other
teams' things are in test_isolation.py and test_fuzz.py, foreign pages in test_origins.py.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from luban.api.envelope import Envelope
from luban.api.rate_limit import account_name
from luban.model.errors import InvalidValue, show
from tests.api.fuzzing import Served, server
from tests.api.kit import HOST, V1, assert_error, make_agent
from tests.services.kit import CALCULATOR

EVIL = "x\r\nset-cookie: stolen=1\r\n\r\n<script>"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with server(tmp_path_factory.mktemp("attacked")) as found:
        yield found


# --- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/docs", f"{V1}/agents", "/health", "/nowhere"])
async def test_no_answer_can_be_put_into_a_frame(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path, headers={"accept": "text/html"})
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_an_uploaded_page_is_never_shown_as_one(http: httpx2.AsyncClient) -> None:
    page = b"<html><script>alert(1)</script></html>"
    for name, kind in (("a.html", "text/html"), ("a.svg", "image/svg+xml"), ("a.png", "text/html")):
        made = await http.post(f"{V1}/files", files={"file": (name, page, kind)})
        content = await http.get(f"{V1}/files/{made.json()['id']}/content")
        assert content.headers["content-disposition"].startswith("attachment")
        assert content.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert content.headers["x-content-type-options"] == "nosniff"


# --- hosts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "localhost@evil.example"},
        {"host": "evil.example#localhost"},
        {"host": "localhost.evil.example:8123"},
        {"host": "127.0.0.1.evil.example"},
    ],
)
async def test_a_foreign_host_is_refused(http: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    assert_error(await http.get(f"{V1}/agents", headers=headers), 421, "unknown_host")


async def test_what_a_proxy_would_say_is_not_believed_of_anybody(http: httpx2.AsyncClient) -> None:
    claims = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-for": "6.6.6.6",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.example;proto=https",
        "x-original-url": "/health",
        "x-rewrite-url": "/health",
        "x-http-method-override": "DELETE",
    }
    answer = await http.get(f"{V1}/agents", headers=claims)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text + str(answer.headers)
    assert "strict-transport-security" not in answer.headers


# --- headers and the log ----------------------------------------------------------------------


async def test_names_do_not_write_headers(http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, {**CALCULATOR, "name": EVIL})
    exported = await http.get(f"{V1}/agents/{agent}/export")
    assert "set-cookie" not in exported.headers
    assert "\r" not in exported.headers["content-disposition"]
    made = await http.post(f"{V1}/files", files={"file": (EVIL, b"x", "text/plain")})
    content = await http.get(f"{V1}/files/{made.json()['id']}/content")
    assert "set-cookie" not in content.headers


async def test_an_id_of_a_request_does_not_write_headers_or_lines(
    http: httpx2.AsyncClient,
) -> None:
    for given in ("a b", "x" * 200, "<script>", "a\tb", "é"):
        answer = await http.get("/health", headers={b"x-request-id": given.encode("latin-1")})
        assert answer.headers["x-request-id"] != given
    kept = await http.get("/health", headers={"x-request-id": "trace-1.2:3"})
    assert kept.headers["x-request-id"] == "trace-1.2:3"


async def test_an_address_does_not_write_lines_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError

    transport = httpx2.ASGITransport(Envelope(broken), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
        await client.get("/a%0A2026-01-01 CRITICAL root all is lost%0D%1b[31m%E2%80%AE")
    for record in caplog.records:
        said = logging.Formatter("%(message)s").formatMessage(record)
        assert "\n" not in record.getMessage() + said
        assert "\x1b" not in record.getMessage()
        assert "\u202e" not in record.getMessage()
    assert caplog.records


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x1b[31mb", "a\u202eb", "a\x00b", "a\u2028b"])
def test_a_value_in_a_sentence_is_one_line(text: str) -> None:
    assert show(text).isprintable()
    error = InvalidValue(name="x", value=text, expected="y", expected_zh="z")
    assert str(error).isprintable()


async def test_errors_do_not_carry_lines_either(http: httpx2.AsyncClient) -> None:
    refused = await http.get(f"{V1}/agents/a%0d%0aset-cookie:%20x")
    body = assert_error(refused, 404, "not_found")
    assert "\n" not in body["message"]
    assert "set-cookie" not in refused.headers


# --- bodies -----------------------------------------------------------------------------------


async def test_nobody_gives_themselves_what_only_the_server_gives(
    http: httpx2.AsyncClient,
) -> None:
    """Mass assignment: fields that are not asked for change nothing."""
    wanted = {
        "id": "a_mine",
        "owner": "she",
        "team": "she",
        "revision": 99,
        "published_version": 7,
        "created_at": "1999-01-01T00:00:00Z",
        "deleted": True,
        "permissions": ["system.manage"],
        "__proto__": {"admin": True},
    }
    made = (await http.post(f"{V1}/agents", json={"name": "One", **wanted})).json()
    assert made["id"] != "a_mine"
    assert (made["revision"], made["published_version"]) == (1, None)
    assert made["created_at"] > "2020"
    changed = await http.patch(f"{V1}/agents/{made['id']}", json={"name": "Two", **wanted})
    assert (changed.json()["id"], changed.json()["revision"]) == (made["id"], 2)
    assert (await http.get(f"{V1}/agents", headers={"x-owner": "she"})).json()["total"] == 0


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\windows\\system32\\config",
        "/etc/shadow",
        "C:\\boot.ini",
        "a/../../b",
        "..",
        ".",
        "%2e%2e%2fpasswd",
        "nul\x00.txt",
        "\u202egnp.exe",
        "x" * 5000,
    ],
)
async def test_a_name_of_a_file_is_a_name(
    http: httpx2.AsyncClient, tmp_path: Path, name: str
) -> None:
    before = set(Path("/etc").iterdir())
    made = await http.post(f"{V1}/files", files={"file": (name, b"x", "text/plain")})
    if made.status_code != 201:
        assert 400 <= made.status_code < 500
        return
    shown = made.json()["name"]
    assert "/" not in shown and "\\" not in shown and "\x00" not in shown
    assert shown not in ("", ".", "..") and len(shown) <= 255
    assert set(Path("/etc").iterdir()) == before
    content = await http.get(f"{V1}/files/{made.json()['id']}/content")
    assert content.content == b"x"


@pytest.mark.parametrize(
    "path",
    [
        "/docs/../../../etc/passwd",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "/docs/..%2f..%2fcore.py",
        "/static/../luban.db",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        f"{V1}/files/..%2f..%2fetc%2fpasswd/content",
        f"{V1}/blocks/..%2f..%2fsecret",
        f"{V1}/templates/..%2f..%2fpyproject.toml",
    ],
)
def test_an_address_leads_to_no_file(attacked: Served, path: str) -> None:
    host, _, port = attacked.url.removeprefix("http://").partition(":")
    answer = raw(
        host, int(port), f"GET {path} HTTP/1.1\r\nHost: localhost\r\nx-caller: she\r\n\r\n"
    )
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), answer[:80]
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "body",
    [
        {"name": "'; DROP TABLE agents; --"},
        {"name": 'Robert") OR 1=1 --'},
        {"name": "SELECT your update set of script>s"},
    ],
)
async def test_honest_and_other_quotes_are_text(
    http: httpx2.AsyncClient, body: dict[str, Any]
) -> None:
    """Statements have parameters: nothing that looks like one is refused or understood."""
    made = await http.post(f"{V1}/agents", json=body)
    assert made.json()["name"] == body["name"]
    found = await http.get(f"{V1}/agents", params={"search": body["name"]})
    assert found.json()["total"] == 1
    none = await http.get(f"{V1}/agents", params={"search": "' OR '1'='1"})
    assert none.json()["total"] == 0


async def test_a_text_is_no_template_and_no_code(http: httpx2.AsyncClient) -> None:
    name = "{{ 7 * 7 }} ${7*7} #{7*7} {{ ''.__class__.__mro__ }} __import__('os')"
    made = await http.post(f"{V1}/agents", json={"name": name})
    assert made.json()["name"] == name


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/xml"])
async def test_a_form_of_another_site_is_not_read_as_json(
    http: httpx2.AsyncClient, kind: str
) -> None:
    sent = await http.post(f"{V1}/agents", content=b'{"name": "x"}', headers={"content-type": kind})
    assert sent.status_code == 422
    assert (await http.get(f"{V1}/agents")).json()["total"] == 0


def test_unicode_does_not_make_a_second_account() -> None:
    written = ["ann@example.org", "ＡＮＮ@example.org", " Ann@EXAMPLE.org\t", "ann@ｅxample.org"]
    assert {account_name(each) for each in written} == {"ann@example.org"}


# --- the wire ---------------------------------------------------------------------------------


def raw(host: str, port: int, text: str | bytes, *, wait: float = 5) -> bytes:
    """What comes back for exactly these bytes, until silence or the end."""
    with socket.create_connection((host, port), timeout=wait) as connection:
        connection.sendall(text.encode("latin-1") if isinstance(text, str) else text)
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
                if b"\r\n\r\n" in found and b"content-length: 0" in found.lower():
                    break
                connection.settimeout(0.3)
        except TimeoutError:
            pass
        return found


@pytest.mark.parametrize(
    "text",
    [
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        (
            "POST /api/v1/agents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n"
        ),
        "POST /api/v1/agents HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        (
            "POST /api/v1/agents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
            "Content-Length: 2\r\n\r\n{}"
        ),
        "GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: 1\n\tX-B: 2\r\n\r\n",
        "GET /health\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GARBAGE\r\n\r\n",
    ],
)
def test_ambiguous_requests_are_answered_once_and_as_refusals(attacked: Served, text: str) -> None:
    host, _, port = attacked.url.removeprefix("http://").partition(":")
    answer = raw(host, int(port), text)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b"HTTP/1.1 5" not in answer
    assert b"HTTP/1.1 2" not in answer, answer[:200]


def test_half_a_request_holds_up_nobody_else(attacked: Served) -> None:
    host, _, port = attacked.url.removeprefix("http://").partition(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(50)]
    try:
        for each in slow:
            each.sendall(b"POST /api/v1/agents HTTP/1.1\r\nHost: localhost\r\nContent-Le")
        began = time.monotonic()
        answer = httpx2.get(f"{attacked.url}/health/live", headers={"host": "localhost"})
        assert answer.status_code == 200
        assert time.monotonic() - began < 5
    finally:
        for each in slow:
            each.close()
