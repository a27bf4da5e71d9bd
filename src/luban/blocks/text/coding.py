"""Ways to write text or bytes in fewer kinds of characters, and back."""

from __future__ import annotations

import base64
import html
import quopri
from collections.abc import Callable
from typing import Literal
from urllib.parse import quote, unquote_to_bytes

import regex

Coding = Literal[
    "base64",
    "base64url",
    "base32",
    "hex",
    "url",
    "html",
    "escapes",
    "unicode",
    "quoted_printable",
]

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\b": "\\b"}
_ESCAPES |= {"\f": "\\f", "\v": "\\v", "\a": "\\a"}
_MEANINGS = {told[1]: letter for letter, told in _ESCAPES.items()}
_MEANINGS |= {"'": "'", '"': '"', "/": "/"}
_ESCAPED = regex.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|U([0-9A-Fa-f]{8})|(.))",
    regex.DOTALL,
)
_HALVES = regex.compile("[\ud800-\udbff][\udc00-\udfff]")
_SPACE = regex.compile(r"\s+")


class NotCoded(ValueError):
    """The text is not written in this way."""


def escape(text: str, *, ascii_only: bool) -> str:
    r"""Line breaks as `\n`, hidden characters as `\x1b`; if asked, all but ASCII as `\u9c81`."""
    return "".join(_escaped(letter, ascii_only) for letter in text)


def _escaped(letter: str, ascii_only: bool) -> str:
    if (told := _ESCAPES.get(letter)) is not None:
        return told
    number = ord(letter)
    if letter.isprintable() and (number < 0x7F or not ascii_only):
        return letter
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def unescape(text: str) -> str:
    r"""What `\n`, `\x41`, `\u9c81`, `\u{1f600}` stand for, and halved pairs; the rest as it is."""
    plain = _ESCAPED.sub(_meant, text)
    plain = _HALVES.sub(
        lambda pair: pair.group().encode("utf-16", "surrogatepass").decode("utf-16"), plain
    )
    try:
        plain.encode()
    except UnicodeEncodeError as error:
        raise NotCoded(str(error)) from error
    return plain


def _meant(found: regex.Match[str]) -> str:
    number = next((each for each in found.groups()[:4] if each), None)
    if number is None:
        return _MEANINGS.get(found[5], found.group())
    try:
        return chr(int(number, 16))
    except (ValueError, OverflowError) as error:
        raise NotCoded(found.group()) from error


ENCODERS: dict[str, Callable[[bytes], str]] = {
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "base64url": lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="),
    "base32": lambda raw: base64.b32encode(raw).decode(),
    "hex": bytes.hex,
    "url": lambda raw: quote(raw, safe=""),
    "quoted_printable": lambda raw: quopri.encodestring(raw).decode(),
}
"""Those that write bytes; the others write characters."""


def encode_text(text: str, coding: Coding) -> str | None:
    """The codings of characters; `None` for those of bytes."""
    match coding:
        case "html":
            return html.escape(text)
        case "escapes" | "unicode":
            return escape(text, ascii_only=coding == "unicode")
        case _:
            return None


def decode_text(text: str, coding: Coding) -> str | None:
    """The codings of characters; `None` for those of bytes. Raises `NotCoded`."""
    match coding:
        case "html":
            return html.unescape(text)
        case "escapes" | "unicode":
            return unescape(text)
        case _:
            return None


def decode_bytes(text: str, coding: Coding) -> bytes:
    """Raises `NotCoded`; spaces and line breaks inside, and a missing `=` at the end, are fine."""
    if coding == "url":
        return unquote_to_bytes(text.replace("+", " "))
    if coding == "quoted_printable":
        return quopri.decodestring(text.encode())
    dense = _SPACE.sub("", text)
    try:
        match coding:
            case "hex":
                return bytes.fromhex(dense.removeprefix("0x"))
            case "base32":
                return base64.b32decode(_filled(dense.upper().rstrip("="), 8))
            case _:
                dense = dense.rstrip("=").replace("-", "+").replace("_", "/")
                return base64.b64decode(_filled(dense, 4), validate=True)
    except ValueError as error:
        raise NotCoded(str(error)) from error


def _filled(text: str, length: int) -> str:
    return text + "=" * (-len(text) % length)
