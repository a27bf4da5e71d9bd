"""Signing in to mail servers that listen on the loopback address."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from pathlib import Path

import pytest

from luban.net import AllowList
from luban.net.mail.door import MailDoor
from luban.ports import providers as asked_of_providers
from luban.ports.vault import Credential
from luban.providers.catalogue import catalogue
from luban.providers.imap_trial import ImapTrial
from luban.providers.smtp_trial import SmtpTrial
from tests.providers.mail_servers import USER, WORD, imap, smtp

CERTIFICATE = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's side and the side of those who trust it, for `mail.test`."""
    path: Path = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=mail.test", "-addext", "subjectAltName=DNS:mail.test"]
    files = ["-keyout", str(path / "key.pem"), "-out", str(path / "cert.pem")]
    subprocess.run([*CERTIFICATE, *names, *files], check=True, capture_output=True)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path / "cert.pem", path / "key.pem")
    return serving, ssl.create_default_context(cafile=str(path / "cert.pem"))


def door(tls: ssl.SSLContext | None, allow: str = "loopback") -> MailDoor:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    return MailDoor(AllowList.parse(allow), resolve, tls, seconds=2.0)


async def tried(
    at: MailDoor,
    name: str,
    port: int,
    security: str,
    word: str = WORD,
    host: str = "mail.test",
    user: str = USER,
) -> asked_of_providers.Tested:
    provider = catalogue()[name]
    settings = {"host": host, "port": str(port), "security": security, "username": user}
    credential = Credential(
        id="c",
        owner="o",
        provider=name,
        name="Mail",
        kind="password",
        settings={key: value for key, value in settings.items() if value},
        created_at=0,
        updated_at=0,
    )
    trial = SmtpTrial(at) if name == "smtp" else ImapTrial(at)
    kind = provider.kind("password")
    assert kind is not None
    tested = await trial.test(provider, kind, credential, {"password": word} if word else {})
    assert not word or word not in tested.model_dump_json()
    return tested


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("name", ["smtp", "imap"])
async def test_signs_in_under_tls(
    name: str, at_once: bool, tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    security = "tls" if at_once else "starttls"
    serve = smtp if name == "smtp" else imap
    async with serve(tls[0], at_once=at_once) as mail:
        good = await tried(door(tls[1]), name, mail.port, security)
        assert good.health == "good" and good.account == USER
        bad = await tried(door(tls[1]), name, mail.port, security, "wrong word")
    assert bad.health == "bad" and "mail.test" in bad.trouble
    assert "DATA" not in mail.heard and "SELECT" not in mail.heard


@pytest.mark.parametrize("name", ["smtp", "imap"])
async def test_who_cannot_prove_the_name_gets_no_password(
    name: str, tls: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    serve = smtp if name == "smtp" else imap
    async with serve(tls[0], at_once=True) as mail:
        tested = await tried(door(tls[1]), name, mail.port, "tls", host="other.test")
        assert tested.health == "unknown" and "certificate" in tested.trouble.lower()
        tested = await tried(door(ssl.create_default_context()), name, mail.port, "tls")
        assert tested.health == "unknown"
    assert mail.heard == []


@pytest.mark.parametrize("name", ["smtp", "imap"])
async def test_in_clear_only_to_ones_own(name: str) -> None:
    serve = smtp if name == "smtp" else imap
    async with serve() as mail:
        tested = await tried(door(None), name, mail.port, "none")
        assert tested.health == "good"

        async def resolve(host: str, port: int) -> list[str]:
            return ["8.8.8.8"]

        away = MailDoor(AllowList.parse("loopback"), resolve)
        tested = await tried(away, name, 25 if name == "smtp" else 143, "none")
    assert tested.health == "bad" and "without encryption" in tested.trouble


@pytest.mark.parametrize("name", ["smtp", "imap"])
async def test_private_addresses_are_refused(name: str) -> None:
    serve = smtp if name == "smtp" else imap
    async with serve() as mail:
        tested = await tried(door(None, allow=""), name, mail.port, "none")
    assert tested.health == "unknown" and "LUBAN_ALLOW_HOSTS" in tested.trouble
    assert mail.heard == []


@pytest.mark.parametrize("name", ["smtp", "imap"])
async def test_what_cannot_be_tried(name: str) -> None:
    assert (await tried(door(None), name, 9, "none")).health == "unknown"  # nobody listens
    assert (await tried(door(None), name, 70000, "none")).health == "bad"
    assert "password" in (await tried(door(None), name, 9, "none", word="")).trouble
    assert "username" in (await tried(door(None), name, 9, "none", user="")).trouble


@pytest.mark.parametrize("name", ["smtp", "imap"])
async def test_a_server_that_says_nothing(name: str) -> None:
    connections: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    tested = await tried(door(None), name, port, "none")
    server.close()
    for writer in connections:
        writer.close()
    assert tested.health == "unknown" and "mail.test" in tested.trouble


async def test_a_server_that_cannot_look_says_nothing_of_the_password() -> None:
    async with smtp(word=b"454 4.7.0 Temporary authentication failure") as mail:
        assert (await tried(door(None), "smtp", mail.port, "none")).health == "unknown"
    async with imap(login=lambda tag, _: f"{tag} NO [UNAVAILABLE] Backend is down.") as mail:
        assert (await tried(door(None), "imap", mail.port, "none")).health == "unknown"


async def test_a_server_that_repeats_the_password() -> None:
    async with imap(login=lambda tag, said: f"{tag} NO bad login {said}") as mail:
        tested = await tried(door(None), "imap", mail.port, "none", "secret word")
    assert tested.health == "bad" and "•••" in tested.trouble


async def test_a_password_adds_no_command() -> None:
    async with imap() as mail:
        await tried(door(None), "imap", mail.port, "none", 'x"\r\nA1 DELETE inbox\r\n"')
    assert "DELETE" not in mail.heard
