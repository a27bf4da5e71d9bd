"""What an agent is told before its first decision."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from luban.forge import untrusted
from luban.forge.skills import Skill
from luban.forge.turns import Style
from luban.sdk import FileRef, Tool

_ROLE = (
    "You are an agent that works on a task until it is done, by itself. You decide step by step: "
    "look at what there is, think, and use the tools that bring the task on; several at once "
    "where they do not need each other's results. Do not guess what a tool can tell you. When a "
    "tool fails, read why, and try another way; do not repeat a call that brought nothing new."
)
_THOUGHTS = (
    "Before you use tools, write a few short lines: what you think, then `Reasoning:`, `Plan:` "
    "(lines that begin with `- `) and `Criticism:` (what could be wrong with it)."
)
_ENDS = "When the task is done, answer with plain text and use no tool: that text is your answer."
_FINISH = (
    "When the task is done, call the tool `finish` with the result, alone and once; its arguments "
    "are the result."
)
_JSON = """You cannot call tools directly. Answer each time with one JSON object and nothing else:
{"thoughts": {"text": "what you think", "reasoning": "why", "plan": "- lines that begin so", \
"criticism": "what could be wrong"}, "tool": "name of a tool", "tool_args": {"argument": "value"}}
The results come in the next message. %s The tools, each with a JSON Schema of its arguments:
%s"""
_JSON_ENDS = (
    'When the task is done, use {"tool": null} and put your whole answer into the text of the '
    "thoughts."
)
_JSON_FINISH = "When the task is done, use the tool `finish`; its arguments are the result."


def system(
    *,
    instructions: str,
    at: float,
    style: Style,
    tools: Sequence[Tool],
    finishes: bool,
    thoughts: bool,
    skills: Sequence[Skill] = (),
    recalled: Sequence[str] = (),
    place: str = "",
) -> str:
    """The system text; what was recalled is data, as it may come from pages of an earlier run."""
    parts = [instructions.strip(), _ROLE]
    if style == "json" and tools:
        ends = _JSON_FINISH if finishes else _JSON_ENDS
        parts.append(_JSON % (ends, "\n".join(map(_listed, tools))))
    else:
        parts += [_THOUGHTS] if thoughts and tools else []
        parts.append(_FINISH if finishes else _ENDS)
    parts.append(untrusted.RULES)
    if skills:
        names = "\n".join(f"- {skill.name}: {skill.description}" for skill in skills)
        parts.append(
            "Skills are instructions for special work. Before you do such work, read the skill "
            f"with `read_skill`:\n{names}"
        )
    if recalled:
        text = untrusted.wrapped("\n".join(f"- {each}" for each in recalled), f"{place}/recalled")
        parts.append(f"What you remember from earlier:\n{text}")
    moment = datetime.fromtimestamp(at, UTC)
    parts.append(f"The task was given on {moment:%A, %Y-%m-%d at %H:%M} UTC.")
    return "\n\n".join(part for part in parts if part)


def _listed(tool: Tool) -> str:
    schema = json.dumps(dict(tool.parameters), ensure_ascii=False)
    return f"- {tool.name}: {tool.description} Arguments: {schema}"


def goal_with(goal: str, files: Sequence[FileRef]) -> str:
    """The goal, and which files come with it, as tools take them."""
    if not files:
        return goal
    listed = "\n".join(json.dumps(file.as_value(), ensure_ascii=False) for file in files)
    return f"{goal}\n\nFiles that come with it; give tools these objects:\n{listed}"
