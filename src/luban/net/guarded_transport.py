"""Connections for libraries that speak HTTP themselves, held to the rules of outgoing requests."""

from __future__ import annotations

import httpx2

from luban.net.allow_list import AllowList
from luban.net.gate import Gate, Resolver, system_resolver
from luban.net.pool import guarded_pool


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """What a client of `httpx2` sends goes only where the gate lets it; redirects too.

    A refusal is raised as it is: `AddressForbidden`, `PortForbidden`, `HostUnknown`. The client
    must not take proxies from the environment, which would lead around the gate.
    """

    def __init__(self, allow: AllowList, resolve: Resolver = system_resolver) -> None:
        super().__init__()
        self._pool = guarded_pool(Gate(allow, resolve))
