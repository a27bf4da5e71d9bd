"""What an administrator may write into LUBAN_ALLOW_HOSTS, and what it then allows."""

from __future__ import annotations

import pytest

from luban.model.errors import InvalidValue
from luban.net.addresses import parse
from luban.net.allow_list import AllowList


def test_a_name_with_a_port_allows_that_port_only() -> None:
    allow = AllowList.parse("db.lan:8080")
    assert allow.permits_name("DB.lan.", 8080)
    assert not allow.permits_name("db.lan", 80)
    assert not allow.permits_name("x.db.lan", 8080)


def test_a_bare_name_allows_every_port() -> None:
    assert AllowList.parse(["db.lan"]).permits_name("db.lan", 5)


@pytest.mark.parametrize(
    ("entry", "address", "port", "allowed"),
    [
        ("10.1.0.0/16", "10.1.2.3", 9000, True),
        ("10.1.0.0/16", "10.2.0.1", 9000, False),
        ("10.1.0.0/16", "::ffff:10.1.2.3", 9000, True),
        ("192.168.1.5:3000", "192.168.1.5", 3000, True),
        ("192.168.1.5:3000", "192.168.1.5", 80, False),
        ("loopback", "127.0.0.9", 1, True),
        ("loopback", "::1", 1, True),
        ("loopback", "10.0.0.1", 1, False),
        ("loopback:7000", "127.0.0.1", 7001, False),
        ("private", "172.20.0.1", 80, True),
        ("private", "169.254.169.254", 80, False),
        ("[fd00::1]:80", "fd00::1", 80, True),
        ("fd00::/8", "fd12::1", 80, True),
    ],
)
def test_addresses(entry: str, address: str, port: int, allowed: bool) -> None:
    assert AllowList.parse(entry).permits_address(parse(address), port) is allowed


def test_a_star_opens_a_port_but_no_address() -> None:
    allow = AllowList.parse(" *:8443 , ")
    assert allow.ports == {80, 443, 8443}
    assert not allow.permits_address(parse("127.0.0.1"), 8443)
    assert not allow.permits_name("any.host", 8443)


@pytest.mark.parametrize(
    "entry", ["*", "a b", "http://x", "host:0", "host:x", "host:70000", "[::1"]
)
def test_a_bad_entry_is_named(entry: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        AllowList.parse(["good.host", entry])
    assert entry in str(raised.value)
    assert entry in raised.value.message_zh
