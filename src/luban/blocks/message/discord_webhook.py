"""A message in a channel of Discord."""

from __future__ import annotations

from typing import Any

import orjson

from luban.blocks.message.posting import checked, one_of, post
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
    FileRef,
)

_LONGEST = 2000
_MOST_FILES = 10
_MOST_BYTES = 25_000_000
_URL = "https://discord.com/api/webhooks/1/abc"
_SENT = {"id": "77", "channel_id": "5"}


class DiscordWebhook(Block):
    """Posts a message to a Discord channel by its webhook: text, embeds and files.

    It mentions nobody unless that is switched on. A longer text is refused, not cut.
    """

    id = "message.discord_webhook"
    title = "Discord message"
    category = "message"
    effect = Effect.ONCE
    icon = "message-circle"
    keywords = ("discord", "chat", "post", "notify", "channel", "webhook", "embed", "send")
    timeout = 120
    credentials = (CredentialNeed(provider="discord-webhook", optional=True),)

    class Input(BlockInput):
        text: str = Field(
            "", title="Text", description="Discord's Markdown, up to 2,000 characters."
        )
        webhook: str = Field(
            "",
            title="Address of the webhook",
            description="Where no credential is chosen; who has it can post.",
            secret=True,
        )
        username: str = Field(
            "", title="Name", description="Instead of the webhook's own.", max_length=80
        )
        avatar: str = Field(
            "",
            title="Picture",
            description="The address of one, instead of its own.",
            advanced=True,
        )
        embeds: list[dict[str, Any]] = Field(
            default_factory=list[dict[str, Any]],
            title="Embeds",
            description="Up to 10, as Discord describes them: title, description, url, color, …",
            max_length=10,
            advanced=True,
        )
        files: list[FileRef] = Field(
            default_factory=list[FileRef],
            title="Files",
            description="Up to 10, 25 MB together.",
            max_length=_MOST_FILES,
        )
        thread: str = Field(
            "",
            title="Thread",
            description="The id of a thread of the channel.",
            pattern=r"^\d*$",
            advanced=True,
        )
        mentions: bool = Field(
            False,
            title="May mention",
            description="@everyone, roles and people in the text are called.",
            advanced=True,
        )

    class Output(BlockOutput):
        id: str = Field(title="Id", description="Of the message.", main=True)
        channel: str = Field(title="Channel", description="The id of its channel.")

    examples = (
        Example(
            {"text": "Done.", "webhook": _URL},
            {"id": "77", "channel": "5"},
            {"http": {f"POST {_URL}": {"json": _SENT}}},
        ),
        Example(
            {"text": "Done."},
            {"id": "77", "channel": "5"},
            {
                "http": {f"POST {_URL}": {"json": _SENT}},
                "credentials": {"discord-webhook": {"url": _URL}},
            },
        ),
        Example({"text": "x" * 2001, "webhook": _URL}, {"error": {"code": "text_too_long"}}),
        Example(
            {"text": "Done.", "webhook": _URL},
            {"error": {"code": "message_refused"}},
            {"http": {_URL: {"status": 404, "text": "Unknown Webhook"}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if len(input.text) > _LONGEST:
            raise BlockError(
                f"The text has {len(input.text):,} characters; Discord takes 2,000. Split it.",
                zh=f"文本有 {len(input.text):,} 个字符，Discord 最多 2,000 个。请拆分。",
                code="text_too_long",
            )
        if not (input.text.strip() or input.embeds or input.files):
            raise BlockError(
                "The message is empty: give a text, an embed or a file.",
                zh="消息为空：请提供文本、嵌入内容或文件。",
                code="nothing_to_send",
            )
        kept = await ctx.find_credential("discord-webhook")
        url = one_of(input.webhook, kept.get("url", "") if kept else "", "Discord")
        asked: dict[str, str] = {"wait": "true"}
        if input.thread:
            asked["thread_id"] = input.thread
        body = await _body(input, ctx)
        seconds = 90 if input.files else 30
        answer = await post(ctx, url, timeout=seconds, params=asked, **body)
        checked(answer, "Discord", ctx, "Check the address of the webhook and the embeds.")
        try:
            said: Any = answer.json()
        except ValueError:
            said = None
        said = said if isinstance(said, dict) else {}
        return {"id": str(said.get("id", "")), "channel": str(said.get("channel_id", ""))}


async def _body(input: DiscordWebhook.Input, ctx: Context) -> dict[str, Any]:
    message: dict[str, Any] = {"content": input.text}
    if not input.mentions:
        message["allowed_mentions"] = {"parse": []}
    for name, value in (
        ("username", input.username),
        ("avatar_url", input.avatar),
        ("embeds", input.embeds),
    ):
        if value:
            message[name] = value
    if not input.files:
        return {"json": message}
    files: list[tuple[str, tuple[str, bytes, str]]] = []
    left = _MOST_BYTES
    for number, file in enumerate(input.files):
        left -= (await ctx.files.info(file)).file.size
        if left < 0:
            raise BlockError(
                "The files are larger than 25 MB together, and Discord takes no more.",
                zh="文件总共超过 25 MB，Discord 不接受。",
                code="files_too_large",
            )
        files.append((f"files[{number}]", (file.name, await ctx.files.read(file), file.type)))
    return {"form": {"payload_json": orjson.dumps(message).decode()}, "files": files}
