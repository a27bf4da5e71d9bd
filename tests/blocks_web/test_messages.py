"""Messages as services get them, once and to the right place."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from luban.blocks.message.discord_webhook import DiscordWebhook
from luban.blocks.message.read_email import ReadEmail
from luban.blocks.message.send_email import SendEmail
from luban.blocks.message.slack import SlackMessage
from luban.blocks.message.webhook import SignedWebhook
from luban.sdk import BlockError, OpenCredential, TemporaryError
from luban.sdk.testing import ScriptedHttp, TestContext, run_block
from tests.blocks_web.conftest import run
from tests.net.raw_server import plain, serving, silent

JSON = {"content-type": "application/json"}


async def test_discord_mentions_nobody_and_takes_files(context: TestContext) -> None:
    file = context.files.put("一.txt", "one", "text/plain").as_value()
    said = plain('{"id": "7", "channel_id": "5"}', headers=JSON)
    async with serving(said) as server:
        hook = {"webhook": server.url("/api/webhooks/1/x?old=1")}
        got = await run(DiscordWebhook, context, text="@everyone hi", thread="9", **hook)
        await run(DiscordWebhook, context, text="x", files=[file], mentions=True, **hook)
    assert (got["id"], got["channel"]) == (["7"], ["5"])
    first, second = server.asked
    assert first.target == "/api/webhooks/1/x?old=1&wait=true&thread_id=9"
    assert json.loads(first.body) == {"content": "@everyone hi", "allowed_mentions": {"parse": []}}
    assert b'name="payload_json"' in second.body and b'name="files[0]"' in second.body
    assert b"allowed_mentions" not in second.body and b"one" in second.body


@pytest.mark.parametrize("block", [DiscordWebhook, SlackMessage])
async def test_a_webhook_that_says_no_is_not_named(context: TestContext, block: type) -> None:
    async with serving(plain("no such hook", "404 Not Found")) as server:
        with pytest.raises(BlockError, match="no such hook") as raised:
            await run(block, context, text="x", webhook=server.url("/secret-part"))
    assert "secret-part" not in str(raised.value) and not raised.value.retryable
    async with serving(plain("slow", "429 No", {"retry-after": "3"})) as server:
        with pytest.raises(TemporaryError) as later:
            await run(block, context, text="x", webhook=server.url())
    assert later.value.retry_after == 3
    # Nobody listens: nothing was sent, so it may be tried again.
    with pytest.raises(TemporaryError):
        await run(block, context, text="x", webhook=server.url())


async def test_what_nobody_can_tell_is_not_sent_again(context: TestContext) -> None:
    async def broken(asked: object, writer: object) -> None:
        writer.close()  # pyright: ignore[reportAttributeAccessIssue]

    async with serving(broken) as server:
        with pytest.raises(BlockError) as raised:
            await run(SlackMessage, context, text="x", webhook=server.url())
    assert raised.value.code == "message_in_doubt" and not raised.value.retryable
    assert len(server.asked) == 1


async def test_slack_gets_the_token_and_nobody_else() -> None:
    api = "https://slack.com/api/chat.postMessage"
    answers = [
        {"json": {"ok": True, "ts": "1.2", "channel": "C1"}},
        {"json": {"ok": False, "error": "ratelimited"}},
        {"text": "<html>"},
    ]
    ctx = TestContext(http=ScriptedHttp({api: answers}))
    ctx.credentials["slack"] = OpenCredential(
        {"api_key": "x"}, hosts=("slack.com",), headers={"Authorization": "Bearer x"}
    )
    got = await run_block(SlackMessage, ctx, text="hi", channel="#a", thread="1.1")
    assert got["ts"] == ["1.2"]
    (request,) = ctx.http.requests
    assert request["headers"] == {"Authorization": "Bearer x"}
    assert request["json"]["thread_ts"] == "1.1" and request["json"]["channel"] == "#a"
    with pytest.raises(TemporaryError):
        await run_block(SlackMessage, ctx, text="hi", channel="#a")
    with pytest.raises(BlockError, match="unreadable"):
        await run_block(SlackMessage, ctx, text="hi", channel="#a")


async def test_a_webhook_is_signed_as_the_other_side_checks_it(context: TestContext) -> None:
    key = base64.b64encode(b"0123456789abcdef").decode()
    async with serving(plain("ok")) as server:
        call = {"url": server.url("/x"), "data": {"锁": 1}, "event": "lock.made"}
        got = await run(SignedWebhook, context, **call, secret=f"whsec_{key}")
        await run(SignedWebhook, context, **call, secret="plain", style="github")
        await run(SignedWebhook, context, **call)
    async with serving(silent) as never:
        with pytest.raises(TemporaryError):  # the same id makes another try harmless
            await run(SignedWebhook, context, url=never.url(), timeout=0.2)
    standard, github, unsigned = server.asked
    name, at = standard.headers["webhook-id"], standard.headers["webhook-timestamp"]
    signed = f"{name}.{at}.".encode() + standard.body
    wanted = base64.b64encode(hmac.digest(b"0123456789abcdef", signed, hashlib.sha256)).decode()
    assert standard.headers["webhook-signature"] == f"v1,{wanted}"
    assert got["id"] == [name] and at == str(int(context.now()))
    mark = hmac.new(b"plain", github.body, hashlib.sha256).hexdigest()
    assert github.headers["x-hub-signature-256"] == f"sha256={mark}"
    assert unsigned.headers["x-event"] == "lock.made"
    assert not any("signature" in header for header in unsigned.headers)


async def test_addresses_and_files_of_letters() -> None:
    ctx = TestContext(credentials={"smtp": {"host": "mail.test"}})
    file = ctx.files.put("a.txt", "one", "text/plain").as_value()
    await run_block(
        SendEmail,
        ctx,
        to='"Lu, Ban" <lu@b.c>; ann@b.c,\nbo@b.c',
        bcc="cy@b.c",
        subject="s",
        body="b",
        files=[file],
    )
    (letter,) = ctx.mail.sent
    assert letter.to == ['"Lu, Ban" <lu@b.c>', "ann@b.c", "bo@b.c"] and letter.bcc == ["cy@b.c"]
    assert letter.files == [("a.txt", b"one", "text/plain")]
    assert letter.key == ctx.idempotency_key


async def test_what_is_attached_becomes_files() -> None:
    attached = [("../../etc/计划.pdf", b"%PDF", "application/pdf")]
    world = {
        "credentials": {"imap": {"host": "mail.test"}},
        "mail": {"box": [{"uid": "1", "subject": "s", "sender": "a@b.c", "files": attached}]},
    }
    got = await run_block(ReadEmail, TestContext.from_world(world))
    (file,) = got["letters"][0][0]["files"]
    assert (file["name"], file["size"]) == ("计划.pdf", 4)
