"""TLS to an address that was checked, proving the name that was asked for."""

from __future__ import annotations

import ssl
from typing import Any

from luban.ports.databases import Security


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
