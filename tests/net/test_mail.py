"""Letters of blocks, sent to a real server of the wire and read from a scripted one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from luban.net import AllowList
from luban.net.errors import AddressForbidden, PortForbidden
from luban.net.mail import GuardedMail
from luban.net.mail.door import MailDoor
from luban.net.mail.errors import (
    BadLetter,
    MailInDoubt,
    MailNotNow,
    MailRefused,
    MailTooLarge,
    NoFolder,
    PasswordInClear,
)
from luban.sdk import BlockError, OpenCredential, TemporaryError
from luban.sdk.mail import Letter, Wanted
from tests.net.imap_box import USER, WORD, Box, imap_box, speaking

LOOPBACK = AllowList.parse("loopback")


def server(port: int, **more: str) -> OpenCredential:
    fields = {"host": "127.0.0.1", "port": str(port), "security": "none"}
    return OpenCredential({**fields, "username": USER, "password": WORD, **more})


class Post:
    """Keeps what arrives; `at_data` is what it says to a letter."""

    def __init__(self, at_data: str = "250 OK") -> None:
        self.arrived: list[Envelope] = []
        self.at_data = at_data
        self.port = 0

    async def handle_RCPT(  # noqa: N802
        self, wire: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if to.startswith("nobody@"):
            return "550 no such reader"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, wire: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.arrived.append(envelope)
        if self.at_data == "gone":
            assert wire.transport is not None
            wire.transport.close()
        return self.at_data

    def letter(self) -> Any:
        content = self.arrived[-1].content
        assert isinstance(content, bytes)
        return message_from_bytes(content, policy=default)


def judge(wire: SMTP, session: Session, envelope: Envelope, kind: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == WORD.encode()
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def posted(at_data: str = "250 OK") -> AsyncIterator[Post]:
    post = Post(at_data)

    def line() -> SMTP:
        return SMTP(post, hostname="mail.test", authenticator=judge, auth_require_tls=False)

    listening = await asyncio.get_running_loop().create_server(line, "127.0.0.1", 0)
    post.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield post


async def test_a_letter_with_everything() -> None:
    letter = Letter(
        to=["Ann · 安 <ann@example.com>", "bo@例子.com"],
        cc=["cy@example.com"],
        bcc=["hidden@example.com", "nobody@example.com"],
        subject="Plan · 计划",
        text="Hello\n.\nQUIT\n",
        html="<p>Hello</p>",
        sender="Shop <shop@example.com>",
        reply_to="help@example.com",
        key="r/n/0",
        files=[("计划.pdf", b"%PDF-\x00", "application/pdf"), ("x", b"y", "no type")],
    )
    async with posted() as post:
        mail = GuardedMail(LOOPBACK)
        sent = await mail.send(server(post.port), letter)
        again = await mail.send(server(post.port), letter)
    assert list(sent.refused) == ["nobody@example.com"]
    assert sent.id == again.id and sent.id.endswith("@example.com>")
    arrived = post.letter()
    assert post.arrived[0].rcpt_tos == [
        "ann@example.com",
        "bo@xn--fsqu00a.com",
        "cy@example.com",
        "hidden@example.com",
    ]
    assert arrived["Subject"] == "Plan · 计划" and "hidden" not in str(arrived)
    assert arrived["From"] == "Shop <shop@example.com>" and arrived["Message-ID"] == sent.id
    assert arrived.get_body(("plain",)).get_content().splitlines() == ["Hello", ".", "QUIT"]
    assert "<p>Hello</p>" in arrived.get_body(("html",)).get_content()
    names = [(each.get_filename(), each.get_content()) for each in arrived.iter_attachments()]
    assert names == [("计划.pdf", b"%PDF-\x00"), ("x", b"y")]


INJECTION = "Hi\r\nBcc: all@example.com"


@pytest.mark.parametrize(
    "letter",
    [
        Letter(to=["a@b.c"], subject=INJECTION),
        Letter(to=["a@b.c"], subject="x\u2028Bcc: all@example.com"),
        Letter(to=["a@b.c\r\nRCPT TO:<all@example.com>"], subject="x"),
        Letter(to=["a@b.c"], cc=[INJECTION], subject="x"),
        Letter(to=["a@b.c"], subject="x", sender="Me\r\nBcc: all@example.com <a@b.c>"),
        Letter(to=["a@b.c"], subject="x", reply_to="a@b.c\nX: y"),
        Letter(to=["a@b.c"], subject="x", in_reply_to="<1@x>\r\nBcc: all@example.com"),
        Letter(to=["a@b.c"], subject="x", files=[("a\r\nBcc: b@c.d", b"", "a/b")]),
        Letter(to=["a b@c"], subject="x"),
        Letter(to=["<a@b.c> SIZE=1"], subject="x"),
        Letter(to=[], subject="x"),
        Letter(to=["a@b.c"] * 3 + [f"a{n}@b.c" for n in range(200)], subject="x"),
    ],
)
async def test_nothing_gets_into_the_head_of_a_letter(letter: Letter) -> None:
    async with posted() as post:
        try:
            await GuardedMail(LOOPBACK).send(server(post.port), letter)
        except BadLetter:
            assert post.arrived == []
        else:  # what stands behind an address was not sent on
            assert post.arrived[0].rcpt_tos == ["a@b.c"] and "SIZE" not in str(post.letter()["To"])


@pytest.mark.parametrize(
    ("at_data", "to", "fields", "error"),
    [
        ("554 spam", "a@b.c", {}, MailRefused),
        ("451 later", "a@b.c", {}, MailNotNow),
        ("gone", "a@b.c", {}, MailInDoubt),
        ("250 OK", "nobody@b.c", {}, MailRefused),
        ("250 OK", "a@b.c", {"password": "wrong"}, MailRefused),
        ("250 OK", "a@b.c", {"security": "starttls"}, MailNotNow),
        ("250 OK", "a@b.c", {"security": "tls"}, MailNotNow),
    ],
)
async def test_what_a_server_says_instead(
    at_data: str, to: str, fields: dict[str, str], error: type[BlockError]
) -> None:
    letter = Letter(to=[to], subject="s")
    async with posted(at_data) as post:
        with pytest.raises(error) as raised:
            await GuardedMail(LOOPBACK).send(server(post.port, **fields), letter)
    assert isinstance(raised.value, TemporaryError) is (error is MailNotNow)
    assert WORD not in str(raised.value)


async def test_mail_servers_are_reached_under_the_rules_of_http() -> None:
    letter = Letter(to=["a@b.c"], subject="s")
    async with posted() as post:
        for mail in (GuardedMail(AllowList()), GuardedMail(AllowList.parse("10.0.0.0/8"))):
            with pytest.raises(AddressForbidden):
                await mail.send(server(post.port), letter)
            with pytest.raises(AddressForbidden):
                await mail.read(server(post.port), Wanted())

        async def public(host: str, port: int) -> list[str]:
            return ["93.184.216.34"]

        mail = GuardedMail(AllowList(), MailDoor(AllowList(), public))
        with pytest.raises(PortForbidden):
            await mail.send(server(22, host="mail.test"), letter)
        with pytest.raises(PasswordInClear):
            await mail.send(server(25, host="mail.test"), letter)
    assert post.arrived == []


def letter(subject: str, *, html: str = "", file: bytes = b"") -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "Ann <ann@example.com>", USER
    made["Subject"], made["Message-ID"] = subject, "<7@example.com>"
    made["Date"] = "Sat, 31 Jan 2026 08:00:00 +0800"
    if html:
        made.set_content(html, subtype="html")
    else:
        made.set_content("你好")
    if file:
        made.add_attachment(file, maintype="application", subtype="pdf", filename="../计划.pdf")
    return made.as_bytes(policy=default.clone(linesep="\r\n"))


async def test_letters_are_read() -> None:
    letters = {3: letter("old"), 7: letter("计划", file=b"%PDF"), 9: letter("new", html="<p>x")}
    async with imap_box(Box(letters)) as box:
        mail = GuardedMail(LOOPBACK)
        got = await mail.read(server(box.port), Wanted(limit=2, unseen=True, subject="计划"))
        assert [each.uid for each in got] == ["9", "7"]
        assert (got[1].subject, got[1].sender) == ("计划", "Ann <ann@example.com>")
        assert got[1].date == "2026-01-31T08:00:00+08:00"
        assert got[1].text.strip() == "你好" and got[1].id == "<7@example.com>"
        assert got[1].files == [("../计划.pdf", b"%PDF", "application/pdf")]
        assert got[0].html.strip() == "<p>x" and not got[0].seen and box.seen == set()
        assert any("UNSEEN" in line and "计划" in line for line in box.heard)
        assert any(line.startswith("EXAMINE") for line in box.heard)
        got = await mail.read(server(box.port), Wanted(after="7", mark_seen=True))
        assert ([each.uid for each in got], box.seen) == (["9"], {9}), box.heard
        box.sizes = {9: 50_000_000}
        got = await mail.read(server(box.port), Wanted(limit=1))
        assert (got[0].subject, got[0].text, got[0].size) == ("new", "", 50_000_000)
        with pytest.raises(NoFolder):
            await mail.read(server(box.port), Wanted(folder="None"))
        with pytest.raises(MailRefused):
            await mail.read(server(box.port, password="wrong"), Wanted())
        for wrong in (Wanted(subject="a\r\nx LOGOUT"), Wanted(folder="a\r\nb")):
            with pytest.raises(BadLetter):
                await mail.read(server(box.port), wrong)


async def test_a_mail_server_that_never_stops_is_stopped() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while True:
            writer.write(b"* 1 FETCH (X {900000000}\r\n" + b"x" * 1000)
            await writer.drain()

    async def lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while True:
            writer.write(b"* OK still here\r\n" * 1000)
            await writer.drain()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    for speak in (flood, lines):
        async with speaking(speak) as port:
            with pytest.raises((MailTooLarge, MailNotNow)):
                await GuardedMail(LOOPBACK).read(server(port), Wanted())
    async with speaking(silence) as port:
        mail = GuardedMail(LOOPBACK, MailDoor(LOOPBACK, seconds=0.3))
        with pytest.raises(MailNotNow):
            await mail.read(server(port), Wanted())
        with pytest.raises(MailNotNow):
            await mail.send(server(port), Letter(to=["a@b.c"], subject="s"))
