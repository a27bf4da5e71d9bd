"""A judge of the answer: what it is given, and what its verdict says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from luban.sdk import BlockError
from luban.sdk.tools import UsableTool

_ANSWER = ("answer", "text", "result", "content", "value", "input")
_GOAL = ("goal", "purpose", "question", "task", "prompt")
_PASSED = ("passed", "accepted", "valid", "ok", "approved", "result")
_TRUE = frozenset({"true", "yes", "ok", "pass", "passed", "accepted", "是", "通过"})


class Verdict(NamedTuple):
    """Whether an answer does, and what the judge says of it."""

    passed: bool
    feedback: str


def given_to(tool: UsableTool, goal: str, answer: str, result: Any) -> dict[str, Any]:
    """The arguments for a judge: the answer, and the goal where it takes one.

    Raises `BlockError` when it takes nothing that could be the answer.
    """
    takes: Mapping[str, Any] = tool.parameters.get("properties") or {}
    required = [str(name) for name in tool.parameters.get("required") or ()]
    held = next((name for name in _ANSWER if name in takes), None)
    if held is None and len(required) == 1:
        held = required[0]
    if held is None:
        raise BlockError(
            f"The verifier `{tool.name}` takes {', '.join(takes) or 'nothing'}. It needs an input "
            "for the answer, named `answer` or `text`, and may have one named `goal`.",
            zh=f"验证者“{tool.name}”的输入是：{', '.join(takes) or '无'}。它需要一个接收回答的"
            "输入，名为 answer 或 text，还可以有名为 goal 的输入。",
            code="bad_verifier",
        )
    about = next((name for name in _GOAL if name in takes and name != held), None)
    is_text = _kind(takes.get(held)) in ("", "string") or result is None
    value = answer if is_text else result
    return {held: value, **({about: goal} if about else {})}


def _kind(schema: Any) -> str:
    told = cast("Mapping[str, Any]", schema) if isinstance(schema, Mapping) else {}
    return str(told.get("type", ""))


def verdict_of(tool: UsableTool, outputs: Mapping[str, Any]) -> Verdict:
    """What a judge's outputs say. Raises `BlockError` when they say neither yes nor no."""
    named = next((name for name in _PASSED if name in outputs), None)
    said = outputs.get(named) if named else None
    if isinstance(said, Mapping) and named == "result":
        return verdict_of(tool, cast("Mapping[str, Any]", said))
    if named is None or not isinstance(said, (bool, int, float, str)):
        raise BlockError(
            f"The verifier `{tool.name}` gave {json.dumps(dict(outputs), default=str):.200}. It "
            "has to say `passed`: true or false.",
            zh=f"验证者“{tool.name}”给出了 {json.dumps(dict(outputs), default=str):.200}。"
            "它必须给出 passed：true 或 false。",
            code="bad_verdict",
        )
    passed = said.strip().lower() in _TRUE if isinstance(said, str) else bool(said)
    rest = {name: value for name, value in outputs.items() if name not in (named, "usage", "model")}
    return Verdict(passed, json.dumps(rest, ensure_ascii=False) if rest else "")
