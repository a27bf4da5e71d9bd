"""How many columns a text takes where letters are narrow and Chinese characters wide."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """Two for a wide character, none for a mark that sits on another."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(letter)
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )
