"""The tools of the loop itself, as models are told of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.forge.decision import FINISH
from luban.sdk import Tool

READ_MORE = "read_more"
READ_EARLIER = "read_earlier"
READ_SKILL = "read_skill"
ASK_USER = "ask_user"
DELEGATE = "delegate"
ITEMS = "items"
"""The key of a result that is no object: arguments of a tool always are one."""


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required)}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _count(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "description": description}


def read_more() -> Tool:
    return Tool(
        READ_MORE,
        "Shows another page of a long output.",
        _object(
            {"output": _text("The output's name, as its first page says."), "page": _count("")},
            "output",
            "page",
        ),
    )


def read_earlier() -> Tool:
    return Tool(
        READ_EARLIER,
        "Shows an earlier step in full, of which you see only a summary.",
        _object({"step": _count("Its number.")}, "step"),
    )


def read_skill() -> Tool:
    return Tool(
        READ_SKILL,
        "Shows the instructions of a skill, or another file of it.",
        _object(
            {"name": _text("The skill."), "file": _text("Empty for the skill itself.")}, "name"
        ),
    )


def ask_user() -> Tool:
    choices = {"type": "array", "items": {"type": "string"}, "maxItems": 20}
    return Tool(
        ASK_USER,
        "Asks the person you work for, and waits for the answer; for what only they can know or "
        "decide.",
        _object({"question": _text("Short and whole."), "choices": choices}, "question"),
    )


def delegate(names: list[str]) -> Tool:
    tools = {
        "type": "array",
        "items": {"type": "string", "enum": names} if names else {"type": "string"},
        "description": "Names of your tools that it may use; empty for all of them.",
    }
    return Tool(
        DELEGATE,
        "Gives a part of the task to a second agent, with a talk of its own; you get its answer. "
        "It knows nothing but what you write here.",
        _object(
            {
                "goal": _text("The whole of what it is to do, and what to answer."),
                "instructions": _text("How it is to work."),
                "tools": tools,
                "max_steps": _count("How many decisions it may make."),
            },
            "goal",
        ),
    )


def finish(schema: Mapping[str, Any]) -> Tool:
    """Its arguments are the result."""
    if schema.get("type", "object") == "object":
        parameters = {"type": "object", **schema}
    else:
        inner = {key: part for key, part in schema.items() if key not in ("$defs", "definitions")}
        outer = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
        parameters = {**outer, **_object({ITEMS: inner}, ITEMS)}
    return Tool(FINISH, "Ends the task with its result.", parameters)


def result_of(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """The result that the arguments of `finish` hold."""
    if schema.get("type", "object") == "object":
        return dict(arguments)
    return arguments.get(ITEMS)
