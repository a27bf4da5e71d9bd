"""How many model tokens a text has, roughly, without the vocabulary of any model."""

from __future__ import annotations

from collections.abc import Iterable

from luban.sdk.chat import ChatMessage

_BYTES = 4
"""Of UTF-8 to a token: four letters of English, one character of Chinese and a bit."""
_TURN = 4
_IMAGE = 1_000


def tokens_of(text: str) -> int:
    """An estimate; only the answer of a model says what it really was."""
    size = len(text) if text.isascii() else len(text.encode())
    return size // _BYTES + 1


def tokens_of_turn(turn: ChatMessage) -> int:
    """With its pictures, the tools it called, and what every turn takes."""
    called = sum(tokens_of(call.name) + tokens_of(call.written) for call in turn.calls)
    return _TURN + tokens_of(turn.content) + called + _IMAGE * len(turn.images)


def tokens_of_turns(turns: Iterable[ChatMessage]) -> int:
    return sum(map(tokens_of_turn, turns))
