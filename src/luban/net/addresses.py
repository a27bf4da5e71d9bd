"""Which internet addresses are public, and what the others are for. Pure; resolves nothing."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a range of addresses is for, as it stands in an error."""

    en: str
    zh: str


LOOPBACK = Purpose("this machine itself", "本机")
PRIVATE = Purpose("a private network", "内网")
LINK_LOCAL = Purpose("link-local, where cloud metadata lives", "链路本地地址（云主机元数据所在）")
METADATA = Purpose("a cloud provider's metadata service", "云服务商的元数据服务")
CARRIER = Purpose("a carrier's inner network", "运营商内部网络")
MULTICAST = Purpose("multicast", "多播地址")
RESERVED = Purpose("reserved", "保留地址")
TUNNEL = Purpose("a tunnel that may lead anywhere", "可能通向任意地址的隧道")
EXAMPLES = Purpose("reserved for documentation and tests", "文档和测试专用地址")

_V4: tuple[tuple[Network, Purpose], ...] = tuple(
    (ip_network(text), purpose)
    for text, purpose in (
        ("0.0.0.0/8", LOOPBACK),
        ("127.0.0.0/8", LOOPBACK),
        ("10.0.0.0/8", PRIVATE),
        ("172.16.0.0/12", PRIVATE),
        ("192.168.0.0/16", PRIVATE),
        ("169.254.0.0/16", LINK_LOCAL),
        ("168.63.129.16/32", METADATA),
        ("100.64.0.0/10", CARRIER),
        ("192.0.0.0/24", RESERVED),
        ("192.88.99.0/24", TUNNEL),
        ("192.0.2.0/24", EXAMPLES),
        ("198.18.0.0/15", EXAMPLES),
        ("198.51.100.0/24", EXAMPLES),
        ("203.0.113.0/24", EXAMPLES),
        ("224.0.0.0/4", MULTICAST),
        ("240.0.0.0/4", RESERVED),
    )
)
_V6: tuple[tuple[Network, Purpose], ...] = tuple(
    (ip_network(text), purpose)
    for text, purpose in (
        ("::1/128", LOOPBACK),
        ("::/128", LOOPBACK),
        ("fe80::/10", LINK_LOCAL),
        ("fec0::/10", PRIVATE),
        ("fc00::/7", PRIVATE),
        ("ff00::/8", MULTICAST),
        ("2001::/23", TUNNEL),
        ("2002::/16", TUNNEL),
        ("2001:db8::/32", EXAMPLES),
        ("3fff::/20", EXAMPLES),
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_LOW_32 = (1 << 32) - 1


def parse(text: str) -> Address:
    """An address as the resolver writes it; a scope (`%eth0`) is ignored."""
    return ip_address(text.partition("%")[0])


def why_not_public(address: Address) -> Purpose | None:
    """What the address is for when it is not on the public internet; `None` when it is."""
    address = unwrapped(address)
    ranges = _V4 if address.version == 4 else _V6
    for network, purpose in ranges:
        if address in network:
            return purpose
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return RESERVED
    return None if address.is_global else RESERVED


def unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped or NAT64 one, which is where packets go."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & _LOW_32)
    return address
