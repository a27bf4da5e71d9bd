"""The HTTP request block against real servers."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from luban.blocks.web.http_request import HttpRequest
from luban.net import GuardedHttp
from luban.sdk import BlockError, TemporaryError
from luban.sdk.testing import TestContext
from tests.blocks_web.conftest import run
from tests.net.raw_server import plain, serving, silent

JSON = {"content-type": "application/json; charset=utf-8"}


async def test_a_json_answer(context: TestContext) -> None:
    async with serving(plain('{"中": [1]}', headers=JSON)) as server:
        got = await run(HttpRequest, context, url=server.url("/x"), query={"q": "a b"})
    assert got["response"] == [{"中": [1]}]
    assert got["status"] == [200]
    assert got["final_url"] == [server.url("/x?q=a+b")]
    assert "client_error" not in got and "server_error" not in got
    assert "idempotency-key" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("status", "pin"),
    [
        ("201 Created", "response"),
        ("204 No Content", "response"),
        ("404 Not Found", "client_error"),
        ("429 Too Many Requests", "client_error"),
        ("500 Oops", "server_error"),
        ("503 Later", "server_error"),
    ],
)
async def test_each_status_leaves_by_its_pin(context: TestContext, status: str, pin: str) -> None:
    async with serving(plain("", status)) as server:
        got = await run(HttpRequest, context, url=server.url())
    assert got[pin] == [""]
    assert {"response", "client_error", "server_error"} & got.keys() == {pin}


async def test_zero_false_and_null_are_answers(context: TestContext) -> None:
    for value in (0, False, None, ""):
        async with serving(plain(json.dumps(value), headers=JSON)) as server:
            got = await run(HttpRequest, context, url=server.url())
        assert got["response"] == [value]


@pytest.mark.parametrize(
    ("inputs", "content_type", "body"),
    [
        ({"body": {"a": 1}}, "application/json", b'{"a":1}'),
        ({"body": [1]}, "application/json", b"[1]"),
        ({"body": '{"a": 1}'}, "application/json", b'{"a":1}'),
        ({"body": "just text"}, "text/plain; charset=utf-8", b"just text"),
        ({"body": '{"a": 1}', "body_as": "text"}, "text/plain; charset=utf-8", b'{"a": 1}'),
        ({"body": "x", "body_as": "json"}, "application/json", b'"x"'),
        ({"body": "<x/>", "headers": {"content-type": "text/xml"}}, "text/xml", b"<x/>"),
        (
            {"body": {"a": 1, "b": "c d", "n": None, "l": [1, 2], "t": True}, "body_as": "form"},
            "application/x-www-form-urlencoded",
            b"a=1&b=c+d&l=1&l=2&t=true",
        ),
    ],
)
async def test_bodies(
    context: TestContext, inputs: dict[str, object], content_type: str, body: bytes
) -> None:
    async with serving(plain()) as server:
        await run(HttpRequest, context, url=server.url(), method="POST", **inputs)
    (asked,) = server.asked
    assert (asked.headers["content-type"], asked.body) == (content_type, body)
    assert asked.headers["idempotency-key"] == context.idempotency_key


async def test_the_idempotency_key_can_be_given_or_left_out(context: TestContext) -> None:
    async with serving(plain()) as server:
        call = {"url": server.url(), "method": "POST", "body": {}}
        await run(HttpRequest, context, **call, headers={"idempotency-KEY": "mine"})
        await run(HttpRequest, context, **call, idempotency_key=False)
        await run(HttpRequest, context, url=server.url(), method="PUT", body={})
    keys = [asked.headers.get("idempotency-key") for asked in server.asked]
    assert keys == ["mine", None, None]


async def test_the_idempotency_key_goes_under_the_name_the_service_knows(
    context: TestContext,
) -> None:
    async with serving(plain()) as server:
        call = {"url": server.url(), "body": {}, "idempotency_header": "X-Request-Id"}
        await run(HttpRequest, context, **call, method="POST")
        await run(HttpRequest, context, **call, method="PUT")
        await run(HttpRequest, context, **call, method="PUT", headers={"x-request-ID": "mine"})
        await run(HttpRequest, context, **call, method="PUT", idempotency_key=False)
        await run(HttpRequest, context, **{**call, "idempotency_header": "none"}, method="POST")
        await run(HttpRequest, context, **{**call, "body": "plain"}, method="POST")
    names = [asked.headers.get("x-request-id") for asked in server.asked]
    key = context.idempotency_key
    assert names == [key, key, "mine", None, None, key]
    assert all("idempotency-key" not in asked.headers for asked in server.asked)


@pytest.mark.parametrize("name", ["", "two words", "a:b", "键", "x\r\ny"])
async def test_a_name_that_is_no_header_is_refused(context: TestContext, name: str) -> None:
    with pytest.raises(ValidationError, match="idempotency_header"):
        await run(HttpRequest, context, url="http://127.0.0.1:9/", idempotency_header=name)


async def test_files_are_uploaded_in_a_form(context: TestContext) -> None:
    files = [
        context.files.put("一.txt", "one", "text/plain").as_value(),
        context.files.put("b.bin", b"\x00\x01").as_value(),
    ]
    async with serving(plain()) as server:
        call = {"url": server.url(), "method": "POST", "files": files, "files_name": "doc"}
        await run(HttpRequest, context, **call, body={"kind": "scan"})
        with pytest.raises(BlockError, match="JSON"):
            await run(HttpRequest, context, **call, body_as="json")
    sent = server.asked[0].body
    assert sent.count(b'name="doc"') == 2
    assert b"\x00\x01" in sent and b'name="kind"' in sent and "一.txt".encode() in sent


async def test_what_is_neither_json_nor_text_is_stored(context: TestContext) -> None:
    image = plain(b"\x89PNG", headers={"content-type": "image/png"})
    async with serving(image) as server:
        got = await run(HttpRequest, context, url=server.url("/pic/a%20b.png"))
    (file,) = got["response"]
    assert (file["name"], file["type"], file["size"]) == ("a b.png", "image/png", 4)


@pytest.mark.parametrize(
    ("read_as", "expected"), [("text", '{"a":1}'), ("json", {"a": 1}), ("auto", '{"a":1}')]
)
async def test_how_the_answer_is_read_can_be_said(
    context: TestContext, read_as: str, expected: object
) -> None:
    async with serving(plain('{"a":1}', headers={"content-type": "text/plain"})) as server:
        got = await run(HttpRequest, context, url=server.url(), read_as=read_as)
    assert got["response"] == [expected]


async def test_json_that_is_none(context: TestContext) -> None:
    async with serving(plain("{broken", headers=JSON)) as server:
        got = await run(HttpRequest, context, url=server.url())
        assert got["response"] == ["{broken"]
        with pytest.raises(BlockError, match="not JSON"):
            await run(HttpRequest, context, url=server.url(), read_as="json")


async def test_failing_on_an_error_status(context: TestContext) -> None:
    busy = plain("slow down", "429 Too Many", {"retry-after": "7", "content-type": "text/plain"})
    async with serving(busy) as server:
        with pytest.raises(TemporaryError, match="429") as raised:
            await run(HttpRequest, context, url=server.url(), fail_on_error=True)
    assert raised.value.retry_after == 7
    assert "slow down" in str(raised.value)
    async with serving(plain("", "403 Forbidden")) as server:
        with pytest.raises(BlockError, match="403") as refused:
            await run(HttpRequest, context, url=server.url(), fail_on_error=True)
    assert not refused.value.retryable


async def test_a_page_that_never_answers(context: TestContext) -> None:
    async with serving(silent) as server:
        with pytest.raises(TemporaryError, match=r"0\.3 s"):
            await run(HttpRequest, context, url=server.url(), timeout=0.3)


async def test_an_answer_that_is_too_large(context: TestContext) -> None:
    async with serving(plain(b"x" * 3_000_000)) as server:
        with pytest.raises(BlockError, match="more than 1 MB"):
            await run(HttpRequest, context, url=server.url(), max_megabytes=1)


async def test_a_private_address_is_refused_by_default(context: TestContext) -> None:
    context.http = GuardedHttp()  # pyright: ignore[reportAttributeAccessIssue]
    async with serving(plain("secret")) as server:
        with pytest.raises(BlockError, match="LUBAN_ALLOW_HOSTS"):
            await run(HttpRequest, context, url=server.url())
    assert server.asked == []
