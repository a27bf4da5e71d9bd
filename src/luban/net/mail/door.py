"""Connections to mail servers, held to the same rules as outgoing HTTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from luban.net.addresses import parse
from luban.net.allow_list import AllowList
from luban.net.gate import Gate, Resolver, system_resolver
from luban.net.mail.errors import BadMailSetting, PasswordInClear

MAIL_PORTS = frozenset({25, 110, 143, 465, 587, 993, 995, 2525})
SECONDS = 10.0
SMTP_PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
IMAP_PORTS: Mapping[str, int] = {"starttls": 143, "tls": 993, "none": 143}


class MailServer(NamedTuple):
    """Where a mail server is, and how it wants to be spoken to: `starttls`, `tls` or `none`.

    For sending there is `auto` too: STARTTLS where the server offers it, and no password.
    """

    host: str
    port: int
    security: str
    username: str
    password: str


def server_of(values: Mapping[str, str], ports: Mapping[str, int], usual: str) -> MailServer:
    """The server that a credential's fields describe. Raises `BadMailSetting`."""
    security = values.get("security") or usual
    text = values.get("port") or str(ports.get(security, 0))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise BadMailSetting(field="port")
    for name in ("host", "username", "password"):
        if not values.get(name, "").isprintable():  # a line break would begin another command
            raise BadMailSetting(field=name)
    host = values.get("host", "").strip()
    if not host:
        raise BadMailSetting(field="host")
    return MailServer(
        host, int(text), security, values.get("username", ""), values.get("password", "")
    )


@dataclass(frozen=True)
class MailDoor:
    """Opens sockets to the addresses that the gate gives, and to no others.

    `tls` is for tests and private authorities.
    """

    allow: AllowList
    resolve: Resolver = system_resolver
    tls: ssl.SSLContext | None = None
    seconds: float = SECONDS
    _made: list[ssl.SSLContext] = field(default_factory=list[ssl.SSLContext])

    def context(self) -> ssl.SSLContext:
        if self.tls is not None:
            return self.tls
        if not self._made:
            self._made.append(ssl.create_default_context())
        return self._made[0]

    async def open(self, server: MailServer) -> socket.socket:
        """A connected socket that does not block; raises what the gate raises, and `OSError`.

        Raises `PasswordInClear` where it would go so to somebody else's machine.
        """
        gate = Gate(replace(self.allow, ports=self.allow.ports | MAIL_PORTS), self.resolve)
        addresses = await gate.addresses(server.host, server.port)
        if server.security == "none" and not self._is_own(server, addresses):
            raise PasswordInClear(host=server.host)
        refused: OSError | None = None
        for address in addresses:
            try:
                return await self._connect(address, server.port)
            except OSError as error:
                refused = error
        raise refused or OSError("no address")

    async def _connect(self, address: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setblocking(False)
        try:
            async with asyncio.timeout(self.seconds):
                await asyncio.get_running_loop().sock_connect(made, (address, port))
        except BaseException:
            made.close()
            raise
        return made

    def _is_own(self, server: MailServer, addresses: list[str]) -> bool:
        """Whether an administrator named it, which those of the public web never are."""
        if self.allow.permits_name(server.host, server.port):
            return True
        return all(self.allow.permits_address(parse(each), server.port) for each in addresses)
