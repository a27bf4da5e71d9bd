"""Tries user and password at a server that keeps mail; reads none."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import ssl

from imap_tools import MailboxLoginError

from luban.model.errors import LubanError
from luban.net.mail.door import IMAP_PORTS, MailDoor, MailServer
from luban.net.mail.imap_client import MailBox, connected
from luban.ports.providers import Kind, Provider, Secret, Tested
from luban.ports.vault import Credential
from luban.providers import filling, mail_words
from luban.providers.answers import line
from luban.providers.mail_socket import (
    Unusable,
    bad,
    opened,
    server_of,
    unknown,
    unreached,
)

_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
"""Codes of RFC 5530 that say nothing about user and password."""


class ImapTrial:
    """For providers whose `client` is `imap`."""

    def __init__(self, door: MailDoor) -> None:
        self._door = door

    async def test(
        self, provider: Provider, kind: Kind, credential: Credential, secret: Secret
    ) -> Tested:
        """Never raises for what is wrong with the credential or the server."""
        values = filling.values_of(kind, credential, secret)
        missing = [each.name for each in kind.fields if each.required and each.name not in values]
        if missing:
            error = filling.FieldMissing(provider=provider.title, field=missing[0])
            return bad((str(error), error.message_zh))
        try:
            server = server_of(values, IMAP_PORTS, "tls")
        except Unusable as error:
            return error.tested
        try:
            sock = await opened(self._door, server)
        except Unusable as error:
            return error.tested
        except LubanError as error:
            return unknown((str(error), error.message_zh))
        except (OSError, TimeoutError) as error:
            return unreached(server, error)
        sock.settimeout(self._door.seconds)
        return await asyncio.to_thread(_signed_in, server, sock, self._door.context())


def _signed_in(server: MailServer, sock: socket.socket, tls: ssl.SSLContext) -> Tested:
    try:
        client = connected(server, sock, tls)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        return unreached(server, error)
    try:
        MailBox(client).login(server.username, server.password, initial_folder=None)
    except MailboxLoginError as error:
        said = filling.hidden(_said(error), [server.password])
        passing = any(code in said for code in _PASSING)
        which = mail_words.LATER if passing else mail_words.REFUSED
        words = which.said(host=server.host, said=said)
        return unknown(words) if passing else bad(words)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        return unreached(server, error)
    finally:
        client.shutdown()
    return Tested(health="good", account=server.username)


def _said(error: MailboxLoginError) -> str:
    """The server's own line, out of the answer that the library keeps."""
    status, lines = error.command_result
    first = lines[0] if lines else b""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return line(text) or str(status)
