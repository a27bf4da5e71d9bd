"""The one place that decides whether a block may connect to a host, and at which addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from luban.net.addresses import parse, unwrapped, why_not_public
from luban.net.allow_list import AllowList
from luban.net.errors import AddressForbidden, HostUnknown, PortForbidden, Unreachable

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Name and port → addresses; raises `socket.gaierror`."""


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses the system knows for a name, also for `0x7f.1`, `2130706433` and the like."""
    loop = asyncio.get_running_loop()
    found: list[Any] = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(entry[4][0] for entry in found))


@dataclass(frozen=True, slots=True)
class Gate:
    """Resolves a name once and gives the addresses to connect to, or refuses all of it.

    Connecting to what was checked, and not to the name again, is what makes a second, different
    answer of the name server harmless.
    """

    allow: AllowList
    resolve: Resolver = system_resolver

    async def addresses(self, host: str, port: int) -> list[str]:
        """Raises `AddressForbidden`, `PortForbidden`, `HostUnknown` or `Unreachable`."""
        trusted = self.allow.permits_name(host, port)
        found = await self._resolved(host, port)
        if trusted:
            return found
        for text in found:
            self._check(host, port, text)
        return found

    def _check(self, host: str, port: int, text: str) -> None:
        address = parse(text)
        if self.allow.permits_address(address, port):
            return
        purpose = why_not_public(address)
        entry = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if purpose is not None:
            raise AddressForbidden(
                host=host,
                address=str(unwrapped(address)),
                purpose=purpose.en,
                purpose_zh=purpose.zh,
                entry=entry,
            )
        if port not in self.allow.ports:
            raise PortForbidden(host=host, port=port, entry=entry)

    async def _resolved(self, host: str, port: int) -> list[str]:
        try:
            found = await self.resolve(host, port)
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Unreachable(
                    host=host,
                    reason="its name could not be looked up; is this machine online?",
                    reason_zh="域名解析没有响应，请检查网络连接",
                    sent=False,
                ) from error
            raise HostUnknown(host=host) from error
        except UnicodeError as error:  # a label that is empty or longer than 63 letters
            raise HostUnknown(host=host) from error
        if not found:
            raise HostUnknown(host=host)
        return found
