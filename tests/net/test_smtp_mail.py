"""Letters over SMTP, against a real server of its wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd import smtp
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from luban.model.errors import InvalidValue
from luban.net.smtp_mail import MailNotSent, MailServer, SmtpMail


class Box(Sink):
    """Keeps what arrives; refuses one reader."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802
        self,
        server: smtp.SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address.startswith("nobody@"):
            return "550 there is no such reader"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: smtp.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.arrived.append(envelope)
        return "250 OK"


def authenticate(
    server: smtp.SMTP, session: Session, envelope: Envelope, kind: str, data: object
) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == b"secret"
    return AuthResult(success=right, handled=False)


@pytest.fixture
async def box() -> AsyncIterator[tuple[Box, int]]:
    box = Box()

    def open_line() -> smtp.SMTP:
        return smtp.SMTP(
            box, hostname="mail.test", authenticator=authenticate, auth_require_tls=False
        )

    server = await asyncio.get_running_loop().create_server(open_line, "127.0.0.1", 0)
    async with server:
        yield box, server.sockets[0].getsockname()[1]


def mail(port: int, sender: str = "Luban <luban@example.com>") -> SmtpMail:
    return SmtpMail(MailServer.read(f"smtp://127.0.0.1:{port}", sender))


async def test_a_letter_arrives(box: tuple[Box, int]) -> None:
    kept, port = box
    await mail(port).send(
        "ann@example.com", "New password · 新密码", "Open\nhttps://x/reset?token=a\n"
    )
    (envelope,) = kept.arrived
    assert envelope.rcpt_tos == ["ann@example.com"]
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=default)
    assert letter["Subject"] == "New password · 新密码"
    assert letter["To"] == "ann@example.com"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "https://x/reset?token=a" in letter.get_content()


async def test_nothing_gets_into_the_head_of_a_letter(box: tuple[Box, int]) -> None:
    kept, port = box
    await mail(port).send(
        "ann@example.com", "Eve\r\nBcc: all@example.com\r\n\r\nBuy this", "by Eve\r\n.\r\nQUIT\r\n"
    )
    (envelope,) = kept.arrived
    assert envelope.rcpt_tos == ["ann@example.com"]
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=default)
    assert letter["Subject"] == "Eve"
    assert letter["Bcc"] is None
    assert "QUIT" in letter.get_content()


@pytest.mark.parametrize(
    "to", ["ann@example.com\r\nRCPT TO:<all@example.com>", "nobody@example.com"]
)
async def test_what_the_server_does_not_take_is_told(box: tuple[Box, int], to: str) -> None:
    kept, port = box
    with pytest.raises(MailNotSent):
        await mail(port).send(to, "s", "t")
    assert kept.arrived == []


async def test_a_server_that_is_away_is_told() -> None:
    with pytest.raises(MailNotSent, match=r"127\.0\.0\.1:9"):
        await mail(9).send("ann@example.com", "s", "t")


async def test_a_password_never_travels_in_the_clear(box: tuple[Box, int]) -> None:
    kept, port = box
    server = MailServer.read(f"smtp://user:secret@127.0.0.1:{port}", "luban@example.com")
    with pytest.raises(MailNotSent):
        await SmtpMail(server).send("ann@example.com", "s", "t")
    assert kept.arrived == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, "", "", "luban@mail.example", False)),
        (
            "smtps://u%40x.org:p%2F@mail.example",
            ("mail.example", 465, "u@x.org", "p/", "u@x.org", True),
        ),
        ("smtp://mail.example:25?from=a@b.c", ("mail.example", 25, "", "", "a@b.c", False)),
    ],
)
def test_addresses_of_mail_servers(url: str, expected: tuple[object, ...]) -> None:
    assert MailServer.read(url, "") == expected


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://h:x"])
def test_what_is_no_mail_server(url: str) -> None:
    with pytest.raises(InvalidValue):
        MailServer.read(url, "")
