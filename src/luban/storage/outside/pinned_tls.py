"""TLS to an address that was checked, proving the name that was asked for."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from typing import Any

from luban.ports.databases import Addresses, RedisServer, Security, SqlServer
from luban.storage.outside.errors import NotEncrypted


class PinnedContext(ssl.SSLContext):
    """The other side must be who `name` says, whatever address the driver was given."""

    name: str

    def wrap_bio(self, *arguments: Any, **named: Any) -> Any:
        named["server_hostname"] = self.name
        return super().wrap_bio(*arguments[:2], **named)

    def wrap_socket(self, *arguments: Any, **named: Any) -> Any:
        named["server_hostname"] = self.name
        return super().wrap_socket(*arguments[:1], **named)


def context_of(security: Security, host: str) -> ssl.SSLContext | None:
    """`None` is no encryption; `tls_unverified` encrypts to whoever answers."""
    if security == "none":
        return None
    made = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    made.name = host
    if security == "tls_unverified":
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    else:
        made.load_default_certs()
    return made


async def pinned(addresses: Addresses, server: SqlServer | RedisServer) -> str:
    """The address to connect to.

    Raises `NotEncrypted` where a password would cross the public internet in clear, and what the
    guard of outgoing requests does.
    """
    found = await addresses(server.host, server.port)
    if server.security == "none" and ip_address(found.partition("%")[0]).is_global:
        raise NotEncrypted(
            place=f"{server.host}:{server.port}",
            cause="it is on the public internet, where nothing is sent unencrypted",
        )
    return found
