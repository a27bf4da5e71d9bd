"""Numbers as they stand in times: 12, 十二, 两, half an."""

from __future__ import annotations

NUMBER = "\\d+(?:\\.\\d+)?|[零〇一二两三四五六七八九十百]+"

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100}
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "half a": 0.5, "half an": 0.5, "半": 0.5}


def number(text: str) -> float:
    """Raises `ValueError`."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0].isdigit() and text.isascii():
        return float(text)
    total, digit = 0, 0
    for letter in text:
        if letter in _PLACES:
            total += (digit or 1) * _PLACES[letter]
            digit = 0
        elif letter in _DIGITS:
            digit = _DIGITS[letter]
        else:
            raise ValueError(text)
    return total + digit
