"""From where and over what a request came, when a proxy of ours passed it on."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from luban.model.errors import InvalidValue

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Forwarded:
    """Puts the client's own address and scheme in place of those of a proxy that is trusted.

    Anybody may write `X-Forwarded-For`, so it is believed only from the addresses that were
    named, and only as far as the chain of them reaches back.
    """

    def __init__(self, app: ASGIApp, proxies: Iterable[Network] = ()) -> None:
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._proxies and scope["type"] in ("http", "websocket"):
            peer = (scope.get("client") or ("", 0))[0]
            if self._trusts(peer):
                scope = self._as_sent(scope, peer)
        await self._app(scope, receive, send)

    def _as_sent(self, scope: Scope, peer: str) -> Scope:
        headers = Headers(scope=scope)
        address = peer
        chain = [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",")]
        for hop in reversed([part for part in chain if part]):
            if _address(hop) is None:
                break
            address = hop
            if not self._trusts(hop):
                break
        scheme = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        if scheme not in ("http", "https"):
            scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
        if scope["type"] == "websocket":
            scheme = {"http": "ws", "https": "wss"}[scheme]
        return {**scope, "client": (address, 0), "scheme": scheme}

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(
            address.version == network.version and address in network for network in self._proxies
        )


def networks(written: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as LUBAN_TRUSTED_PROXIES names them. Raises `InvalidValue`."""
    found: list[Network] = []
    for text in written:
        try:
            found.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError as error:
            raise InvalidValue(
                name="LUBAN_TRUSTED_PROXIES",
                value=text,
                expected="it must be an address or a network such as 10.0.0.0/8",
                expected_zh="必须是地址或网段，例如 10.0.0.0/8",
            ) from error
    return tuple(found)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
