"""Secrets in vaults of others, each over a local server of its wire: found, refused, away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from luban.model.errors import InvalidValue, LubanError
from luban.net import AllowList, GuardedHttp
from luban.ports.vault import SecretNotFound, SecretRefused, SecretUnreachable
from luban.sdk.http import Http, HttpResponse, HttpStream
from luban.vault.external import KEPT, ExternalSecrets, read_rows
from tests.vault import vault_servers as wires
from tests.vault.vault_servers import SECRETS, TOKEN, VaultServer, serving

Row = dict[str, Any]
ROWS: dict[str, tuple[Callable[..., Any], Callable[[str], Row], Row]] = {
    "hashicorp": (
        wires.hashicorp,
        lambda url: {"url": url, "token": TOKEN},
        {"token": "wrong"},
    ),
    "aws": (
        wires.aws,
        lambda url: {
            "url": url,
            "region": "eu-west-1",
            "access_key": "AKID",
            "secret_key": "wJalrX",
        },
        {"secret_key": "wrong"},
    ),
    "gcp": (wires.gcp, lambda url: {"url": url, "project": "p", "key": wires.gcp_key(url)}, {}),
    "azure": (
        wires.azure,
        lambda url: {
            "url": url,
            "login_url": url,
            "tenant": "tenant",
            "client_id": "c",
            "client_secret": "cs",
        },
        {"client_secret": "wrong"},
    ),
    "1password": (
        wires.onepassword,
        lambda url: {"url": url, "token": TOKEN},
        {"token": "wrong"},
    ),
}
KINDS = sorted(ROWS)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def vault(kind: str) -> Iterator[VaultServer]:
    with serving(ROWS[kind][0]) as state:
        yield state


@pytest.fixture
async def http(vault: VaultServer) -> AsyncIterator[GuardedHttp]:
    host = vault.url.removeprefix("http://")
    made = GuardedHttp(AllowList.parse([host]))
    yield made
    await made.aclose()


class Hasty:
    """The HTTP of the program, for tests that do not want to wait as long."""

    def __init__(self, http: GuardedHttp) -> None:
        self._http = http

    async def request(self, method: str, url: str, **options: Any) -> HttpResponse:
        return await self._http.request(method, url, **{**options, "timeout": 0.3})

    def stream(
        self, method: str, url: str, **options: Any
    ) -> AbstractAsyncContextManager[HttpStream]:
        return self._http.stream(method, url, **{**options, "timeout": 0.3})


def opened(
    kind: str,
    url: str,
    http: Http,
    home: Path,
    now: Callable[[], float] = time.monotonic,
    **more: Any,
) -> ExternalSecrets:
    row = {"name": "mine", "kind": kind, **ROWS[kind][1](url), **more}
    rows = read_rows([row], {})
    return ExternalSecrets.of_settings(rows, environment={}, home=home, http=http, monotonic=now)


async def test_a_secret_is_read(
    kind: str, vault: VaultServer, http: GuardedHttp, tmp_path: Path
) -> None:
    secrets = opened(kind, vault.url, http, tmp_path)
    assert await secrets.read("team", "mine:team/openai") == SECRETS["team/openai"]
    assert await secrets.read("team", "mine:team/openai#api_key") == {"": "sk-1"}
    assert await secrets.read("team", "mine:team/openai#none") == {}


async def test_it_is_asked_for_once_a_minute(
    kind: str, vault: VaultServer, http: GuardedHttp, tmp_path: Path
) -> None:
    now = [0.0]
    secrets = opened(kind, vault.url, http, tmp_path, lambda: now[0])
    await secrets.read("team", "mine:team/openai")
    count = len(vault.asked)
    await secrets.read("team", "mine:team/openai#org")
    assert len(vault.asked) == count
    now[0] = KEPT + 1
    await secrets.read("team", "mine:team/openai")
    assert len(vault.asked) > count


async def test_one_that_is_not_there_is_named(
    kind: str, vault: VaultServer, http: GuardedHttp, tmp_path: Path
) -> None:
    with pytest.raises(SecretNotFound, match="mine:team/none"):
        await opened(kind, vault.url, http, tmp_path).read("team", "mine:team/none")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("401", SecretRefused),
        ("403", SecretRefused),
        ("404", SecretNotFound),
        ("429", SecretUnreachable),
        ("500", SecretUnreachable),
        ("503", SecretUnreachable),
        ("302", SecretUnreachable),
        ("not json", SecretUnreachable),
        ("no object", LubanError),
        ("empty", SecretUnreachable),
        ("silent", SecretUnreachable),
    ],
)
async def test_trouble_is_told_without_what_was_answered(
    kind: str,
    vault: VaultServer,
    http: GuardedHttp,
    tmp_path: Path,
    trouble: str,
    error: type[LubanError],
) -> None:
    vault.trouble = trouble
    with pytest.raises(error) as caught:
        await opened(kind, vault.url, Hasty(http), tmp_path).read("team", "mine:team/openai")
    assert "mine:team/openai" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert "secret words" not in str(caught.value)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if ROWS[kind][2]], indirect=True)
async def test_a_wrong_proof_is_refused(
    kind: str, vault: VaultServer, http: GuardedHttp, tmp_path: Path
) -> None:
    secrets = opened(kind, vault.url, http, tmp_path, **ROWS[kind][2])
    with pytest.raises(SecretRefused):
        await secrets.read("team", "mine:team/openai")


async def test_a_vault_that_is_away_may_be_asked_again(tmp_path: Path) -> None:
    http = GuardedHttp(AllowList.parse(["127.0.0.1:1"]))
    secrets = opened("hashicorp", "http://127.0.0.1:1", http, tmp_path)
    with pytest.raises(SecretUnreachable) as away:
        await secrets.read("team", "mine:team/openai")
    assert away.value.retryable
    await http.aclose()


async def test_what_was_deleted_or_is_no_text(tmp_path: Path) -> None:
    with serving(wires.hashicorp) as state:
        http = GuardedHttp(AllowList.parse([state.url.removeprefix("http://")]))
        with pytest.raises(SecretNotFound):
            await opened("hashicorp", state.url, http, tmp_path).read("t", "mine:deleted")
        await http.aclose()
    with serving(wires.aws) as state:
        http = GuardedHttp(AllowList.parse([state.url.removeprefix("http://")]))
        found = await opened("aws", state.url, http, tmp_path).read("t", "mine:binary")
        assert found == {"": "in bytes"}
        await http.aclose()


# -- what is built in ---------------------------------------------------------------------------


def built_in(home: Path, **environment: str) -> ExternalSecrets:
    return ExternalSecrets.of_settings([], environment=environment, home=home, http=GuardedHttp())


async def test_the_environment_gives_only_what_is_set_apart(tmp_path: Path) -> None:
    secrets = built_in(tmp_path, LUBAN_SECRET_A="sk-1", DATABASE_URL="postgres://u:p@h")
    assert await secrets.read("team", "env:A") == {"": "sk-1"}
    assert await secrets.read("team", "env:LUBAN_SECRET_A") == {"": "sk-1"}
    for other in ("DATABASE_URL", "B"):
        with pytest.raises(SecretNotFound):
            await secrets.read("team", f"env:{other}")


async def test_files_give_only_what_lies_in_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "secrets" / "team"
    folder.mkdir(parents=True)
    (folder / "one").write_text("sk-1\n")
    (folder / "more").write_text('{"user": "me", "password": "pw"}')
    (folder / "account").write_text('{"type": "service_account", "private_key": "pk"}')
    (tmp_path / "outside").write_text("no")
    (folder / "link").symlink_to(tmp_path / "outside")
    secrets = built_in(tmp_path)
    assert await secrets.read("team", "file:team/one") == {"": "sk-1"}
    assert await secrets.read("team", "file:team/more") == {"user": "me", "password": "pw"}
    assert set(await secrets.read("team", "file:team/account")) == {""}
    for other in ("team/none", "team/link", "team"):
        with pytest.raises(SecretNotFound):
            await secrets.read("team", f"file:{other}")


@pytest.mark.parametrize(
    "address",
    ["file:../keys/ring", "file:team/../../keys/ring", "file:/etc/passwd", "file:", "file:a//b"],
)
async def test_no_path_leads_elsewhere(tmp_path: Path, address: str) -> None:
    secrets = built_in(tmp_path)
    with pytest.raises(InvalidValue):
        secrets.check("team", address, manager=True)
    with pytest.raises(InvalidValue):
        await secrets.read("team", address)


def test_teams_name_their_own_secrets_and_managers_all(tmp_path: Path) -> None:
    secrets = built_in(tmp_path, LUBAN_SECRET_A="x")
    secrets.check("team", "file:team/one", manager=False)
    for address in ("file:other/one", "file:teams/one", "env:A", "nowhere:x", "nonsense"):
        with pytest.raises(InvalidValue):
            secrets.check("team", address, manager=False)
    for address in ("file:other/one", "env:A"):
        secrets.check("team", address, manager=True)


@pytest.mark.parametrize(
    "row",
    [
        {"name": "X Y", "kind": "aws"},
        {"name": "x", "kind": "none"},
        {"name": "env", "kind": "hashicorp", "url": "http://x", "token": "t"},
        {"name": "x", "kind": "hashicorp", "url": "http://x"},
        {"name": "x", "kind": "hashicorp", "url": "http://x", "token_env": "NONE"},
        {"name": "x", "kind": "hashicorp", "url": "http://x", "token": "t", "other": "s3cret"},
    ],
)
def test_settings_that_cannot_be_understood_are_refused(row: Row) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_rows([row], {})
    assert "s3cret" not in str(refused.value)


def test_a_token_may_stand_in_a_variable() -> None:
    row = {"name": "x", "kind": "hashicorp", "url": "http://h:8200", "token_env": "T"}
    (read,) = read_rows([row], {"T": "tok"})
    assert (read.values["token"], read.hosts) == ("tok", ["h:8200"])
