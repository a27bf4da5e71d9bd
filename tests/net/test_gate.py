"""Nothing private is reached, however its address is spelled; what is allowed, is."""

from __future__ import annotations

import socket

import httpcore2
import pytest

from luban.net import GuardedHttp
from luban.net.allow_list import AllowList
from luban.net.errors import AddressForbidden, BadAddress, HostUnknown, PortForbidden
from luban.net.gate import Gate
from luban.net.pool import GuardedBackend
from luban.sdk.errors import BlockError, TemporaryError
from tests.net.conftest import MakeHttp
from tests.net.raw_server import plain, serving


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost.",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0",
        "[::]",
        "169.254.169.254",
        "100.100.100.200",
        "10.0.0.1",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
    ],
)
async def test_every_spelling_of_a_private_address_is_refused(
    make_http: MakeHttp, host: str
) -> None:
    async with serving(plain("secret")) as server:
        with pytest.raises((AddressForbidden, BadAddress, HostUnknown)):
            await make_http().request("GET", f"http://{host}:{server.port}/", timeout=5)
        assert server.asked == []


async def test_the_error_names_host_address_reason_and_the_way_out(make_http: MakeHttp) -> None:
    with pytest.raises(AddressForbidden) as raised:
        await make_http().request("GET", "http://localhost:8188/")
    assert "`localhost`" in str(raised.value)
    assert "127.0.0.1, which is this machine itself" in str(raised.value)
    assert "`localhost:8188` to LUBAN_ALLOW_HOSTS" in str(raised.value)
    assert "localhost:8188" in raised.value.message_zh and "本机" in raised.value.message_zh
    assert isinstance(raised.value, BlockError) and not raised.value.retryable


@pytest.mark.parametrize("allow", ["loopback", "127.0.0.1", "127.0.0.0/8"])
async def test_an_allowed_address_is_reached(make_http: MakeHttp, allow: str) -> None:
    async with serving(plain("hello")) as server:
        answer = await make_http(allow).request("GET", server.url())
    assert (answer.status, answer.text) == (200, "hello")


async def test_an_allowed_name_is_reached_and_its_neighbour_is_not(make_http: MakeHttp) -> None:
    async with serving(plain("hello")) as server:
        http = make_http(
            f"a.test:{server.port}", names={"a.test": ["127.0.0.1"], "b.test": ["127.0.0.1"]}
        )
        assert (await http.request("GET", server.url(host="a.test"))).text == "hello"
        assert server.asked[0].headers["host"] == f"a.test:{server.port}"
        with pytest.raises(AddressForbidden):
            await http.request("GET", server.url(host="b.test"))


async def test_one_private_answer_among_public_ones_refuses_the_name(make_http: MakeHttp) -> None:
    http = make_http(names={"mixed.test": ["93.184.216.34", "10.0.0.7"]})
    with pytest.raises(AddressForbidden) as raised:
        await http.request("GET", "http://mixed.test/")
    assert raised.value.params["address"] == "10.0.0.7"


async def test_a_name_is_resolved_once_so_a_second_answer_is_never_used() -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    gate = Gate(AllowList(), resolve)
    assert await gate.addresses("rebinding.test", 80) == ["93.184.216.34"]
    with pytest.raises(AddressForbidden):
        await gate.addresses("rebinding.test", 80)


async def test_an_address_that_refuses_gives_way_to_the_next(make_http: MakeHttp) -> None:
    async with serving(plain("hello")) as server:
        http = make_http("loopback", names={"two.test": ["127.0.0.2", "127.0.0.1"]})
        assert (await http.request("GET", server.url(host="two.test"))).text == "hello"


async def test_other_ports_of_public_hosts_are_closed_until_allowed() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34"]

    with pytest.raises(PortForbidden) as raised:
        await Gate(AllowList(), resolve).addresses("example.com", 6379)
    assert "`example.com:6379` to LUBAN_ALLOW_HOSTS" in str(raised.value)
    assert await Gate(AllowList(), resolve).addresses("example.com", 443)
    assert await Gate(AllowList.parse("*:6379"), resolve).addresses("example.com", 6379)
    assert await Gate(AllowList.parse("example.com"), resolve).addresses("example.com", 6379)


@pytest.mark.parametrize(
    "url",
    [
        "example.com/page",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "unix:///run/docker.sock",
        "http://",
        "http:///path",
        "http://[::1",
        "",
    ],
)
async def test_what_is_not_a_web_address_is_refused(make_http: MakeHttp, url: str) -> None:
    with pytest.raises(BadAddress):
        await make_http("loopback").request("GET", url)


async def test_unix_sockets_are_refused() -> None:
    backend = GuardedBackend(Gate(AllowList()))
    with pytest.raises(httpcore2.UnsupportedProtocol):
        await backend.connect_unix_socket("/run/docker.sock")


async def test_proxies_of_the_environment_are_not_used(
    make_http: MakeHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(plain("direct")) as server, serving(plain("proxy")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("ALL_PROXY", proxy.url())
        answer = await make_http("loopback").request("GET", server.url())
    assert answer.text == "direct"
    assert proxy.asked == []


async def test_an_unknown_host_is_named(make_http: MakeHttp) -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async def offline(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    with pytest.raises(HostUnknown, match=r"nowhere\.test"):
        await GuardedHttp(resolve=unknown).request("GET", "http://nowhere.test/")
    with pytest.raises(TemporaryError, match="online"):
        await GuardedHttp(resolve=offline).request("GET", "http://nowhere.test/")
