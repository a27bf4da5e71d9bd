"""Handing a letter to a mail server, and telling what came of it."""

from __future__ import annotations

import contextlib
import email.policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from luban.net.mail.door import MailDoor, MailServer
from luban.net.mail.errors import MailInDoubt, MailNotNow, MailRefused
from luban.net.mail.smtp_client import client_over, sign_in
from luban.sdk.mail import Sent

if TYPE_CHECKING:
    import aiosmtplib

_WIRE = email.policy.SMTP.clone(cte_type="7bit")
_LONGEST_SAID = 200
_LETTER_SECONDS = 120.0
"""For the letter itself, whose files may be large."""


async def hand_in(
    door: MailDoor, server: MailServer, letter: EmailMessage, readers: list[str]
) -> Sent:
    """Raises `MailRefused`, `MailNotNow`, `MailInDoubt`, and what the door raises."""
    import aiosmtplib

    try:
        sock = await door.open(server)
    except (OSError, TimeoutError) as error:
        raise _not_now(server, error) from error
    client = client_over(sock, server, door)
    try:
        refused = await _offered(client, server, letter, readers)
        await _given(client, server, letter)
        return Sent(str(letter["Message-ID"]), refused)
    except aiosmtplib.SMTPAuthenticationError as error:
        if 400 <= error.code < 500:
            raise _not_now(server, error) from error
        raise _refused(server, error, "user and password", "该用户名和密码") from error
    except aiosmtplib.SMTPNotSupported as error:
        raise _refused(server, error, "what it was asked for", "所请求的操作") from error
    except aiosmtplib.SMTPResponseException as error:
        if 400 <= error.code < 500:
            raise _not_now(server, error) from error
        raise _refused(server, error, "the letter", "这封信") from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise _not_now(server, error) from error
    finally:
        client.close()


async def _offered(
    client: aiosmtplib.SMTP, server: MailServer, letter: EmailMessage, readers: list[str]
) -> list[str]:
    """Signed in, with the sender and its readers named; gives the readers it does not accept."""
    import aiosmtplib

    await sign_in(client, server)
    sender = letter["From"].addresses[0].addr_spec
    await client.mail(sender, options=_options(sender, readers))
    refused: dict[str, Any] = {}
    for reader in readers:
        try:
            await client.rcpt(reader)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused[reader] = error
    if len(refused) == len(readers):
        raise next(iter(refused.values()))
    return list(refused)


async def _given(client: aiosmtplib.SMTP, server: MailServer, letter: EmailMessage) -> None:
    """The letter itself. Once it is handed over, only the server knows what became of it."""
    import aiosmtplib

    try:
        await client.data(letter.as_bytes(policy=_WIRE), timeout=_LETTER_SECONDS)
    except aiosmtplib.SMTPResponseException:
        raise
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailInDoubt(host=server.host, id=str(letter["Message-ID"])) from error
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it is sent, however they part
        await client.quit()


def _options(sender: str, readers: list[str]) -> list[str]:
    return [] if all(each.isascii() for each in (sender, *readers)) else ["SMTPUTF8"]


def _refused(server: MailServer, error: Exception, what: str, what_zh: str) -> MailRefused:
    said = _said(server, error)
    return MailRefused(host=server.host, what=what, what_zh=what_zh, said=said)


def _not_now(server: MailServer, error: BaseException) -> MailNotNow:
    return MailNotNow(host=f"{server.host}:{server.port}", said=_said(server, error))


def _said(server: MailServer, error: BaseException) -> str:
    """The server's own line, in which no password is repeated."""
    text = str(getattr(error, "message", "") or error or type(error).__name__)
    if server.password:
        text = text.replace(server.password, "•••")
    return " ".join(text.split())[:_LONGEST_SAID]
