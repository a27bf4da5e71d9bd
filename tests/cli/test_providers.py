"""Providers by the command line, and an account connected with a browser played by the test."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.kit import Luban
from tests.providers.oauth_wire import CLIENT, SECRET, OAuthServer
from tests.providers.services import all_services
from tests.providers.wire import Service, served

ACME = """\
title = "Acme"
hosts = ["api.acme.example"]

[[kinds]]
kind = "header"
headers = { X-Acme-Key = "{acme_key}" }
"""


def test_listed_and_shown(luban: Luban) -> None:
    listed = luban("provider", "list")
    assert listed.code == 0 and "github\tGitHub\toauth2, api_key" in listed.out
    shown = luban("provider", "show", "github")
    assert "api_key (secret)" in shown.out and "/api/v1/credentials/oauth/callback" in shown.out
    missing = luban("provider", "show", "nobody")
    assert missing.code == 2 and "nobody" in missing.err


def test_one_of_ones_own(luban: Luban) -> None:
    (luban.folder / "acme.toml").write_text(ACME)
    assert luban("provider", "add", "acme.toml").out == "acme\n"
    shown = luban("provider", "show", "acme", "--json").json
    assert shown["own"] and shown["kinds"][0]["fields"][0]["name"] == "acme_key"
    assert luban("provider", "remove", "acme").code == 0
    assert luban("provider", "remove", "acme").code == 2
    (luban.folder / "bad.toml").write_text("title = ")
    assert luban("provider", "add", "bad.toml").code == 2


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.fixture
async def services() -> AsyncIterator[Service]:
    async with served(all_services()) as running:
        yield running


async def agree(address: str) -> httpx2.Response:
    """What a browser does: it follows, keeps cookies, and shows the last page."""
    async with httpx2.AsyncClient(cookies=CookieJar(), follow_redirects=True) as browser:
        return await browser.get(address)


async def test_an_account_is_connected_without_a_server(tmp_path: Path, services: Service) -> None:
    port = free_port()
    callback = f"http://127.0.0.1:{port}/api/v1/credentials/oauth/callback"
    server = OAuthServer(redirects=(callback,))
    server.install(services, "/authorize", "/token")
    folder = tmp_path / "work"
    folder.mkdir()
    luban = Luban(
        tmp_path / "home",
        folder,
        {"LUBAN_ALLOW_HOSTS": "loopback", "LUBAN_PORT": str(port)},
    )
    (folder / "acme.json").write_text(json.dumps(definition(services.base)))
    assert (await asyncio.to_thread(luban, "provider", "add", "acme.json")).code == 0
    await asyncio.to_thread(store_app, luban)
    process = luban.start("credential", "connect", "acme", "--name", "Mine", "--no-browser")
    try:
        assert process.stderr is not None
        told = await asyncio.to_thread(process.stderr.readline)
        page = await agree(told.split()[-1])
        assert "connected=" in str(page.url), (page.url, page.text)
        out, err = await asyncio.to_thread(process.communicate, timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert out.strip().startswith("c_") and out.strip() in str(page.url)
    assert len(server.grants) == 1 and SECRET not in out + err


def definition(base: str) -> dict[str, Any]:
    return {
        "title": "Acme",
        "hosts": ["127.0.0.1"],
        "kinds": [{"kind": "oauth2"}],
        "oauth": {"authorize": f"{base}/authorize", "token": f"{base}/token"},
        "scopes": [{"name": "read", "default": True}],
    }


def store_app(luban: Luban) -> None:
    done = luban("provider", "app", "acme", "--client-id", CLIENT, given=SECRET + "\n")
    assert done.code == 0, done.err
