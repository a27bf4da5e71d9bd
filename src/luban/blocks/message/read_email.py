"""Letters in a mail box."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Date,
    Effect,
    Emit,
    Example,
    Field,
    Received,
    TemporaryError,
    Wanted,
)

_SERVER = {"imap": {"host": "mail.test", "username": "me@mail.test", "password": "test"}}
_BOX = {
    "box": [
        {"uid": "7", "subject": "Plan", "sender": "Ann <a@b.c>", "html": "<p>Hi <b>you</b></p>"},
        {"uid": "6", "subject": "Old", "sender": "d@e.f", "text": "x", "seen": True},
    ]
}
_PLAN = {
    "uid": "7",
    "subject": "Plan",
    "from": "Ann <a@b.c>",
    "to": [],
    "cc": [],
    "date": "",
    "text": "Hi **you**",
    "html": "<p>Hi <b>you</b></p>",
    "id": "",
    "seen": False,
    "size": 0,
    "files": [],
}


class ReadEmail(Block):
    """Reads letters of a mail box: the newest, unread ones, or those that a search finds.

    A letter without plain text gets its HTML as Markdown. What is read stays unread unless you say
    otherwise.
    """

    id = "message.read_email"
    title = "Read e-mail"
    category = "message"
    effect = Effect.IDEMPOTENT
    icon = "inbox"
    keywords = ("email", "imap", "inbox", "letters", "unread", "attachments", "mail", "gmail")
    timeout = 180
    credentials = ("imap",)

    class Input(BlockInput):
        unseen: bool = Field(
            True, title="Unread only", description="Leaves out what was read already."
        )
        limit: int = Field(10, ge=1, le=500, title="Most letters", description="How many to give.")
        sender: str = Field("", title="From", description="This in the sender.", max_length=200)
        subject: str = Field(
            "", title="Subject", description="This in the subject.", max_length=500
        )
        search: str = Field(
            "", title="Text", description="This anywhere in the letter.", max_length=500
        )
        since: Date | None = Field(
            None, title="Since", description="Only letters of this day and later."
        )
        folder: str = Field(
            "INBOX", title="Folder", description="Of the mail box.", max_length=500, advanced=True
        )
        after: str = Field(
            "",
            title="After",
            description="Only letters with a higher number (`uid`) than this.",
            pattern=r"^\d{0,10}$",
            advanced=True,
        )
        newest_first: bool = Field(
            True, title="Newest first", description="Otherwise the oldest.", advanced=True
        )
        mark_seen: bool = Field(
            False, title="Mark as read", description="Those that are given.", advanced=True
        )
        save_files: bool = Field(
            True,
            title="Store files",
            description="What is attached is stored, and given by reference.",
            advanced=True,
        )

    class Output(BlockOutput):
        letter: dict[str, Any] = Emit(
            "One after another: uid, subject, from, to, cc, date, text, html, id, seen, size, "
            "files.",
            title="Letter",
            main=True,
        )
        letters: list[dict[str, Any]] = Field(
            title="Letters", description="All of them as one list."
        )
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {},
            {"letter": [_PLAN], "letters": [_PLAN], "count": 1},
            {"credentials": _SERVER, "mail": _BOX},
        ),
        Example(
            {"subject": "nothing like it"},
            {"letters": [], "count": 0},
            {"credentials": _SERVER, "mail": _BOX},
        ),
        Example({}, {"error": {"code": "credential_missing"}}, {"mail": _BOX}),
    )

    async def run(self, input: Input, ctx: Context) -> AsyncIterator[tuple[str, Any]]:
        server = await ctx.credential("imap")
        found = await ctx.mail.read(
            server,
            Wanted(
                folder=input.folder,
                unseen=input.unseen,
                sender=input.sender,
                subject=input.subject,
                text=input.search,
                since=_day(input.since),
                after=input.after,
                limit=input.limit,
                newest_first=input.newest_first,
                mark_seen=input.mark_seen,
            ),
        )
        letters: list[dict[str, Any]] = []
        for received in found:
            letter = await _told(received, ctx, save=input.save_files)
            letters.append(letter)
            yield "letter", letter
        yield "letters", letters
        yield "count", len(letters)


def _day(since: str | None) -> date | None:
    try:
        return date.fromisoformat(since[:10]) if since else None
    except ValueError:
        raise BlockError(
            f"`{since}` is no day. Write it as 2026-01-31.",
            zh=f"“{since}”不是日期。请写成 2026-01-31。",
            code="bad_day",
        ) from None


async def _told(received: Received, ctx: Context, *, save: bool) -> dict[str, Any]:
    files: list[dict[str, Any]] = []
    for name, content, kind in received.files if save else ():
        try:
            stored = await ctx.files.write(_plain(name), content, kind or None)
        except TemporaryError:
            raise
        except BlockError as error:  # too large, or not wanted here: the letter itself is told
            ctx.log("A file of a letter was not stored.", name=name, reason=str(error))
            continue
        files.append(stored.as_value())
    text = received.text
    if not text.strip() and received.html:
        text = await asyncio.to_thread(_markdown, received.html)
    return {
        "uid": received.uid,
        "subject": received.subject,
        "from": received.sender,
        "to": list(received.to),
        "cc": list(received.cc),
        "date": received.date,
        "text": text,
        "html": received.html,
        "id": received.id,
        "seen": received.seen,
        "size": received.size,
        "files": files,
    }


def _plain(name: str) -> str:
    """A name that is no path, whatever the sender wrote."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip(" .")[-120:] or "file"


def _markdown(html: str) -> str:
    from markdownify import markdownify

    return markdownify(html[:2_000_000], strip=["script", "style", "img"]).strip()
