"""The conversation of an agent: as a model gets it, as text for a summary, as values on links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from luban.forge.compaction import size_of
from luban.forge.state import Result, State, Turn
from luban.sdk import ChatMessage

Style = Literal["tools", "json"]


def of_turn(turn: Turn, style: Style) -> list[ChatMessage]:
    """The messages of one turn; a call never stands without its result."""
    if style == "json":
        heard = [f"Result of {each.call.name}:\n{each.told}" for each in turn.results]
        heard += turn.notes
        return [turn.said, *([ChatMessage("user", "\n\n".join(heard))] if heard else [])]
    told = [
        ChatMessage("tool", each.told, call_id=each.call.id, failed=each.failed)
        for each in turn.results
    ]
    noted = [ChatMessage("user", "\n\n".join(turn.notes))] if turn.notes else []
    return [turn.said, *told, *noted]


def after_summary(state: State, style: Style) -> list[ChatMessage]:
    """The summary of the older turns, and the newer ones."""
    found: list[ChatMessage] = []
    if state.summarised:
        shown = state.summary or "There is no summary of them."
        text = (
            f"Summary of steps 1 to {state.summarised}, which are left out here (`read_earlier` "
            f"shows them in full):\n{shown}"
        )
        found.append(ChatMessage("user", text))
    for turn in state.turns[state.summarised :]:
        found += of_turn(turn, style)
    return found


def sizes(turns: Iterable[Turn], style: Style) -> list[int]:
    """About how many model tokens each turn takes."""
    return [sum(map(size, of_turn(turn, style))) for turn in turns]


def size(message: ChatMessage) -> int:
    calls = sum(size_of(call.name + call.written) for call in message.calls)
    return size_of(message.content) + calls + 1_000 * len(message.images)


def as_text(turn: Turn, *, whole: bool = False) -> str:
    """A turn for people and summaries."""
    lines = [f"Step {turn.number}: {turn.decision.thoughts.text}".rstrip()]
    for each in turn.results:
        lines.append(f"{each.call.name}({each.call.written})")
        lines.append(_heard(each, whole=whole))
    return "\n".join([*lines, *turn.notes])


def _heard(result: Result, *, whole: bool) -> str:
    return (result.whole or result.told) if whole else result.told


def as_values(messages: Iterable[ChatMessage]) -> list[dict[str, Any]]:
    """Turns as they travel along links; calls and their results stay with them."""
    return [_value(message) for message in messages]


def _value(message: ChatMessage) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        told["calls"] = [
            {"id": call.id, "name": call.name, "arguments": call.arguments}
            for call in message.calls
        ]
    if message.role == "tool":
        told["call_id"] = message.call_id
        told["failed"] = message.failed
    return told


def whole_conversation(
    earlier: Sequence[ChatMessage], goal: str, turns: Iterable[Turn], answer: str
) -> list[dict[str, Any]]:
    """Everything that was said, also what a summary stood for; it ends with the answer."""
    messages = [*earlier, ChatMessage("user", goal)]
    for turn in turns:
        if turn.decision.answer is None or turn.notes:
            messages += of_turn(turn, "tools" if turn.said.calls else "json")
    return as_values([*messages, ChatMessage("assistant", answer)])
