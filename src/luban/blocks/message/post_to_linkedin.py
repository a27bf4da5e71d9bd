"""A post on LinkedIn."""

from __future__ import annotations

import re
from typing import Any, Literal

from luban.blocks.message.posting import checked, only_for, post
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
    OpenCredential,
)

_API = "https://api.linkedin.com"
_VERSION = "202601"
_MARKS = re.compile(r"[\\|{}@\[\]()<>*_~]")
"""What LinkedIn would take for marks of its own; `#` stays one, for tags."""
_ACCOUNT = {"linkedin": {"access_token": "t"}}
_URN = "urn:li:share:7"


class PostToLinkedin(Block):
    """Posts a text on LinkedIn, as the person who connected the account, or as an organisation."""

    id = "message.post_to_linkedin"
    title = "Post on LinkedIn"
    category = "message"
    effect = Effect.ONCE
    icon = "briefcase"
    keywords = ("linkedin", "post", "publish", "social media", "share", "network")
    timeout = 120
    credentials = (
        CredentialNeed(provider="linkedin", scopes=("w_member_social",), optional=True),
        CredentialNeed(provider="http", optional=True),
    )

    class Input(BlockInput):
        text: str = Field(title="Text", description="With #tags.", min_length=1, max_length=3_000)
        visibility: Literal["public", "connections"] = Field(
            "public", title="Who sees it", description="Everybody, or the account's connections."
        )
        author: str = Field(
            "",
            title="Author",
            description="Such as urn:li:organization:5; empty is the connected person.",
            pattern=r"^(urn:li:(person|organization):[A-Za-z0-9_-]+)?$",
            advanced=True,
        )
        address: str = Field(
            _API,
            title="Address",
            description="Of another server that takes posts like LinkedIn; with the credential "
            "of it.",
            advanced=True,
        )

    class Output(BlockOutput):
        id: str = Field(title="Id", description="The URN of the post.", main=True)
        author: str = Field(title="Author", description="The URN of who posted.")

    examples = (
        Example(
            {"text": "Done."},
            {"id": _URN, "author": "urn:li:person:me"},
            {
                "http": {
                    f"GET {_API}/v2/userinfo": {"json": {"sub": "me"}},
                    f"POST {_API}/rest/posts": {"status": 201, "headers": {"x-restli-id": _URN}},
                },
                "credentials": _ACCOUNT,
            },
        ),
        Example({"text": "Done."}, {"error": {"code": "credential_missing"}}),
        Example(
            {"text": "Done.", "author": "urn:li:organization:5"},
            {"error": {"code": "message_refused"}},
            {
                "http": {f"POST {_API}/rest/posts": {"status": 403, "text": "not an admin"}},
                "credentials": _ACCOUNT,
            },
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        base = input.address.rstrip("/")
        credential = await only_for(ctx, "linkedin", base)
        author = input.author or await _person(ctx, base, credential)
        url = f"{base}/rest/posts"
        headers = {
            **credential.headers(url),
            "LinkedIn-Version": _VERSION,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        said = {
            "author": author,
            "commentary": _MARKS.sub(lambda mark: f"\\{mark[0]}", input.text),
            "visibility": input.visibility.upper(),
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        answer = await post(ctx, url, json=said, headers=headers)
        checked(answer, "LinkedIn", ctx, "Check the text, and what the account may do.")
        return {"id": answer.headers.get("x-restli-id", ""), "author": author}


async def _person(ctx: Context, base: str, credential: OpenCredential) -> str:
    """The URN of whom the credential belongs to."""
    url = f"{base}/v2/userinfo"
    answer = await ctx.http.request(
        "GET", url, headers=credential.headers(url), timeout=30, max_bytes=100_000
    )
    checked(answer, "LinkedIn", ctx, "Connect the account again with the scope `profile`.")
    return f"urn:li:person:{answer.json()['sub']}"
