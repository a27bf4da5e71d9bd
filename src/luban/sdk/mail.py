"""Letters, as blocks hand them in and get them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from luban.sdk.credential import OpenCredential
from luban.sdk.http import Upload


@dataclass(frozen=True, slots=True)
class Letter:
    """One to be sent. No field may hold a line break but `text` and `html`."""

    to: Sequence[str]
    subject: str
    text: str = ""
    html: str = ""
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    sender: str = ""
    """`Name <a@b.c>` or an address; by default the name the credential signs in with."""
    reply_to: str = ""
    in_reply_to: str = ""
    key: str = ""
    """Stays the same when it is sent again; the letter's own id is made of it."""
    files: Sequence[Upload] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What the mail server took."""

    id: str
    """The `Message-ID`."""
    refused: Sequence[str] = ()
    """Readers that the server did not accept, while it accepted others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters to read; empty fields leave it open."""

    folder: str = "INBOX"
    unseen: bool = False
    sender: str = ""
    subject: str = ""
    text: str = ""
    since: date | None = None
    after: str = ""
    """Only letters with a higher number than this `uid`."""
    limit: int = 20
    newest_first: bool = True
    mark_seen: bool = False
    max_bytes: int = 25_000_000
    """Of a single letter; what is larger comes without its files and text."""


@dataclass(frozen=True, slots=True)
class Received:
    """One that was read."""

    uid: str
    subject: str
    sender: str
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    date: str = ""
    """ISO 8601; empty where the letter says nothing sensible."""
    text: str = ""
    html: str = ""
    id: str = ""
    size: int = 0
    seen: bool = False
    files: Sequence[Upload] = field(default=())


class Mail(Protocol):
    """Mail servers, reached under the rules of `ctx.http`; a credential says which.

    Both raise `TemporaryError` (no connection, time-out, "try later") and `BlockError` (refused
    sign-in, forbidden address, a letter that cannot be written).
    """

    async def send(self, server: OpenCredential, letter: Letter) -> Sent: ...

    async def read(self, server: OpenCredential, wanted: Wanted) -> list[Received]: ...
