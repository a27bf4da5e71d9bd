"""Which turns of a conversation a model is sent when it cannot take all of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from luban.llm.token_estimate import tokens_of_turn, tokens_of_turns
from luban.sdk.chat import ChatMessage

_SHORTEST = 400
"""Characters that are left of a text at least."""


def fitted(turns: Sequence[ChatMessage], room: int) -> list[ChatMessage]:
    """The turns within `room` model tokens, as far as that can be.

    First the oldest go, a call of tools together with what the tools gave; never what the system
    says, nor the last turn of the user and what follows it. Then the longest texts lose their
    middle.
    """
    if tokens_of_turns(turns) <= room:
        return list(turns)
    kept = _without_oldest(turns, room)
    over = tokens_of_turns(kept) - room
    return kept if over <= 0 else _shortened(kept, room)


def _without_oldest(turns: Sequence[ChatMessage], room: int) -> list[ChatMessage]:
    system = [turn for turn in turns if turn.role == "system"]
    spans = _spans([turn for turn in turns if turn.role != "system"])
    now = _last_question(spans)
    used = tokens_of_turns(system) + sum(tokens_of_turns(span) for span in spans[now:])
    first = now
    while first > 0 and used + tokens_of_turns(spans[first - 1]) <= room:
        first -= 1
        used += tokens_of_turns(spans[first])
    return [*system, *(turn for span in spans[first:] for turn in span)]


def _spans(turns: Sequence[ChatMessage]) -> list[list[ChatMessage]]:
    """Turns that only make sense together: calls of tools, and what those gave."""
    spans: list[list[ChatMessage]] = []
    for turn in turns:
        if turn.role == "tool" and spans:
            spans[-1].append(turn)
        else:
            spans.append([turn])
    return spans


def _last_question(spans: Sequence[Sequence[ChatMessage]]) -> int:
    """Where the turn begins that is to be answered; a lone question in a long talk of tools."""
    for number in range(len(spans) - 1, -1, -1):
        if spans[number][0].role == "user":
            return number
    return max(len(spans) - 1, 0)


def _shortened(turns: list[ChatMessage], room: int) -> list[ChatMessage]:
    """The longest texts are cut to one length, so that the short ones stay whole."""
    low, high = _SHORTEST, max(len(turn.content) for turn in turns)
    while high - low > _SHORTEST // 4:
        middle = (low + high) // 2
        if tokens_of_turns(_cut(turn, middle) for turn in turns) <= room:
            low = middle
        else:
            high = middle
    return [_cut(turn, low) for turn in turns]


def _cut(turn: ChatMessage, longest: int) -> ChatMessage:
    text = turn.content
    if len(text) <= longest or turn.role == "system":
        return turn
    half = longest // 2
    left_out = f"\n[… {len(text) - 2 * half} characters left out …]\n"
    return replace(turn, content=text[:half] + left_out + text[len(text) - half :])


def longest_answer(turns: Sequence[ChatMessage], window: int, wanted: int | None) -> int:
    """Tokens to leave free for the answer: what was asked for, else a quarter of the window."""
    return min(wanted or window // 4, max(window - tokens_of_turn(turns[-1]), 1), window // 2)
