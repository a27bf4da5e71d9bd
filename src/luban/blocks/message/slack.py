"""A message in Slack."""

from __future__ import annotations

from typing import Any

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
    OpenCredential,
    TemporaryError,
)

_API = "https://slack.com/api/chat.postMessage"
_HOOK = "https://hooks.slack.com/services/T/B/x"
_TOKEN = {"slack": {"api_key": "xoxb-test"}}
_NOT_NOW = frozenset({"ratelimited", "rate_limited", "internal_error", "service_unavailable"})


class SlackMessage(Block):
    """Posts a message to a channel, a person or a thread of Slack.

    With the token of an app it goes to any channel the app is in; with a webhook to the webhook's.
    """

    id = "message.slack"
    title = "Slack message"
    category = "message"
    effect = Effect.ONCE
    icon = "hash"
    keywords = ("slack", "chat", "post", "notify", "channel", "webhook", "send", "thread")
    timeout = 120
    credentials = (
        CredentialNeed(provider="slack", scopes=("chat:write",), optional=True),
        CredentialNeed(provider="slack-webhook", optional=True),
    )

    class Input(BlockInput):
        text: str = Field(
            title="Text",
            description="Slack's own marks: *bold*, _italic_, <https://…|words>.",
            max_length=40_000,
        )
        channel: str = Field(
            "",
            title="Channel",
            description="Its name or id, or the id of a person; a webhook has its own.",
            max_length=200,
        )
        thread: str = Field(
            "",
            title="Thread",
            description="The `ts` of the message to answer.",
            pattern=r"^[\d.]*$",
        )
        webhook: str = Field(
            "",
            title="Address of the webhook",
            description="Where no credential is chosen; who has it can post.",
            secret=True,
            advanced=True,
        )
        blocks: list[dict[str, Any]] = Field(
            default_factory=list[dict[str, Any]],
            title="Blocks",
            description="A layout in Slack's Block Kit; the text is then what notices show.",
            max_length=50,
            advanced=True,
        )
        username: str = Field(
            "",
            title="Name",
            description="Instead of the app's own, where it may.",
            max_length=80,
            advanced=True,
        )
        unfurl: bool = Field(
            False,
            title="Show previews of links",
            description="Of the pages that the text leads to.",
            advanced=True,
        )

    class Output(BlockOutput):
        ts: str = Field(
            title="Time stamp", description="Names the message; empty with a webhook.", main=True
        )
        channel: str = Field(title="Channel", description="The id of its channel.")

    examples = (
        Example(
            {"text": "Done.", "channel": "#work"},
            {"ts": "1769846400.000100", "channel": "C1"},
            {
                "http": {
                    f"POST {_API}": {
                        "json": {"ok": True, "ts": "1769846400.000100", "channel": "C1"}
                    }
                },
                "credentials": _TOKEN,
            },
        ),
        Example(
            {"text": "Done.", "webhook": _HOOK},
            {"ts": "", "channel": ""},
            {"http": {f"POST {_HOOK}": {"text": "ok"}}},
        ),
        Example(
            {"text": "Done.", "channel": "#none"},
            {"error": {"code": "message_refused"}},
            {
                "http": {_API: {"json": {"ok": False, "error": "channel_not_found"}}},
                "credentials": _TOKEN,
            },
        ),
        Example({"text": "Done."}, {"error": {"code": "no_webhook"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        message: dict[str, Any] = {
            "text": input.text,
            "unfurl_links": input.unfurl,
            "unfurl_media": input.unfurl,
        }
        for name, value in (
            ("blocks", input.blocks),
            ("username", input.username),
            ("thread_ts", input.thread),
        ):
            if value:
                message[name] = value
        account = None if input.webhook else await ctx.find_credential("slack")
        if account is not None:
            return await _as_app(ctx, input, message, account)
        kept = await ctx.find_credential("slack-webhook")
        url = one_of(input.webhook, kept.get("url", "") if kept else "", "Slack")
        answer = await post(ctx, url, json=message)
        checked(answer, "Slack", ctx, "Check the address of the webhook and the blocks.")
        return {"ts": "", "channel": ""}


async def _as_app(
    ctx: Context, input: SlackMessage.Input, message: dict[str, Any], account: OpenCredential
) -> dict[str, Any]:
    if not input.channel.strip():
        raise BlockError(
            "With an app's token, say which channel the message is for.",
            zh="使用应用令牌时，请指明消息发往哪个频道。",
            code="no_channel",
        )
    sent = {**message, "channel": input.channel.strip()}
    answer = await post(ctx, _API, json=sent, headers=account.headers(_API))
    checked(answer, "Slack", ctx, "Check the token.")
    try:
        said: Any = answer.json()
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {"error": "unreadable"}
    if said.get("ok"):
        return {"ts": str(said.get("ts", "")), "channel": str(said.get("channel", ""))}
    problem = str(said.get("error", "unknown"))[:100]
    if problem in _NOT_NOW:
        raise TemporaryError(
            f"Slack cannot now: {problem}.",
            zh=f"Slack 暂时无法处理：{problem}。",
            code="message_not_now",
        )
    raise BlockError(
        f"Slack does not take the message: {problem}. {_way_out(problem)}",
        zh=f"Slack 未接受该消息：{problem}。",
        code="message_refused",
    )


def _way_out(problem: str) -> str:
    if problem in ("channel_not_found", "not_in_channel", "is_archived"):
        return "Check the channel's name, and invite the app to it."
    if problem in ("invalid_auth", "token_revoked", "token_expired", "not_authed"):
        return "Enter the token again on the page Credentials."
    if problem == "missing_scope":
        return "Give the app the scope chat:write."
    return "See docs.slack.dev/reference/methods/chat.postMessage."
