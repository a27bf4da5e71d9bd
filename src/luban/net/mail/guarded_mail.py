"""Letters for blocks, over SMTP and IMAP."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from luban.net.allow_list import AllowList
from luban.net.mail.door import IMAP_PORTS, SMTP_PORTS, MailDoor, server_of
from luban.sdk.credential import OpenCredential
from luban.sdk.mail import Letter, Received, Sent, Wanted

_SECONDS = 30.0
_READ_SECONDS = 120.0


class GuardedMail:
    """The `Mail` of the block author's kit; its libraries are loaded by the first letter.

    `door` is for tests.
    """

    def __init__(self, allow: AllowList, door: MailDoor | None = None) -> None:
        self._door = door or MailDoor(allow, seconds=_SECONDS)

    async def send(self, server: OpenCredential, letter: Letter) -> Sent:
        from luban.net.mail.letters import readers_of, written
        from luban.net.mail.sending import hand_in

        where = server_of(server, SMTP_PORTS, "starttls")
        sender = where.username if "@" in where.username else f"{where.username}@{where.host}"
        made = await asyncio.to_thread(written, letter, sender)
        return await hand_in(self._door, where, made, readers_of(letter))

    async def read(self, server: OpenCredential, wanted: Wanted) -> list[Received]:
        from luban.net.mail.errors import MailNotNow
        from luban.net.mail.reading import read_letters

        where = server_of(server, IMAP_PORTS, "tls")
        try:
            sock = await self._door.open(where)
        except (OSError, TimeoutError) as error:
            said = str(error) or type(error).__name__
            raise MailNotNow(host=f"{where.host}:{where.port}", said=said) from error
        sock.settimeout(self._door.seconds)
        line = sock.dup()
        reading = asyncio.to_thread(read_letters, where, sock, self._door.context(), wanted)
        try:
            async with asyncio.timeout(_READ_SECONDS):
                return await reading
        except TimeoutError as error:
            raise MailNotNow(host=f"{where.host}:{where.port}", said="it takes too long") from error
        finally:
            # The socket is TLS's by now. Ending the line ends a thread that nobody waits for, too.
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
