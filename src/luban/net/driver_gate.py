"""Addresses for drivers that open their own connections, held to the rules of outgoing HTTP."""

from __future__ import annotations

from dataclasses import replace

from luban.net.allow_list import AllowList
from luban.net.gate import Gate, Resolver, system_resolver

DRIVER_PORTS = frozenset(
    {25, 110, 143, 465, 587, 993, 995, 1433, 2525, 3306, 5432, 6379, 6380, 6432}
)
"""Ports of public addresses that drivers reach: those of mail servers and of databases."""


class DriverGate:
    """Checks a name once and gives one address to connect to: the name must not be asked again."""

    def __init__(self, allow: AllowList, resolve: Resolver = system_resolver) -> None:
        self._gate = Gate(replace(allow, ports=allow.ports | DRIVER_PORTS), resolve)

    async def address(self, host: str, port: int) -> str:
        """Raises `AddressForbidden`, `PortForbidden`, `HostUnknown` or `Unreachable`.

        The IPv4 address where there is one: drivers try no second one.
        """
        found = await self._gate.addresses(host, port)
        return next((each for each in found if ":" not in each), found[0])
