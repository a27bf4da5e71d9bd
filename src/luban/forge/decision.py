"""What a model decided: its thoughts, and the tools it wants to use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from luban.forge import thoughts
from luban.forge.json_answers import NotJson, parsed
from luban.forge.thoughts import Thoughts
from luban.sdk import ToolCall
from luban.sdk.tools import fit_name

FINISH = "finish"
_CALLS = ("tool", "command", "action", "function")
_ARGUMENTS = ("tool_args", "args", "arguments", "parameters", "input")
_SHOWN = 1_000
_NO_TOOL = frozenset({"", "none", "null"})


class Decision(NamedTuple):
    """Thoughts and calls; without calls the `answer`, a text that ends the mission.

    `wrong` says why what the model wrote is no decision at all.
    """

    thoughts: Thoughts
    calls: tuple[ToolCall, ...] = ()
    answer: str | None = None
    wrong: str = ""


def by_tools(text: str, reasoning: str, calls: tuple[ToolCall, ...]) -> Decision:
    """From the answer of a model that knows tools."""
    if calls:
        return Decision(thoughts.read(text, reasoning), calls)
    if not text.strip():
        return Decision(Thoughts("", reasoning), wrong="it is empty")
    return Decision(Thoughts(text.strip(), reasoning), answer=text.strip())


def by_json(text: str, reasoning: str = "") -> Decision:
    """From an answer in JSON, as models without tools are told to write it.

    `{"thoughts": {…}, "tool": "name", "tool_args": {…}}`; `command: {name, args}` in place of the
    two, and several in `calls`, are understood too. Without a tool the answer is the text of the
    thoughts.
    """
    try:
        told = parsed(text)
    except NotJson:
        return Decision(Thoughts(text.strip(), reasoning), wrong="it is not JSON")
    if not isinstance(told, dict):
        return Decision(Thoughts(text.strip(), reasoning), wrong="it is not a JSON object")
    named = cast("dict[str, Any]", told)
    thought = thoughts.of_value(named.get("thoughts"), reasoning)
    calls = tuple(_calls(named))
    if calls:
        return Decision(thought, calls)
    answer = named.get("answer", thought.text)
    if not str(answer or "").strip():
        return Decision(thought, wrong="it names neither a tool nor an answer")
    return Decision(thought, answer=str(answer).strip())


def _calls(named: Mapping[str, Any]) -> Iterator[ToolCall]:
    many = named.get("calls")
    wanted = cast("list[Any]", many) if isinstance(many, list) else [named]
    for number, each in enumerate(wanted):
        if isinstance(each, dict):
            found = _call(cast("dict[str, Any]", each), f"call_{number}")
            if found is not None:
                yield found


def _call(told: Mapping[str, Any], call_id: str) -> ToolCall | None:
    """One call, however it is written; `None` where none is wanted."""
    wanted = next((told[key] for key in (*_CALLS, "name") if told.get(key)), None)
    if isinstance(wanted, Mapping):
        return _call(cast("Mapping[str, Any]", wanted), call_id)
    if not isinstance(wanted, str) or wanted.strip().lower() in _NO_TOOL:
        return None
    given = next((told[key] for key in _ARGUMENTS if key in told), {})
    arguments = cast("dict[str, Any]", given or {}) if isinstance(given or {}, dict) else None
    return ToolCall(call_id, wanted.strip(), arguments, "" if arguments is not None else str(given))


def sendable(calls: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
    """The calls as a provider takes them back: broken ones in a form that is not."""
    return tuple(
        ToolCall(
            call.id,
            fit_name(call.name),
            {"unreadable": call.written[:_SHOWN]} if call.arguments is None else call.arguments,
            call.written,
        )
        for call in calls
    )


def with_ids(calls: tuple[ToolCall, ...], number: int) -> tuple[ToolCall, ...]:
    """The calls with ids that differ; some models give none, or the same to all."""
    seen: set[str] = set()
    named: list[ToolCall] = []
    for place, call in enumerate(calls):
        id = call.id if call.id and call.id not in seen else f"call_{number}_{place}"
        seen.add(id)
        named.append(ToolCall(id, call.name, call.arguments, call.written))
    return tuple(named)
