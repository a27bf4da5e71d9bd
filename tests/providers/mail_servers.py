"""Mail servers to sign in to: aiosmtpd, and IMAP as far as signing in goes."""

from __future__ import annotations

import asyncio
import shlex
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, WORD = "lu@example.com", "correct horse"


@dataclass
class Mail:
    """Where it listens, and what was said to it after signing in."""

    port: int = 0
    heard: list[str] = field(default_factory=list[str])


class _Letters:
    """Takes letters, so that a test sees there were none."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self._mail.heard.append("DATA")
        return "250 OK"


@asynccontextmanager
async def smtp(
    tls: ssl.SSLContext | None = None, *, at_once: bool = False, word: bytes | None = None
) -> AsyncIterator[Mail]:
    """With STARTTLS, or with TLS at once; `word` is what it says to every sign-in."""
    mail = Mail()

    def judge(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        mail.heard.append(f"AUTH {mechanism}")
        if word is not None:
            return AuthResult(success=False, handled=False, message=word.decode())
        good = (data.login, data.password) == (USER.encode(), WORD.encode())
        return AuthResult(success=good, handled=False)

    def made() -> SMTP:
        return SMTP(
            _Letters(mail),
            authenticator=judge,
            auth_require_tls=tls is not None and not at_once,
            tls_context=None if at_once else tls,
            hostname="localhost",
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(made, "127.0.0.1", 0, ssl=tls if at_once else None)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        await server.wait_closed()


Line = Callable[[str, str], str]


def accounts(tag: str, arguments: str) -> str:
    """LOGIN as RFC 9051 §6.2.3 has it, with words of RFC 5530."""
    if shlex.split(arguments) == [USER, WORD]:
        return f"{tag} OK [CAPABILITY IMAP4rev1] Logged in"
    return f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed."


@asynccontextmanager
async def imap(
    tls: ssl.SSLContext | None = None, *, at_once: bool = True, login: Line = accounts
) -> AsyncIterator[Mail]:
    mail = Mail()
    open_ones: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        offers = "IMAP4rev1 STARTTLS" if tls and not at_once else "IMAP4rev1"
        writer.write(f"* OK [CAPABILITY {offers}] ready\r\n".encode())
        try:
            while line := (await reader.readline()).decode().strip():
                tag, _, rest = line.partition(" ")
                verb, _, arguments = rest.partition(" ")
                mail.heard.append(verb)
                if verb == "CAPABILITY":
                    writer.write(f"* CAPABILITY {offers}\r\n{tag} OK done\r\n".encode())
                elif verb == "STARTTLS" and tls is not None:
                    writer.write(f"{tag} OK begin\r\n".encode())
                    await writer.drain()
                    await writer.start_tls(tls)
                elif verb == "LOGIN":
                    writer.write(f"{login(tag, arguments)}\r\n".encode())
                elif verb == "LOGOUT":
                    writer.write(f"* BYE\r\n{tag} OK bye\r\n".encode())
                else:
                    writer.write(f"{tag} BAD unknown\r\n".encode())
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(
        connected, "127.0.0.1", 0, ssl=tls if tls and at_once else None
    )
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        for writer in open_ones:
            writer.close()
