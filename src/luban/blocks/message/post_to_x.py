"""A post on X."""

from __future__ import annotations

from typing import Any

from luban.blocks.message.posting import checked, only_for, post
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
)

_API = "https://api.x.com"
_LONGEST = 280
_WIDE = 0x1100
"""From here on most letters count twice."""
_ACCOUNT = {"x": {"access_token": "t"}}
_SAID = {"data": {"id": "12", "text": "Done."}}


class PostToX(Block):
    """Posts a text on X (Twitter), in the name of the account that was connected."""

    id = "message.post_to_x"
    title = "Post on X"
    category = "message"
    effect = Effect.ONCE
    icon = "at-sign"
    keywords = ("twitter", "tweet", "post", "publish", "social media", "share")
    timeout = 120
    credentials = (
        CredentialNeed(provider="x", scopes=("tweet.write",), optional=True),
        CredentialNeed(provider="http", optional=True),
    )

    class Input(BlockInput):
        text: str = Field(
            title="Text",
            description="280 letters; Chinese ones and emoji count twice.",
            min_length=1,
            max_length=25_000,
        )
        reply_to: str = Field(
            "",
            title="Reply to",
            description="The id of the post to answer.",
            pattern=r"^\d*$",
        )
        long: bool = Field(
            False,
            title="Long post",
            description="The account may post more than 280 letters.",
            advanced=True,
        )
        address: str = Field(
            _API,
            title="Address",
            description="Of another server that takes posts like X; with the credential of it.",
            advanced=True,
        )

    class Output(BlockOutput):
        id: str = Field(title="Id", description="Of the post.", main=True)
        text: str = Field(title="Text", description="As it was posted.")

    examples = (
        Example(
            {"text": "Done."},
            {"id": "12", "text": "Done."},
            {"http": {f"POST {_API}/2/tweets": {"json": _SAID}}, "credentials": _ACCOUNT},
        ),
        Example({"text": "鲁" * 141}, {"error": {"code": "post_too_long"}}),
        Example({"text": "Done."}, {"error": {"code": "credential_missing"}}),
        Example(
            {"text": "Done."},
            {"error": {"code": "message_refused"}},
            {
                "http": {f"POST {_API}/2/tweets": {"status": 403, "text": "duplicate content"}},
                "credentials": _ACCOUNT,
            },
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        size = _counted(input.text)
        if size > _LONGEST and not input.long:
            raise BlockError(
                f"The text counts {size} letters, and a post on X takes {_LONGEST}. Shorten it, or "
                "say that the account may post long ones.",
                zh=f"文本计为 {size} 个字符，而 X 的帖子最多 {_LONGEST} 个。请缩短文本，"
                "或注明该账号可以发布长帖。",
                code="post_too_long",
            )
        url = f"{input.address.rstrip('/')}/2/tweets"
        credential = await only_for(ctx, "x", url)
        said: dict[str, Any] = {"text": input.text}
        if input.reply_to:
            said["reply"] = {"in_reply_to_tweet_id": input.reply_to}
        answer = await post(ctx, url, json=said, headers=credential.headers(url))
        checked(answer, "X", ctx, "Check the text, and what the account may do.")
        told = answer.json()["data"]
        return {"id": told["id"], "text": told.get("text", input.text)}


def _counted(text: str) -> int:
    """As X counts: letters of alphabets once, all others twice; what links really count is less."""
    return sum(1 if ord(letter) < _WIDE else 2 for letter in text)
