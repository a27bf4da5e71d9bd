"""An IMAP client over a connection of ours, with an end to what a server may send."""

from __future__ import annotations

import imaplib
import socket
import ssl

from imap_tools import BaseMailBox

from luban.net.mail.door import MailServer

_MOST_SIGNING_IN = 1_000_000


class TooMuch(imaplib.IMAP4.abort):
    """The server sends more than it may."""


class Client(imaplib.IMAP4):
    """Speaks over a socket that is connected already; `left` is how many bytes may still come."""

    def __init__(self, server: MailServer, sock: socket.socket) -> None:
        self._connected = sock
        self.left = _MOST_SIGNING_IN
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._connected

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooMuch("the server sends more than it may")


class MailBox(BaseMailBox):
    """A mail box behind a connection of ours."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._given = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._given


def connected(server: MailServer, sock: socket.socket, tls: ssl.SSLContext) -> Client:
    """A client that has been greeted, encrypted as the server wants it; closes the socket if not.

    Raises `imaplib.IMAP4.error`, `OSError` and `ValueError`.
    """
    try:
        if server.security == "tls":
            sock = tls.wrap_socket(sock, server_hostname=server.host)
        client = Client(server, sock)
    except BaseException:
        sock.close()
        raise
    try:
        if server.security == "starttls":
            client.starttls(tls)
    except BaseException:
        client.shutdown()
        raise
    return client
