"""HTTP clients with their connections closed at the end of a test."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable

import pytest

from luban.net import AllowList, GuardedHttp

MakeHttp = Callable[..., GuardedHttp]


@pytest.fixture
async def make_http() -> AsyncIterator[MakeHttp]:
    """`make_http("loopback", names={"a.test": ["127.0.0.1"]})`; unknown names ask the system."""
    made: list[GuardedHttp] = []

    def make(
        allow: str = "",
        *,
        names: dict[str, list[str]] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> GuardedHttp:
        from luban.net.gate import system_resolver

        async def resolve(host: str, port: int) -> list[str]:
            known = (names or {}).get(host)
            return known if known is not None else await system_resolver(host, port)

        http = GuardedHttp(AllowList.parse(allow), resolve=resolve, tls=tls)
        made.append(http)
        return http

    yield make
    for http in made:
        await http.aclose()
