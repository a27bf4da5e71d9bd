"""A signed message to another system."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Literal

import orjson

from luban.blocks.message.posting import checked, one_of
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
)

_URL = "https://other.test/hook"
_KEEP = "whsec_"


class SignedWebhook(Block):
    """Posts JSON to an address of another system, signed so that it can be sure who sent it.

    Tried again, it carries the same id, by which the other side knows it as one message.
    """

    id = "message.webhook"
    title = "Signed webhook"
    category = "message"
    effect = Effect.IDEMPOTENT
    icon = "webhook"
    keywords = ("hmac", "signature", "post", "notify", "callback", "http", "send", "event")
    credentials = (CredentialNeed(provider="webhook-secret", optional=True),)

    class Input(BlockInput):
        url: str = Field(title="Address", description="Where to post: https://…", min_length=1)
        data: Any = Field(None, title="Data", description="Sent as JSON.")
        style: Literal["standard", "github"] = Field(
            "standard",
            title="Signature",
            description="`standard`: webhook-id, -timestamp and -signature (Standard Webhooks); "
            "`github`: X-Hub-Signature-256.",
        )
        secret: str = Field(
            "",
            title="Secret",
            description="Both sides know it. Without one, and without a credential, nothing is "
            "signed.",
            secret=True,
        )
        event: str = Field(
            "",
            title="Event",
            description="Its name, for the header X-Event.",
            pattern=r"^[\w.:/-]*$",
            max_length=200,
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=300, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        status: int = Field(title="Status", description="The status code, such as 200.", main=True)
        id: str = Field(title="Id", description="Of the message, the same in every try.")
        answer: str = Field(title="Answer", description="What the other side says.")

    examples = (
        Example(
            {"url": _URL, "data": {"a": 1}, "secret": "s"},
            {"status": 200, "id": "msg_f7d83d9399ab7049", "answer": "ok"},
            {"http": {f"POST {_URL}": {"text": "ok"}}},
        ),
        Example(
            {"url": _URL, "data": {}},
            {"error": {"code": "message_not_now"}},
            {"http": {_URL: {"status": 503}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        url = one_of(input.url, "", "signed")
        kept = await ctx.find_credential("webhook-secret")
        secret = input.secret or (kept.get("secret", "") if kept else "")
        body = orjson.dumps(input.data)
        name = "msg_" + hashlib.sha256(ctx.idempotency_key.encode()).hexdigest()[:16]
        headers = {"Content-Type": "application/json", "Idempotency-Key": ctx.idempotency_key}
        if input.event:
            headers["X-Event"] = input.event
        if secret:
            headers |= _signed(input.style, secret, name, int(ctx.now()), body)
        answer = await ctx.http.request(
            "POST",
            url,
            content=body,
            headers=headers,
            timeout=input.timeout,
            max_bytes=1_000_000,
            follow_redirects=False,
        )
        checked(answer, "The other side", ctx, "Check address and secret.")
        return {"status": answer.status, "id": name, "answer": answer.text}


def _signed(style: str, secret: str, name: str, at: int, body: bytes) -> dict[str, str]:
    if style == "github":
        mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={mark}"}
    said = hmac.digest(_key(secret), f"{name}.{at}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(said).decode('ascii')}",
    }


def _key(secret: str) -> bytes:
    """`whsec_…` is base64, as Standard Webhooks has it; anything else is taken as it is."""
    if secret.startswith(_KEEP):
        try:
            return base64.b64decode(secret.removeprefix(_KEEP), validate=True)
        except ValueError:
            return secret.encode()
    return secret.encode()
