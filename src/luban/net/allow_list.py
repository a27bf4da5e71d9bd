"""What an administrator allows blocks to reach beyond the public web; read from settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_network

from luban.model.errors import InvalidValue
from luban.net.addresses import Address, Network, unwrapped

WEB_PORTS = frozenset({80, 443})
_WORDS: dict[str, tuple[str, ...]] = {
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
}

Port = int | None
"""`None` stands for every port."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """Names, networks and ports that are allowed; empty, only the public web is.

    Entries: `host` or `host:port` (wherever the name leads), an address or network with or
    without a port (`10.1.0.0/16`, `192.168.1.5:3000`, `[fd00::1]:80`), `loopback`, `private`,
    and `*:8443` (a further port of any public address).
    """

    names: frozenset[tuple[str, Port]] = frozenset()
    networks: tuple[tuple[Network, Port], ...] = ()
    ports: frozenset[int] = field(default=WEB_PORTS)

    @classmethod
    def parse(cls, entries: str | Iterable[str]) -> AllowList:
        """Reads a list, or a text with commas. Raises `InvalidValue` naming the bad entry."""
        words = entries.split(",") if isinstance(entries, str) else entries
        names: set[tuple[str, Port]] = set()
        networks: list[tuple[Network, Port]] = []
        ports = set(WEB_PORTS)
        for entry in filter(None, (word.strip() for word in words)):
            host, port = _host_and_port(entry)
            found = _networks(host)
            if host == "*" and port is not None:
                ports.add(port)
            elif found:
                networks.extend((network, port) for network in found)
            elif host == "*" or not _is_name(host):
                raise _bad(entry)
            else:
                names.add((host.lower().rstrip("."), port))
        return cls(frozenset(names), tuple(networks), frozenset(ports))

    def permits_name(self, host: str, port: int) -> bool:
        """Whether the name is allowed on this port, wherever it leads."""
        name = host.lower().rstrip(".")
        return (name, port) in self.names or (name, None) in self.names

    def permits_address(self, address: Address, port: int) -> bool:
        """Whether the address is in an allowed network."""
        real = unwrapped(address)
        return any(
            real in network and allowed in (None, port) for network, allowed in self.networks
        )


def _host_and_port(entry: str) -> tuple[str, Port]:
    if entry.startswith("["):
        host, closed, rest = entry[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise _bad(entry)
        return host, _port(rest[1:], entry) if rest else None
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return host, _port(port, entry)
    return entry, None


def _port(text: str, entry: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise _bad(entry)
    return int(text)


def _networks(host: str) -> list[Network]:
    if host in _WORDS:
        return [ip_network(text) for text in _WORDS[host]]
    try:
        return [ip_network(host, strict=False)]
    except ValueError:
        return []


def _is_name(host: str) -> bool:
    return bool(host) and not any(letter in "/:@ \\?#*" for letter in host)


def _bad(entry: str) -> InvalidValue:
    return InvalidValue(
        name="LUBAN_ALLOW_HOSTS",
        value=entry,
        expected="an entry is host, host:port, a network (10.0.0.0/8), loopback, private or *:port",
        expected_zh="每一项应为：主机、主机:端口、网段（10.0.0.0/8）、loopback、private 或 *:端口",
    )
