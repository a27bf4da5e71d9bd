"""An SMTP client over a connection of ours."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from luban.net.mail.door import MailDoor, MailServer

if TYPE_CHECKING:
    import aiosmtplib


def client_over(sock: socket.socket, server: MailServer, door: MailDoor) -> aiosmtplib.SMTP:
    """Not yet connected; from here on the socket is the client's, and closed with it."""
    import aiosmtplib  # only where letters are sent

    return aiosmtplib.SMTP(
        hostname=server.host,
        port=None,
        sock=sock,
        use_tls=server.security == "tls",
        start_tls=False,
        tls_context=door.context(),
        timeout=door.seconds,
        local_hostname="localhost",
    )


async def sign_in(client: aiosmtplib.SMTP, server: MailServer) -> None:
    """Greets, encrypts where that is wanted, and shows user and password if there are any.

    Raises what `aiosmtplib` raises.
    """
    await client.connect()
    if server.security == "auto":
        await client.ehlo()
    if server.security == "starttls" or (
        server.security == "auto" and client.supports_extension("starttls")
    ):
        await client.starttls()
    if server.username:
        await client.login(server.username, server.password)
