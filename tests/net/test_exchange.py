"""Requests as they leave, answers as they come: redirects, limits, encodings, certificates."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import ssl
import subprocess
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.net.errors import (
    AddressForbidden,
    AnswerTooLarge,
    AnswerUnreadable,
    BadAddress,
    BadRequest,
    CertificateRefused,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from luban.sdk.errors import TemporaryError
from luban.sdk.http import Streamed
from tests.net.conftest import MakeHttp
from tests.net.raw_server import Asked, by_path, plain, serving, silent


def redirect(target: str, status: str = "302 Found"):
    return plain(status=status, headers={"location": target})


# --- what leaves -------------------------------------------------------------------------------


async def test_parameters_join_those_of_the_address(make_http: MakeHttp) -> None:
    async with serving(plain()) as server:
        await make_http("loopback").request(
            "GET", server.url("/a?x=1"), params={"y": "é&", "n": 2, "none": None, "l": [1, 2]}
        )
    assert server.asked[0].target == "/a?x=1&y=%C3%A9%26&n=2&l=1&l=2"


async def test_bodies(make_http: MakeHttp) -> None:
    http = make_http("loopback")
    async with serving(plain()) as server:
        await http.request("POST", server.url(), json={"a": "中"})
        await http.request("PUT", server.url(), form={"a": "b c"})
        await http.request("PATCH", server.url(), content=b"raw", headers={"Content-Type": "x/y"})
        await http.request(
            "POST",
            server.url(),
            form={"kind": "scan"},
            files=[("file", ("一.txt", b"one", "text/plain")), ("file", ("2", b"two", "a/b"))],
        )
    json_body, form, raw, upload = server.asked
    assert json_body.headers["content-type"] == "application/json"
    assert json_body.body == '{"a":"中"}'.encode()
    assert form.body == b"a=b+c"
    assert (raw.headers["content-type"], raw.body) == ("x/y", b"raw")
    assert upload.headers["content-type"].startswith("multipart/form-data; boundary=")
    for part in (b"one", b"two", b'name="kind"', "一.txt".encode()):
        assert part in upload.body


async def test_name_and_password_of_the_address_become_a_header(make_http: MakeHttp) -> None:
    async with serving(plain()) as server:
        answer = await make_http("loopback").request(
            "GET", f"http://me:s%40fe@127.0.0.1:{server.port}/"
        )
    assert server.asked[0].headers["authorization"] == "Basic bWU6c0BmZQ=="
    assert "s%40fe" not in answer.url


async def test_headers_that_follow_from_the_request_cannot_be_given(make_http: MakeHttp) -> None:
    async with serving(plain()) as server:
        await make_http("loopback").request(
            "POST",
            server.url(),
            headers={"Host": "elsewhere", "Content-Length": "999", "X-Mine": "1"},
            content=b"abc",
        )
    headers = server.asked[0].headers
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert (headers["content-length"], headers["x-mine"]) == ("3", "1")


@pytest.mark.parametrize("headers", [{"x": "a\r\nInjected: 1"}, {"a b": "1"}, {"é": "1"}])
async def test_headers_that_are_no_headers(make_http: MakeHttp, headers: dict[str, str]) -> None:
    async with serving(plain()) as server:
        with pytest.raises(BadRequest):
            await make_http("loopback").request("GET", server.url(), headers=headers)
    assert server.asked == []


async def test_cookies_of_one_answer_do_not_reach_the_next_request(make_http: MakeHttp) -> None:
    http = make_http("loopback")
    async with serving(plain(headers={"set-cookie": "session=1; Path=/"})) as server:
        await http.request("GET", server.url())
        await http.request("GET", server.url())
    assert "cookie" not in server.asked[1].headers


# --- redirects ---------------------------------------------------------------------------------


async def test_a_redirect_within_the_origin_keeps_credentials(make_http: MakeHttp) -> None:
    pages = by_path({"/old": redirect("/new"), "/new": plain("here")})
    async with serving(pages) as server:
        answer = await make_http("loopback").request(
            "GET", server.url("/old"), headers={"Authorization": "Bearer x", "X-Api-Key": "k"}
        )
    assert (answer.text, answer.url) == ("here", server.url("/new"))
    assert server.asked[1].headers["authorization"] == "Bearer x"
    assert server.asked[1].headers["x-api-key"] == "k"


async def test_a_redirect_elsewhere_carries_no_credentials(make_http: MakeHttp) -> None:
    async with serving(plain("there")) as target, serving(redirect(target.url("/x"))) as server:
        answer = await make_http("loopback").request(
            "GET",
            server.url(),
            headers={"Authorization": "b", "Cookie": "c", "X-Api-Key": "k", "Accept": "t/t"},
        )
    seen = target.asked[0].headers
    assert answer.text == "there"
    assert not {"authorization", "cookie", "x-api-key"} & seen.keys()
    assert seen["accept"] == "t/t"


async def test_a_redirect_into_a_forbidden_port_is_refused(make_http: MakeHttp) -> None:
    async with serving(plain("secret")) as inner, serving(redirect(inner.url())) as server:
        with pytest.raises(AddressForbidden) as raised:
            await make_http(f"loopback:{server.port}").request("GET", server.url())
    assert inner.asked == []
    assert f"127.0.0.1:{inner.port}" in str(raised.value)


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "http://[::1]:1/"])
async def test_a_redirect_to_metadata_is_refused(make_http: MakeHttp, target: str) -> None:
    async with serving(redirect(target)) as server:
        with pytest.raises(AddressForbidden):
            await make_http(f"loopback:{server.port}").request("GET", server.url())


async def test_a_redirect_out_of_the_web_is_refused(make_http: MakeHttp) -> None:
    async with serving(redirect("file:///etc/passwd")) as server:
        with pytest.raises(BadAddress):
            await make_http("loopback").request("GET", server.url())


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [
        ("301 Moved", "GET", b""),
        ("302 Found", "GET", b""),
        ("303 See Other", "GET", b""),
        ("307 Temporary Redirect", "POST", b"{}"),
        ("308 Permanent Redirect", "POST", b"{}"),
    ],
)
async def test_what_a_redirected_post_becomes(
    make_http: MakeHttp, status: str, method: str, body: bytes
) -> None:
    pages = by_path({"/old": redirect("/new", status), "/new": plain("ok")})
    async with serving(pages) as server:
        await make_http("loopback").request("POST", server.url("/old"), json={})
    assert (server.asked[1].method, server.asked[1].body) == (method, body)
    assert ("content-type" in server.asked[1].headers) is bool(body)


async def test_redirects_end(make_http: MakeHttp) -> None:
    async with serving(redirect("/again")) as server:
        with pytest.raises(TooManyRedirects):
            await make_http("loopback").request("GET", server.url())
    assert len(server.asked) == 11


async def test_redirects_are_given_back_when_not_followed(make_http: MakeHttp) -> None:
    async with serving(redirect("/new")) as server:
        answer = await make_http("loopback").request("GET", server.url(), follow_redirects=False)
    assert (answer.status, answer.headers["location"]) == (302, "/new")


async def test_a_body_in_pieces_is_begun_anew_after_a_redirect(make_http: MakeHttp) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"c"

    pages = by_path({"/old": redirect("/new", "307 Temporary Redirect"), "/new": plain("ok")})
    async with serving(pages) as server:
        body = Streamed(3, pieces)
        http = make_http("loopback")
        await http.request("PUT", server.url("/old"), content=body, headers={"Content-Type": "a/b"})
        assert [asked.body for asked in server.asked] == [b"abc", b"abc"]
        assert "transfer-encoding" not in server.asked[1].headers
        for length in (2, 9):
            with pytest.raises(BadRequest, match=f"{length} bytes"):
                await http.request("PUT", server.url("/new"), content=Streamed(length, pieces))


async def test_an_answer_in_pieces_keeps_to_its_limits(make_http: MakeHttp) -> None:
    async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(by_path({"/drip": trickle, "/": plain(b"x" * 300_000)})) as server:
        http = make_http("loopback")
        with pytest.raises(TimedOut):
            async with http.stream("GET", server.url("/drip"), timeout=0.3) as answer:
                await answer.read()
        with pytest.raises(AnswerTooLarge):
            async with http.stream("GET", server.url(), max_bytes=100_000) as answer:
                await answer.read()
        async with http.stream("GET", server.url()) as answer:  # left before it is read
            assert answer.status == 200
        assert len((await http.request("GET", server.url())).content) == 300_000
        with pytest.raises(TimeoutError):  # one of the reader's own is no time-out of ours
            async with http.stream("GET", server.url()):
                raise TimeoutError


# --- limits ------------------------------------------------------------------------------------


async def test_a_server_that_never_answers_runs_into_the_time_limit(make_http: MakeHttp) -> None:
    async with serving(silent) as server:
        started = time.monotonic()
        with pytest.raises(TimedOut) as raised:
            await make_http("loopback").request("GET", server.url(), timeout=0.3)
    assert time.monotonic() - started < 3
    assert isinstance(raised.value, TemporaryError) and raised.value.retryable
    assert "within 0.3 s" in str(raised.value)


async def test_errors_do_not_repeat_keys_of_the_address(make_http: MakeHttp) -> None:
    async with serving(silent) as server:
        with pytest.raises(TimedOut) as raised:
            await make_http("loopback").request(
                "GET", f"http://me:word@127.0.0.1:{server.port}/p?key=hidden", timeout=0.1
            )
    assert "/p" in str(raised.value)
    assert "hidden" not in str(raised.value.as_json()) and "word@" not in str(raised.value)


async def test_the_time_limit_is_for_the_whole_exchange(make_http: MakeHttp) -> None:
    async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(trickle) as server:
        with pytest.raises(TimedOut):
            await make_http("loopback").request("GET", server.url(), timeout=0.4)


async def test_the_pool_is_usable_after_time_outs(make_http: MakeHttp) -> None:
    http = make_http("loopback")
    async with serving(by_path({"/never": silent, "/": plain("fine")})) as server:
        for _ in range(3):
            with pytest.raises(TimedOut):
                await http.request("GET", server.url("/never"), timeout=0.1)
        assert (await http.request("GET", server.url())).text == "fine"


async def test_a_body_without_an_end_is_cut_at_the_size_limit(make_http: MakeHttp) -> None:
    sent = 0

    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            sent += 65536
            await writer.drain()

    async with serving(endless) as server:
        with pytest.raises(AnswerTooLarge) as raised:
            await make_http("loopback").request("GET", server.url(), max_bytes=500_000)
    assert sent < 20_000_000
    assert "more than 500 kB" in str(raised.value)


async def test_a_declared_size_over_the_limit_is_refused_unread(make_http: MakeHttp) -> None:
    async def promise(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        await asyncio.Event().wait()

    async with serving(promise) as server:
        with pytest.raises(AnswerTooLarge):
            await make_http("loopback").request("GET", server.url(), timeout=5)


async def test_a_packed_bomb_is_not_opened(make_http: MakeHttp) -> None:
    bomb = gzip.compress(bytes(300_000_000), compresslevel=1)
    assert len(bomb) < 2_000_000
    async with serving(plain(bomb, headers={"content-encoding": "gzip"})) as server:
        tracemalloc.start()
        with pytest.raises(AnswerTooLarge):
            await make_http("loopback").request("GET", server.url(), max_bytes=5_000_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 30_000_000


@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, gzip", "compress"])
async def test_other_packings_are_refused(make_http: MakeHttp, packing: str) -> None:
    async with serving(plain(b"??", headers={"content-encoding": packing})) as server:
        with pytest.raises(AnswerUnreadable):
            await make_http("loopback").request("GET", server.url())


async def test_gzip_is_asked_for_and_unpacked(make_http: MakeHttp) -> None:
    body = gzip.compress("你好".encode())
    async with serving(plain(body, headers={"content-encoding": "gzip"})) as server:
        answer = await make_http("loopback").request("GET", server.url())
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"
    assert answer.text == "你好"


async def test_damaged_gzip(make_http: MakeHttp) -> None:
    async with serving(plain(b"not gzip", headers={"content-encoding": "gzip"})) as server:
        with pytest.raises(AnswerUnreadable):
            await make_http("loopback").request("GET", server.url())


async def test_a_head_answer_has_no_body_whatever_its_length_says(make_http: MakeHttp) -> None:
    async with serving(plain(b"x" * 50)) as server:
        answer = await make_http("loopback").request("HEAD", server.url(), max_bytes=10)
    assert (answer.content, answer.headers["content-length"]) == (b"", "50")


# --- connections that fail ---------------------------------------------------------------------


async def test_nobody_listens(make_http: MakeHttp) -> None:
    async with serving(plain()) as server:
        pass
    with pytest.raises(Unreachable) as raised:
        await make_http("loopback").request("GET", server.url())
    assert raised.value.retryable and f"127.0.0.1:{server.port}" in str(raised.value)


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", b"SSH-2.0-OpenSSH_9\r\n"],
)
async def test_a_connection_that_breaks(make_http: MakeHttp, sent: bytes) -> None:
    async def broken(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        writer.close()

    async with serving(broken) as server:
        with pytest.raises(Unreachable):
            await make_http("loopback").request("GET", server.url())


# --- encodings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "content_type", "text"),
    [
        ("你好".encode("gbk"), "text/html; charset=gbk", "你好"),
        ("你好".encode("gbk"), "text/html; charset=GB2312", "你好"),
        ('<meta charset="gbk">你好'.encode("gbk"), "text/html", '<meta charset="gbk">你好'),
        ("你好，世界，这是一个页面".encode("gbk"), "text/plain", "你好，世界，这是一个页面"),
        ("你好".encode(), "text/plain", "你好"),
        ("你好".encode("utf-16"), "text/plain", "你好"),
        ("ÿé".encode("latin-1"), "text/plain; charset=iso-8859-1", "ÿé"),
        ("naïve café".encode("latin-1"), "text/plain", "naïve café"),
        ("日本".encode("shift_jis"), "text/plain; charset=Shift_JIS", "日本"),
        ("臺灣".encode("big5"), "text/plain; charset=big5", "臺灣"),
        (b"ok", "text/plain; charset=no-such-thing", "ok"),
    ],
)
async def test_text_in_many_encodings(
    make_http: MakeHttp, content: bytes, content_type: str, text: str
) -> None:
    async with serving(plain(content, headers={"content-type": content_type})) as server:
        answer = await make_http("loopback").request("GET", server.url())
    assert answer.text == text


# --- certificates ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate for `pinned.test`, signed by itself."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing on this machine")
    path = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=pinned.test", "-addext", "subjectAltName=DNS:pinned.test"),
            *("-keyout", str(path / "key.pem"), "-out", str(path / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return path


async def test_the_certificate_is_that_of_the_name_not_of_the_address(
    make_http: MakeHttp, certificate: Path
) -> None:
    asked_for: list[str | None] = []
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    tls.sni_callback = lambda _object, name, _context: asked_for.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    names = {"pinned.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    async with serving(plain("safe"), tls) as server:
        http = make_http("loopback", names=names, tls=trusting)
        answer = await http.request("GET", server.url(host="pinned.test", scheme="https"))
        assert answer.text == "safe"
        assert asked_for == ["pinned.test"]
        with pytest.raises(CertificateRefused, match=r"other\.test"):
            await http.request("GET", server.url(host="other.test", scheme="https"))
        with pytest.raises(CertificateRefused):
            await make_http("loopback", names=names).request(
                "GET", server.url(host="pinned.test", scheme="https")
            )


# --- cost --------------------------------------------------------------------------------------


async def test_connections_are_kept_and_shared(make_http: MakeHttp) -> None:
    http = make_http("loopback")
    writers: set[asyncio.StreamWriter] = set()

    async def remember(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        await plain("x")(asked, writer)

    async with serving(remember) as server:
        for _ in range(5):
            await http.request("GET", server.url())
    assert len(writers) == 1
