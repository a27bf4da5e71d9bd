"""What a request asks for, whichever wire it came over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from luban.sdk.chat import ChatMessage, ChatRole

_ROLES: Mapping[str, ChatRole] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "function": "tool",
    "tool": "tool",
    "assistant": "assistant",
    "model": "assistant",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who is asked, what was said so far, which tools there are."""

    model: str
    turns: tuple[ChatMessage, ...]
    tools: frozenset[str] = frozenset()
    stream: bool = False
    wants_json: bool = False

    @property
    def said(self) -> str:
        """All texts, of tools too."""
        return "\n".join(turn.content for turn in self.turns)

    @property
    def last(self) -> str:
        return self.turns[-1].content if self.turns else ""


def of_openai_chat(body: Mapping[str, Any]) -> Asked:
    turns = [_turn(each.get("role"), each.get("content")) for each in body.get("messages", ())]
    named = [each.get("function", {}).get("name", "") for each in body.get("tools", ())]
    kind = (body.get("response_format") or {}).get("type", "text")
    return _asked(body, turns, named, wants_json=kind != "text")


def of_openai_responses(body: Mapping[str, Any]) -> Asked:
    turns = [_turn("system", body["instructions"])] if body.get("instructions") else []
    given = body.get("input", ())
    if isinstance(given, str):
        turns.append(_turn("user", given))
    else:
        for each in given:
            if each.get("type") == "function_call_output":
                turns.append(_turn("tool", each.get("output")))
            elif each.get("type", "message") == "message":
                turns.append(_turn(each.get("role"), each.get("content")))
    kind = (body.get("text") or {}).get("format", {}).get("type", "text")
    return _asked(body, turns, _names(body), wants_json=kind != "text")


def of_openai_text(body: Mapping[str, Any]) -> Asked:
    prompt = body.get("prompt", body.get("input", ""))
    texts = prompt if isinstance(prompt, list) else [prompt]
    return _asked(body, [_turn("user", text) for text in texts], ())


def of_anthropic(body: Mapping[str, Any]) -> Asked:
    turns = [_turn("system", body["system"])] if body.get("system") else []
    for each in body.get("messages", ()):
        turns.append(_turn(each.get("role"), each.get("content")))
    return _asked(body, turns, _names(body), wants_json="output_config" in body)


def of_google(model: str, body: Mapping[str, Any], *, stream: bool) -> Asked:
    system = body.get("systemInstruction") or {}
    turns = [_turn("system", system.get("parts"))] if system else []
    for each in body.get("contents", ()):
        turns.append(_turn(each.get("role", "user"), each.get("parts")))
    named = [
        tool.get("name", "")
        for family in body.get("tools", ())
        for tool in family.get("functionDeclarations", ())
    ]
    config = body.get("generationConfig") or {}
    wants_json = config.get("responseMimeType") == "application/json"
    return _asked({"model": model, "stream": stream}, turns, named, wants_json=wants_json)


def _asked(
    body: Mapping[str, Any],
    turns: Iterable[ChatMessage],
    tools: Iterable[str],
    *,
    wants_json: bool = False,
) -> Asked:
    model, stream = str(body.get("model", "")), bool(body.get("stream"))
    return Asked(model, tuple(turns), frozenset(tools), stream, wants_json)


def _names(body: Mapping[str, Any]) -> list[str]:
    return [each.get("name", "") for each in body.get("tools") or ()]


def _turn(role: object, content: object) -> ChatMessage:
    return ChatMessage(_ROLES.get(str(role), "user"), _text(content))


def _text(content: object) -> str:
    """The text in a content, which is a text, or parts of many kinds."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(filter(None, map(_text, content)))
    if isinstance(content, dict):
        for name in ("text", "content", "output"):
            if name in content:
                return _text(content[name])
        if "functionResponse" in content:
            return json.dumps(content["functionResponse"].get("response"), ensure_ascii=False)
        return ""
    return str(content)
