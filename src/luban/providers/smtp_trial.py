"""Tries user and password at a server that sends mail; sends none."""

from __future__ import annotations

import aiosmtplib

from luban.model.errors import LubanError
from luban.net.mail.door import SMTP_PORTS, MailDoor, MailServer
from luban.net.mail.smtp_client import client_over, sign_in
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


class SmtpTrial:
    """For providers whose `client` is `smtp`."""

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
            server = server_of(values, SMTP_PORTS, "starttls")
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
        client = client_over(sock, server, self._door)
        try:
            return await self._signed_in(client, server)
        finally:
            client.close()  # and with it the socket, which is the client's from here on

    async def _signed_in(self, client: aiosmtplib.SMTP, server: MailServer) -> Tested:
        try:
            await sign_in(client, server)
            await client.quit()
        except aiosmtplib.SMTPAuthenticationError as error:
            return _judged(server, error)
        except aiosmtplib.SMTPNotSupported:
            words = mail_words.NO_SIGN_IN.said(host=server.host, port=server.port)
            return bad(words)
        except aiosmtplib.SMTPResponseException as error:
            return unknown(mail_words.LATER.said(host=server.host, said=_said(server, error)))
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return unreached(server, error)
        return Tested(health="good", account=server.username)


def _judged(server: MailServer, error: aiosmtplib.SMTPResponseException) -> Tested:
    """4xx of RFC 4954 §6 is a server that cannot look; 5xx one that looked."""
    said = _said(server, error)
    if 400 <= error.code < 500:
        return unknown(mail_words.LATER.said(host=server.host, said=said))
    return bad(mail_words.REFUSED.said(host=server.host, said=said))


def _said(server: MailServer, error: aiosmtplib.SMTPResponseException) -> str:
    return filling.hidden(line(f"{error.code} {error.message}"), [server.password])
