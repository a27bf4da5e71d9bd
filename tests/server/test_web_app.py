"""How the web app is served: kept for ever, or asked for again, in the visitor's look."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from luban.api.app import create_app
from luban.server.web_app import WebApp
from tests.api.kit import HOST, V1, assert_error
from tests.services.kit import memory_home

INDEX = """<!doctype html>
<html lang="zh-CN" data-theme="system">
  <head>
    <base href="/" />
    <script type="module" src="./assets/index-abc.js"></script>
  </head>
  <body></body>
</html>
"""
HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / ".stamp").write_text("secret")
    (folder / "assets" / "index-abc.js").write_text("let a = 1")
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(b"let a = 1"))
    return folder


@pytest.fixture
async def http(built: Path, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with memory_home(tmp_path) as home:
        app = create_app(home.house, web=WebApp(built))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HOST) as client:
            yield client


@pytest.mark.parametrize("path", ["/", "/agents/a_1", "/runs", "/index.html"])
async def test_every_page_of_the_app_is_its_index(http: httpx2.AsyncClient, path: str) -> None:
    page = await http.get(path, headers=HTML)
    assert page.status_code == 200
    assert "<body>" in page.text
    assert page.headers["cache-control"].startswith("no-store")


async def test_each_answer_has_a_nonce_of_its_own(http: httpx2.AsyncClient) -> None:
    pages = [await http.get("/", headers=HTML) for _ in range(2)]
    nonces = [re.search(r'nonce="([^"]+)"', page.text) for page in pages]
    for page, nonce in zip(pages, nonces, strict=True):
        assert nonce
        policy = page.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{nonce[1]}'" in policy
        assert "script-src 'self';" in policy
        assert "object-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
    assert nonces[0] and nonces[1] and nonces[0][1] != nonces[1][1]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, '<html lang="en" data-theme="system" data-density="normal">'),
        ({"accept-language": "zh-CN,zh;q=0.9"}, 'lang="zh-CN"'),
        ({"cookie": "luban_lang=zh-CN; luban_theme=dark"}, 'lang="zh-CN" data-theme="dark"'),
        ({"cookie": "luban_lang=en", "accept-language": "zh"}, 'lang="en"'),
        ({"cookie": 'luban_theme="><script>'}, 'data-theme="system"'),
    ],
)
async def test_the_first_paint_is_in_the_visitors_look(
    http: httpx2.AsyncClient, headers: dict[str, str], expected: str
) -> None:
    page = await http.get("/", headers=HTML | headers)
    assert expected in page.text


async def test_assets_are_kept_for_ever_and_packed(http: httpx2.AsyncClient) -> None:
    packed = await http.get("/assets/index-abc.js", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == "let a = 1"
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["content-type"].startswith("text/javascript")
    plain = await http.get("/assets/index-abc.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"]
    icon = await http.get("/favicon.svg")
    assert "immutable" not in icon.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone-123.js",
        "/.stamp",
        "/..%2f..%2fetc/passwd",
        f"{V1}/nothing",
        "/api",
        "/health/x",
    ],
)
async def test_what_is_missing_is_missing(http: httpx2.AsyncClient, path: str) -> None:
    headers = HTML if path.startswith(("/assets", "/api", "/health")) else {}
    assert_error(await http.get(path, headers=headers), 404, "not_found")


async def test_pages_are_for_looking_at(http: httpx2.AsyncClient) -> None:
    assert_error(await http.post("/runs", headers=HTML), 405, "method_not_allowed")
    assert_error(await http.get("/runs"), 404, "not_found")
    assert (await http.head("/", headers=HTML)).status_code == 200


async def test_a_missing_build_is_said_in_both_languages(tmp_path: Path) -> None:
    async with memory_home(tmp_path) as home:
        app = create_app(home.house, web=WebApp(tmp_path / "none"))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HOST) as http:
            page = await http.get("/", headers=HTML)
            assert page.status_code == 503
            assert "not built" in page.text
            assert "尚未构建" in page.text
            assert (await http.get("/health")).status_code == 200
