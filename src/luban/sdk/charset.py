"""Which encoding bytes are in: what they say themselves, what was declared, else a guess."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_XML = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEAD = 4096
_SAMPLE = 200_000
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "utf-8"}
"""Names that pages use for something larger than what they name."""


def known_encoding(name: str | None) -> str | None:
    """The codec for a declared name, or `None` when there is no such text encoding."""
    if not name:
        return None
    try:
        codec = codecs.lookup(name.strip())
    except (LookupError, ValueError):
        return None
    if not codec._is_text_encoding:  # hex, zlib and friends are codecs too
        return None
    return _WIDER.get(codec.name, codec.name)


def guess_encoding(content: bytes, declared: str | None = None) -> str:
    """A codec that decodes the bytes; `declared` is what a header or a person said.

    In order: byte order mark, the declared name, an XML or HTML declaration inside, UTF-8 if
    that fits, GB18030 if the result reads as Chinese, else Windows-1252.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    head = content[:_HEAD]
    inside = _XML.search(head) or _META.search(head)
    said = inside.group(1).decode("ascii", "replace") if inside else None
    return known_encoding(declared) or known_encoding(said) or _by_trial(content[:_SAMPLE])


def decode(content: bytes, declared: str | None = None) -> str:
    """The text of the bytes; what does not fit the encoding becomes `�`."""
    return content.decode(guess_encoding(content, declared), errors="replace")


def _by_trial(sample: bytes) -> str:
    if _fits(sample, "utf-8"):
        return "utf-8"
    return "gb18030" if _fits(sample, "gb18030") and _reads_as_chinese(sample) else "cp1252"


def _fits(sample: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:  # a sample may end inside a character, so it is not finished off
        decoder.decode(sample, final=len(sample) < _SAMPLE)
    except UnicodeDecodeError:
        return False
    return True


def _reads_as_chinese(sample: bytes) -> bool:
    """Nearly any bytes are valid GB18030; real Chinese stays within the old small set."""
    text = sample.decode("gb18030", errors="ignore")
    wide = [letter for letter in text if ord(letter) > 0x7F]
    usual = sum(1 for letter in wide if letter.encode("gb2312", errors="ignore"))
    return bool(wide) and usual >= 0.9 * len(wide)
