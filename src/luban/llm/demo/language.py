"""Chinese or not, and where sentences end."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_END = re.compile(
    r"(?<=[。！？；!?])\s*|(?<=[.!?][\"'”)])\s+|(?<=[.!?])\s+(?=[A-Z0-9\"'“(\u4e00-\u9fff])"
)
_SHORTENED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Inc|Ltd|U\.S)\.$")


def is_chinese(text: str) -> bool:
    """Whether a text reads as Chinese: as many Chinese letters as foreign words."""
    return len(_HAN.findall(text)) > len(_LATIN_WORD.findall(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text, trimmed; a line's end ends a sentence too."""
    found: list[str] = []
    for line in text.splitlines():
        joined = ""
        for part in _END.split(line.strip()):
            joined = f"{joined} {part}".strip() if joined else part.strip()
            if joined and not _SHORTENED.search(joined):
                found.append(joined)
                joined = ""
        if joined:
            found.append(joined)
    return found


def words(text: str) -> int:
    """Words of a Western text, letters of a Chinese one."""
    return len(_HAN.findall(text)) + len(re.findall(r"[^\s\u4e00-\u9fff]+", text))
