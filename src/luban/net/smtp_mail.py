"""Letters through a mail server of the administrator's."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from luban.model.errors import InvalidValue, LubanError
from luban.net.allow_list import AllowList
from luban.net.mail import door as doors
from luban.net.mail.door import MailDoor

_TIMEOUT = 20.0
_PORTS = {"smtp": 587, "smtps": 465}


class MailNotSent(LubanError):
    """The mail server did not take a letter."""

    code = "mail_not_sent"
    status = 502
    retryable = True
    en = "The mail server {server} did not take the letter: {cause}. Check LUBAN_SMTP_URL."
    zh = "邮件服务器 {server} 未接受信件：{cause}。请检查 LUBAN_SMTP_URL。"


class MailServer(NamedTuple):
    """Where letters are handed in, as whom, and from whom they are."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: bool
    """From the first byte; otherwise the connection is upgraded when the server can."""

    @classmethod
    def read(cls, url: str, sender: str) -> MailServer:
        """`smtp://user:password@host:587` or `smtps://…`. Raises `InvalidValue`."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS[parts.scheme]
        except (KeyError, ValueError) as error:
            raise _not_a_server() from error
        if not parts.hostname:
            raise _not_a_server()
        user = unquote(parts.username or "")
        asked = parse_qs(parts.query).get("from", [""])[0]
        sender = sender or asked or (user if "@" in user else f"luban@{parts.hostname}")
        return cls(
            host=parts.hostname,
            port=port,
            user=user,
            password=unquote(parts.password or ""),
            sender=sender,
            tls=parts.scheme == "smtps",
        )

    def as_door_knows(self) -> doors.MailServer:
        # A password goes out only over a connection that is encrypted.
        security = "tls" if self.tls else "starttls" if self.user else "auto"
        return doors.MailServer(self.host, self.port, security, self.user, self.password)


class SmtpMail:
    """`Mail` over SMTP."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, to: str, subject: str, text: str) -> None:
        from luban.net.mail.sending import hand_in  # its library is only for sending letters

        server = self._server
        place = f"{server.host}:{server.port}"
        if not to.isprintable() or " " in to:
            raise MailNotSent(server=place, cause="the reader's address is no address")
        letter = _letter(server.sender, to, subject, text)
        # An administrator named it, so it may be anywhere.
        allow = AllowList(names=frozenset({(server.host.lower().rstrip("."), server.port)}))
        try:
            await hand_in(MailDoor(allow, seconds=_TIMEOUT), server.as_door_knows(), letter, [to])
        except LubanError as error:
            raise MailNotSent(server=place, cause=str(error)) from error


def _letter(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Its head holds one line each, whatever is put in: what follows a line break is cut off."""
    letter = EmailMessage()
    letter["From"] = _one_line(sender)
    letter["To"] = _one_line(to)
    letter["Subject"] = _one_line(subject)
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain="luban.invalid")
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


def _one_line(text: str) -> str:
    lines = text.splitlines()
    return "".join(each for each in (lines[0] if lines else "") if each.isprintable())


def _not_a_server() -> InvalidValue:
    return InvalidValue(
        name="LUBAN_SMTP_URL",
        value="•••",
        expected="it must look like smtp://user:password@host:587 or smtps://user:password@host",
        expected_zh="必须形如 smtp://user:password@host:587 或 smtps://user:password@host",
    )
