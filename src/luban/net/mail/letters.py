"""Letters as they travel: written so that nothing in them can become a header or a command."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from luban.net.mail.errors import BadLetter
from luban.sdk.mail import Letter

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,255}")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_MOST_READERS = 200
_SHOWN = 60


def written(letter: Letter, sender: str, now: datetime | None = None) -> EmailMessage:
    """The letter with its head; blind copies are not in it. Raises `BadLetter`."""
    made = EmailMessage()
    made["From"] = _address("sender", letter.sender or sender)
    made["To"] = [_address("to", each) for each in letter.to]
    if letter.cc:
        made["Cc"] = [_address("cc", each) for each in letter.cc]
    if letter.reply_to:
        made["Reply-To"] = _address("reply_to", letter.reply_to)
    made["Subject"] = one_line("subject", letter.subject)
    made["Date"] = format_datetime(now or datetime.now(UTC))
    made["Message-ID"] = letter_id(letter, made["From"].addresses[0].domain)
    if letter.in_reply_to:
        made["In-Reply-To"] = made["References"] = one_line("in_reply_to", letter.in_reply_to)
    made["Auto-Submitted"] = "auto-generated"
    if letter.text or not letter.html:
        made.set_content(letter.text)
        if letter.html:
            made.add_alternative(letter.html, subtype="html")
    else:
        made.set_content(letter.html, subtype="html")
    for name, content, kind in letter.files:
        main, _, sub = kind.partition("/")
        if not _TYPE.fullmatch(kind) or main in ("multipart", "message"):
            main, sub = "application", "octet-stream"
        made.add_attachment(
            content, maintype=main, subtype=sub, filename=one_line("file name", name)
        )
    return made


def readers_of(letter: Letter) -> list[str]:
    """To whom it is handed out, each once. Raises `BadLetter`."""
    fields = (("to", letter.to), ("cc", letter.cc), ("bcc", letter.bcc))
    readers = [_address(name, each).addr_spec for name, given in fields for each in given]
    if not readers:
        raise BadLetter(field="to", value="", reason="there is no reader", reason_zh="没有收件人")
    if len(readers) > _MOST_READERS:
        raise BadLetter(
            field="to",
            value=str(len(readers)),
            reason=f"at most {_MOST_READERS} readers can be given",
            reason_zh=f"最多 {_MOST_READERS} 个收件人",
        )
    return list(dict.fromkeys(readers))


def letter_id(letter: Letter, domain: str) -> str:
    """Its `Message-ID`: of the same key, the same one, so that readers see a second copy as one."""
    parts: Sequence[str] = (letter.key, letter.subject, letter.text, *letter.to)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    return f"<{digest}@{domain}>"


def one_line(field: str, text: str) -> str:
    """Raises `BadLetter` for what would end its line."""
    if any(ord(letter) < 32 or ord(letter) in (0x7F, 0x85, 0x2028, 0x2029) for letter in text):
        raise BadLetter(
            field=field,
            value=_visible(text),
            reason="it holds a line break or a control character",
            reason_zh="含有换行或控制字符",
        )
    return text


def _address(field: str, text: str) -> Address:
    """`a@b.c`, or `Name <a@b.c>`. Raises `BadLetter`."""
    name, spec = parseaddr(one_line(field, text.strip()))
    if not _ADDRESS.fullmatch(spec):
        raise BadLetter(
            field=field,
            value=_visible(text),
            reason="it is no e-mail address",
            reason_zh="不是有效的邮箱地址",
        )
    user, _, domain = spec.rpartition("@")
    try:
        if not domain.isascii():
            domain = domain.encode("idna").decode("ascii")
        return Address(name, user, domain)
    except (ValueError, IndexError, UnicodeError) as error:
        raise BadLetter(
            field=field, value=_visible(text), reason=str(error), reason_zh=str(error)
        ) from error


def _visible(text: str) -> str:
    return "".join(letter if letter.isprintable() else "⏎" for letter in text)[:_SHOWN]
