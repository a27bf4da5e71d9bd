"""Turns of an earlier conversation, as links and people bring them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from luban.sdk import BlockError, ChatMessage, ToolCall
from luban.sdk.chat import ChatRole

_ROLES: Mapping[str, ChatRole] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "tool": "tool",
}


def turns_of(messages: Sequence[Any]) -> tuple[ChatMessage, ...]:
    """The turns; a bare text is what the user said. Raises `BlockError`.

    Calls without all their results, and results without a call, are left out: no model takes them.
    """
    return tuple(_paired([_turn(each, number) for number, each in enumerate(messages)]))


def _turn(message: Any, number: int) -> ChatMessage:
    if isinstance(message, str):
        return ChatMessage("user", message)
    told = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    role = _ROLES.get(str(told.get("role", "user")).lower())
    text = _text(told.get("content", ""))
    if not told or role is None or text is None:
        raise BlockError(
            f"Message {number} is {message!r:.120}. A message is an object with `role` (user, "
            "assistant, system or tool) and `content` (text).",
            zh=f"第 {number} 条消息是 {message!r:.120}。消息应为包含 role"
            "（user、assistant、system 或 tool）和 content（文本）的对象。",
            code="bad_message",
        )
    return ChatMessage(
        role,
        text,
        calls=tuple(_calls(told.get("calls"))) if role == "assistant" else (),
        call_id=str(told.get("call_id", "")),
        failed=bool(told.get("failed", False)),
    )


def _text(content: Any) -> str | None:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return None
    texts: list[str] = []
    for part in cast("list[Any]", content):
        text: Any = cast("dict[str, Any]", part).get("text") if isinstance(part, dict) else part
        if not isinstance(text, str):
            return None
        texts.append(text)
    return "\n".join(texts)


def _calls(told: Any) -> list[ToolCall]:
    given = cast("list[Any]", told) if isinstance(told, list) else []
    named = [cast("dict[str, Any]", each) for each in given if isinstance(each, dict)]
    return [
        ToolCall(str(each.get("id", "")), str(each.get("name", "")), each.get("arguments"))
        for each in named
    ]


def _paired(turns: list[ChatMessage]) -> list[ChatMessage]:
    found: list[ChatMessage] = []
    place = 0
    while place < len(turns):
        turn = turns[place]
        place += 1
        if turn.role == "tool":
            continue
        results: list[ChatMessage] = []
        while turn.calls and place < len(turns) and turns[place].role == "tool":
            results.append(turns[place])
            place += 1
        wanted = [call.id for call in turn.calls]
        if wanted and sorted(wanted) != sorted(each.call_id for each in results):
            turn, results = ChatMessage("assistant", turn.content), []
        if turn.content.strip() or turn.calls or turn.images:
            found += [turn, *results]
    return found
