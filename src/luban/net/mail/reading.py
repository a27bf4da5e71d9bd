"""Reading letters from a mail server; all of it waits, so it runs in a thread."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from imap_tools import (
    AND,
    MailboxFolderSelectError,
    MailboxLoginError,
    MailMessage,
    UidRange,
)

from luban.net.errors import readable_size
from luban.net.mail.door import MailServer
from luban.net.mail.errors import BadLetter, MailNotNow, MailRefused, MailTooLarge, NoFolder
from luban.net.mail.imap_client import MailBox, TooMuch, connected
from luban.net.mail.letters import one_line
from luban.sdk.mail import Received, Wanted

_MOST_AT_ALL = 100_000_000
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
"""Codes of RFC 5530 that say nothing about user and password."""
_SIZE = re.compile(rb"UID (\d+)|RFC822\.SIZE (\d+)")


def read_letters(
    server: MailServer, sock: socket.socket, tls: ssl.SSLContext, wanted: Wanted
) -> list[Received]:
    """Raises the errors beside."""
    try:
        client = connected(server, sock, tls)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise _not_now(server, error) from error
    try:
        box = MailBox(client)
        box.login(server.username, server.password, initial_folder=None)
        client.left = _MOST_AT_ALL
        box.folder.set(one_line("folder", wanted.folder), readonly=not wanted.mark_seen)
        return _found(box, wanted)
    except MailboxLoginError as error:
        raise _not_let_in(server, error) from error
    except MailboxFolderSelectError as error:
        raise NoFolder(host=server.host, folder=wanted.folder) from error
    except TooMuch as error:
        raise MailTooLarge(host=server.host, limit=readable_size(_MOST_AT_ALL)) from error
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise _not_now(server, error) from error
    finally:
        client.shutdown()


def _found(box: MailBox, wanted: Wanted) -> list[Received]:
    uids = [uid for uid in box.uids(_criteria(wanted), "UTF-8") if uid.isdecimal()]
    after = int(wanted.after) if wanted.after.isdecimal() else 0
    kept = sorted((int(uid) for uid in uids if int(uid) > after), reverse=wanted.newest_first)
    kept = kept[: wanted.limit or None]
    if not kept:
        return []
    sizes = _sizes(box, kept)
    small = [uid for uid in kept if sizes.get(uid, 0) <= wanted.max_bytes]
    large = [uid for uid in kept if uid not in set(small)]
    read = {
        **_letters(box, small, mark_seen=wanted.mark_seen, whole=True),
        **_letters(box, large, mark_seen=False, whole=False),
    }
    return [_received(read[uid], sizes.get(uid, 0)) for uid in kept if uid in read]


def _criteria(wanted: Wanted) -> Any:
    said: dict[str, Any] = {}
    if wanted.unseen:
        said["seen"] = False
    for name, text in (("from_", wanted.sender), ("subject", wanted.subject)):
        if text:
            said[name] = one_line(name.strip("_"), text)
    if wanted.text:
        said["text"] = one_line("text", wanted.text)
    if wanted.since is not None:
        said["date_gte"] = wanted.since
    if wanted.after:
        if not (wanted.after.isascii() and wanted.after.isdecimal() and len(wanted.after) < 11):
            raise BadLetter(
                field="after",
                value=wanted.after[:20],
                reason="it is no number of a letter",
                reason_zh="不是信件编号",
            )
        said["uid"] = UidRange(str(int(wanted.after) + 1), "*")
    return AND(**said) if said else AND(all=True)


def _sizes(box: MailBox, uids: Iterable[int]) -> dict[int, int]:
    """Bytes of each letter, asked for before any is fetched."""
    _, lines = box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
    sizes: dict[int, int] = {}
    for line in lines:
        raw = line[0] if isinstance(line, tuple) else line
        if isinstance(raw, bytes):
            numbers = {bool(uid): int(uid or size) for uid, size in _SIZE.findall(raw)}
            if len(numbers) == 2:
                sizes[numbers[True]] = numbers[False]
    return sizes


def _letters(
    box: MailBox, uids: list[int], *, mark_seen: bool, whole: bool
) -> dict[int, MailMessage]:
    if not uids:
        return {}
    fetched = box.fetch(
        AND(uid=[str(uid) for uid in uids]),
        mark_seen=mark_seen,
        headers_only=not whole,
        charset="UTF-8",
    )
    return {int(letter.uid): letter for letter in fetched if letter.uid}


def _received(letter: MailMessage, size: int) -> Received:
    sender = letter.from_values
    moment = letter.date if letter.date_str else None
    if moment is not None and moment.year < 1971:  # what could not be read
        moment = None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return Received(
        uid=letter.uid or "",
        subject=letter.subject,
        sender=str(sender.full) if sender else letter.from_,
        to=[each.full for each in letter.to_values],
        cc=[each.full for each in letter.cc_values],
        date=moment.isoformat() if moment else "",
        text=letter.text,
        html=letter.html,
        id="".join(letter.headers.get("message-id") or ())[:500].strip(),
        size=size or letter.size,
        seen="\\Seen" in letter.flags,
        files=[
            (each.filename or "attachment", each.payload, each.content_type)
            for each in letter.attachments
        ],
    )


def _not_let_in(server: MailServer, error: MailboxLoginError) -> MailRefused | MailNotNow:
    status, lines = error.command_result
    first = lines[0] if lines else b""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    said = " ".join(text.split())[:200].replace(server.password or "\0", "•••") or str(status)
    if any(code in said for code in _PASSING):
        return MailNotNow(host=server.host, said=said)
    return MailRefused(
        host=server.host, what="user and password", what_zh="该用户名和密码", said=said
    )


def _not_now(server: MailServer, error: BaseException) -> MailNotNow:
    said = str(error) or type(error).__name__
    return MailNotNow(host=f"{server.host}:{server.port}", said=said[:200])
