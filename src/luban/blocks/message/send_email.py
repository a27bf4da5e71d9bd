"""A letter by e-mail."""

from __future__ import annotations

import re
from typing import Any

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
    Letter,
    Upload,
)

_MOST_BYTES = 25_000_000
_BETWEEN = re.compile(r"[,;\n]+")
_SERVER = {"smtp": {"host": "mail.test", "username": "me@mail.test", "password": "test"}}


class SendEmail(Block):
    """Sends a letter through a mail server of yours: text, HTML, copies and files.

    It is sent once: where nobody can tell whether it went, a person is asked and not the server.
    """

    id = "message.send_email"
    title = "Send e-mail"
    category = "message"
    effect = Effect.ONCE
    icon = "mail"
    keywords = ("email", "smtp", "letter", "notify", "mail", "attachment", "gmail", "outlook")
    timeout = 300
    credentials = ("smtp",)

    class Input(BlockInput):
        to: str = Field(
            title="To",
            description="One or more addresses with commas between: `a@b.c`, `Ann <a@b.c>`.",
            min_length=1,
            max_length=10_000,
        )
        subject: str = Field(title="Subject", description="One line.", max_length=1000)
        body: str = Field(
            "", title="Text", description="The letter as plain text.", widget="textarea"
        )
        html: str = Field(
            "",
            title="HTML",
            description="The letter as HTML, beside the text or instead of it.",
            widget="textarea",
            advanced=True,
        )
        files: list[FileRef] = Field(
            default_factory=list[FileRef],
            title="Files",
            description="Attached to the letter, 25 MB together.",
            max_length=50,
        )
        cc: str = Field("", title="Copies", description="Further addresses.", advanced=True)
        bcc: str = Field(
            "", title="Blind copies", description="Nobody else sees these.", advanced=True
        )
        sender: str = Field(
            "",
            title="From",
            description="Such as `Shop <shop@b.c>`; empty: as whom the credential signs in.",
            advanced=True,
        )
        reply_to: str = Field("", title="Answers to", description="Another address.", advanced=True)
        in_reply_to: str = Field(
            "",
            title="Answers the letter",
            description="The id of a letter, so that both are shown together.",
            advanced=True,
        )

    class Output(BlockOutput):
        status: str = Field(title="Status", description="What happened, in a sentence.", main=True)
        id: str = Field(title="Id", description="Of the letter.")
        refused: list[str] = Field(
            title="Refused", description="Addresses that the server did not accept."
        )

    examples = (
        Example(
            {"to": "Ann <a@b.c>, d@e.f", "subject": "s", "body": "b"},
            {
                "status": "The letter was handed to mail.test for 2 readers.",
                "id": "<1@test.invalid>",
                "refused": [],
            },
            {"credentials": _SERVER},
        ),
        Example(
            {"to": "a@b.c", "subject": "s", "body": "b"},
            {"error": {"code": "credential_missing"}},
        ),
        Example(
            {"to": "a@b.c", "subject": "s", "body": "b"},
            {"error": {"code": "mail_refused"}},
            {
                "credentials": _SERVER,
                "mail": {"fails": BlockError("no such reader", code="mail_refused")},
            },
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        server = await ctx.credential("smtp")
        letter = Letter(
            to=_addresses(input.to),
            cc=_addresses(input.cc),
            bcc=_addresses(input.bcc),
            subject=input.subject,
            text=input.body,
            html=input.html,
            sender=input.sender,
            reply_to=input.reply_to,
            in_reply_to=input.in_reply_to,
            key=ctx.idempotency_key,
            files=await _attached(input.files, ctx),
        )
        sent = await ctx.mail.send(server, letter)
        readers = len({*letter.to, *letter.cc, *letter.bcc}) - len(sent.refused)
        return {
            "status": f"The letter was handed to {server.get('host', '?')} for {readers} "
            f"reader{'s' if readers != 1 else ''}.",
            "id": sent.id,
            "refused": list(sent.refused),
        }


def _addresses(text: str) -> list[str]:
    """Those between commas; a comma inside quotes belongs to a name."""
    parts: list[str] = []
    quoted = False
    begun = ""
    for piece in re.split(r"([,;\n\"])", text):
        if piece == '"':
            quoted = not quoted
        if not quoted and _BETWEEN.fullmatch(piece or " "):
            parts.append(begun)
            begun = ""
        else:
            begun += piece
    return [part.strip() for part in (*parts, begun) if part.strip()]


async def _attached(files: list[FileRef], ctx: Context) -> list[Upload]:
    left = _MOST_BYTES
    read: list[Upload] = []
    for file in files:
        left -= (await ctx.files.info(file)).file.size
        if left < 0:
            raise BlockError(
                "The files are larger than 25 MB together, which most mail servers refuse. Send "
                "links to them.",
                zh="附件总共超过 25 MB，多数邮件服务器会拒收。请改为发送链接。",
                code="files_too_large",
            )
        read.append((file.name, await ctx.files.read(file), file.type))
    return read
