"""Accounts with real server processes: who is let in, what is printed, and a storm at the door."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from luban.client import Client
from tests.server.kit import ServerProcess, environment, refusal, server
from tests.services.kit import CALCULATOR, waiting
from tests.warm import run

EMAIL, PASSWORD = "root@example.com", "tea with the moon"
ADMIN = {"LUBAN_ADMIN_EMAIL": EMAIL, "LUBAN_ADMIN_PASSWORD": PASSWORD}
REQUIRED = {"LUBAN_AUTH": "required"}
V1 = "/api/v1"


def http(running: ServerProcess) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=running.url, timeout=30, trust_env=False)


@asynccontextmanager
async def signed_in(running: ServerProcess) -> AsyncIterator[httpx2.AsyncClient]:
    async with http(running) as browser:
        given = {"email": EMAIL, "password": PASSWORD}
        answer = await browser.post(f"{V1}/auth/sign-in", json=given)
        assert answer.status_code == 200, answer.text
        yield browser


async def key_of(running: ServerProcess) -> str:
    async with signed_in(running) as browser:
        made = await browser.post(f"{V1}/api-keys", json={"name": "test"})
        return made.json()["key"]


def printed(running: ServerProcess, lines: int) -> list[str]:
    out = running.process.stdout
    assert out is not None
    return [out.readline() for _ in range(lines)]


async def test_on_loopback_nobody_is_asked_and_told_how_to_open_it(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        assert "luban up --host 0.0.0.0" in printed(running, 1)[0]
        async with http(running) as browser:
            assert (await browser.get(f"{V1}/me")).json()["local"] is True
            proxied = await browser.get(f"{V1}/me", headers={"x-forwarded-for": "192.0.2.1"})
            assert (proxied.status_code, proxied.json()["code"]) == (403, "through_proxy")


@pytest.mark.parametrize("settings", [REQUIRED, {"LUBAN_HOST": "0.0.0.0"}])
async def test_the_code_for_the_first_administrator_is_printed(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    with server(tmp_path, **settings) as running:
        lines = printed(running, 3 if "LUBAN_HOST" in settings else 2)
        code = re.search(r"\b(?:[A-Z2-7]{5}-){3}[A-Z2-7]{5}\b", lines[-1])
        assert code, lines
        async with http(running) as browser:
            assert (await browser.get(f"{V1}/agents")).status_code == 401
            first = {"email": EMAIL, "password": PASSWORD, "code": code.group()}
            made = await browser.post(f"{V1}/auth/first", json=first)
            assert made.status_code == 201, made.text
            assert (await browser.get(f"{V1}/me")).json()["role"] == "admin"
        stopped = running.stop()
        assert stopped[0] == 0
        assert PASSWORD not in stopped[1] and code.group() not in stopped[1]


async def test_settings_make_the_first_administrator_of_what_was_there_before(
    tmp_path: Path,
) -> None:
    with server(tmp_path) as running:
        async with running.client() as client:
            agent = await client.agents.create(document=CALCULATOR)
    with server(tmp_path, **REQUIRED, **ADMIN) as running:
        async with signed_in(running) as browser:
            assert (await browser.get(f"{V1}/agents/{agent.id}")).status_code == 200
        async with Client(running.url, token=await key_of(running)) as client:
            run = await client.runs.start(agent.id, {"a": 1, "b": 2})
            run = await client.runs.wait(run.id)
            assert run.outputs == {"result": 3}


def test_a_weak_password_in_the_settings_is_told_at_once(tmp_path: Path) -> None:
    weak = {"LUBAN_ADMIN_EMAIL": EMAIL, "LUBAN_ADMIN_PASSWORD": "password123"}
    code, said = refusal(tmp_path, **REQUIRED, **weak)
    assert code == 2
    assert "first that are tried" in said and "password123" not in said


def test_letters_need_to_know_where_links_lead(tmp_path: Path) -> None:
    code, said = refusal(tmp_path, **REQUIRED, LUBAN_SMTP_URL="smtp://u:secret@mail.example")
    assert code == 2
    assert "LUBAN_PUBLIC_URL" in said and "secret" not in said


async def test_a_session_outlives_the_server_and_ends_in_every_process(tmp_path: Path) -> None:
    with server(tmp_path, **REQUIRED, **ADMIN) as running:
        async with signed_in(running) as browser:
            token = browser.cookies["luban_session"]
    with server(tmp_path, **REQUIRED) as running, server(tmp_path, **REQUIRED) as second:
        cookie = {"cookie": f"luban_session={token}"}
        async with http(running) as here, http(second) as there:
            for each in (here, there):
                assert (await each.get(f"{V1}/me", headers=cookie)).status_code == 200
            left = await here.post(f"{V1}/auth/sign-out", headers=cookie)
            assert left.status_code == 204
            assert (await here.get(f"{V1}/me", headers=cookie)).status_code == 401
            async with asyncio.timeout(10):  # the other one asks again after a few seconds
                while (await there.get(f"{V1}/me", headers=cookie)).status_code != 401:
                    pass


async def test_a_login_storm_stalls_nothing_else(tmp_path: Path) -> None:
    """200 wrong passwords at once, while a run goes on and somebody else works."""
    lax = {"LUBAN_RATE_LIMITS": '{"enabled": false}'}
    with server(tmp_path, **REQUIRED, **ADMIN, **lax) as running:
        go = tmp_path / "go"
        async with Client(running.url, token=await key_of(running)) as client:
            agent = await client.agents.create(document=waiting(go))
            run = await client.runs.start(agent.id, {})
            storm = asyncio.create_task(_storm(running))
            await asyncio.sleep(0)
            for _ in range(30):
                await client.people.me()
            go.touch()
            ended = await client.runs.wait(run.id)
            assert ended.status.value == "completed"
            assert not storm.done(), "all this took less time than the storm"
            answers = await storm
        assert set(answers) <= {401, 429} and 401 in answers
        async with signed_in(running) as browser:
            assert browser.cookies


async def _storm(running: ServerProcess) -> list[int]:
    limits = httpx2.Limits(max_connections=200)
    async with httpx2.AsyncClient(
        base_url=running.url, timeout=120, trust_env=False, limits=limits
    ) as stranger:
        answers = await asyncio.gather(
            *(
                stranger.post(
                    f"{V1}/auth/sign-in",
                    json={"email": f"n{n}@example.com", "password": "wrong password"},
                )
                for n in range(200)
            )
        )
    return [each.status_code for each in answers]


def luban(
    folder: Path, *words: str, typed: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """The command line as a user has it."""
    return run(["luban.cli", *words], cwd=folder, env=environment(folder, **more), input=typed)


def test_commands_are_signed_in_to_a_server(tmp_path: Path) -> None:
    with server(tmp_path, **REQUIRED, **ADMIN) as running:
        away = tmp_path / "away"
        away.mkdir()
        at = {"LUBAN_SERVER": running.url}
        refused = luban(away, "user", "list", **at)
        assert refused.returncode == 2 and "Sign in first" in refused.stderr
        wrong = luban(away, "login", "--email", EMAIL, typed="wrong password\n", **at)
        assert wrong.returncode == 2
        done = luban(away, "login", "--email", EMAIL, typed=f"{PASSWORD}\n", **at)
        assert done.returncode == 0, done.stderr
        kept = away / "home" / "client.toml"
        assert kept.stat().st_mode & 0o777 == 0o600
        assert PASSWORD not in kept.read_text() and "luban_" in kept.read_text()
        added = luban(away, "user", "add", "ann@example.com", "--role", "viewer", **at)
        assert added.returncode == 0, added.stderr
        assert f"{running.url}/reset?token=" in added.stdout
        assert luban(away, "user", "role", "ann@example.com", "user", **at).returncode == 0
        assert luban(away, "user", "disable", "ann@example.com", **at).returncode == 0
        listed = luban(away, "user", "list", **at).stdout
        assert "ann@example.com\t\tuser\tdisabled" in listed
        last = luban(away, "user", "disable", EMAIL, **at)
        assert last.returncode == 2 and "last administrator" in last.stderr
        assert luban(away, "user", "delete", "ann@example.com", "--yes", **at).returncode == 0
        made = luban(
            away, "key", "create", "ci", "--scope", "agent.*", typed=f"{PASSWORD}\n",
            **at, LUBAN_EMAIL=EMAIL,
        )  # fmt: skip
        key = made.stdout.strip()
        assert key.startswith("luban_"), made.stderr
        by_key = luban(tmp_path, "agent", "list", **at, LUBAN_TOKEN=key)
        assert by_key.returncode == 0, by_key.stderr
        assert luban(tmp_path, "user", "list", **at, LUBAN_TOKEN=key).returncode == 2
        (row,) = [
            each
            for each in luban(away, "key", "list", **at).stdout.splitlines()
            if "\tci\t" in each
        ]
        assert luban(away, "key", "delete", row.split("\t")[0], **at).returncode == 0
        assert luban(tmp_path, "agent", "list", **at, LUBAN_TOKEN=key).returncode == 2
        assert luban(away, "logout", **at).returncode == 0
        assert luban(away, "user", "list", **at).returncode == 2


def test_without_a_server_commands_are_those_of_whoever_sits_there(tmp_path: Path) -> None:
    added = luban(tmp_path, "user", "add", EMAIL, "--password-stdin", typed=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    assert added.stdout.split("\t")[1:] == [EMAIL, "admin\n"], "the first one is"
    made = luban(tmp_path, "key", "create", "ci", "--user", EMAIL, "--days", "30")
    key = made.stdout.strip()
    assert luban(tmp_path, "key", "list").returncode == 2, "whose?"
    listed = luban(tmp_path, "key", "list", "--user", EMAIL).stdout
    assert key[:12] in listed and key not in listed
    link = luban(tmp_path, "user", "reset", EMAIL, LUBAN_PORT="8999").stdout
    assert link.startswith("http://127.0.0.1:8999/reset?token=")
    with server(tmp_path, **REQUIRED) as running:
        done = luban(tmp_path, "agent", "list", LUBAN_SERVER=running.url, LUBAN_TOKEN=key)
        assert done.returncode == 0, done.stderr
