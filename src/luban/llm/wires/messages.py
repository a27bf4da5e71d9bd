"""Turns and tools of a conversation as the library writes them, and its answers as ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from pydantic import TypeAdapter
from pydantic_ai.messages import (
    BinaryContent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponsePart,
    SystemPromptPart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.tools import ToolDefinition

from luban.sdk.chat import ChatMessage, ChatOptions, Finish, Tool, ToolCall

_PARTS: TypeAdapter[list[ModelResponsePart]] = TypeAdapter(list[ModelResponsePart])
ANSWER = "answer"
"""The name of the answer where it is asked for by a schema."""
_FINISHES: Mapping[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_call": "tool_calls",
    "content_filter": "refused",
    "error": "refused",
}


def as_wire(messages: Sequence[ChatMessage], vendor: str) -> list[ModelMessage]:
    """Our turns; what a vendor sealed goes back to that vendor as it came."""
    named = {call.id: call.name for message in messages for call in message.calls}
    sent: list[ModelMessage] = []
    for message in messages:
        match message.role:
            case "assistant":
                sent.append(ModelResponse(_said(message, vendor)))
            case "system":
                sent.append(ModelRequest([SystemPromptPart(message.content)]))
            case "user":
                sent.append(ModelRequest([UserPromptPart(_content(message))]))
            case "tool":
                name = named.get(message.call_id, "unknown")
                part = ToolReturnPart(name, message.content, message.call_id)
                if message.failed:
                    part.outcome = "failed"
                sent.append(ModelRequest([part]))
    return _joined(sent)


def _content(message: ChatMessage) -> str | list[UserContent]:
    if not message.images:
        return message.content
    pictures = [BinaryContent(image.content, media_type=image.type) for image in message.images]
    return [message.content, *pictures] if message.content else list(pictures)


def _said(message: ChatMessage, vendor: str) -> list[ModelResponsePart]:
    if message.sealed.get("vendor") == vendor:
        return list(_PARTS.validate_python(message.sealed["parts"]))
    parts: list[ModelResponsePart] = [TextPart(message.content)] if message.content else []
    for call in message.calls:
        given = call.written if call.arguments is None else call.arguments
        parts.append(ToolCallPart(call.name, given, call.id))
    return parts or [TextPart("")]


def _joined(sent: list[ModelMessage]) -> list[ModelMessage]:
    """Turns of one side that follow each other are one: vendors answer several calls at once."""
    joined: list[ModelMessage] = []
    for message in sent:
        last = joined[-1] if joined else None
        if isinstance(message, ModelRequest) and isinstance(last, ModelRequest):
            joined[-1] = ModelRequest([*last.parts, *message.parts])
        else:
            joined.append(message)
    return joined


def parameters(options: ChatOptions, *, native: bool) -> ModelRequestParameters:
    """The tools that may be called, and the shape that is asked of the answer.

    A model that is not known to keep to a schema by itself gives its answer as the call of a tool.
    """
    tools = [_tool(tool) for tool in options.get("tools", ())]
    schema = options.get("schema")
    if schema is None:
        return ModelRequestParameters(function_tools=tools)
    if not native:
        answer = ToolDefinition(
            name=ANSWER,
            description="The answer, in full.",
            parameters_json_schema=dict(schema),
            kind="output",
        )
        return ModelRequestParameters(
            function_tools=tools, output_mode="tool", output_tools=[answer], allow_text_output=False
        )
    wanted = OutputObjectDefinition(json_schema=dict(schema), name=ANSWER)
    return ModelRequestParameters(function_tools=tools, output_mode="native", output_object=wanted)


def _tool(tool: Tool) -> ToolDefinition:
    return ToolDefinition(
        name=tool.name,
        description=tool.description,
        parameters_json_schema=dict(tool.parameters),
    )


def unwrapped(answer: ModelResponse) -> ModelResponse:
    """An answer given as the call of a tool, as the text that it is."""
    for part in answer.parts:
        if isinstance(part, ToolCallPart) and part.tool_name == ANSWER:
            return replace(answer, parts=[TextPart(part.args_as_json_str())], finish_reason="stop")
    return answer


def text_of(answer: ModelResponse) -> str:
    return "".join(part.content for part in answer.parts if isinstance(part, TextPart))


def reasoning_of(answer: ModelResponse) -> str:
    return "".join(part.content for part in answer.parts if isinstance(part, ThinkingPart))


def calls_of(answer: ModelResponse) -> tuple[ToolCall, ...]:
    return tuple(_call(part) for part in answer.parts if isinstance(part, ToolCallPart))


def _call(part: ToolCallPart) -> ToolCall:
    written = part.args if isinstance(part.args, str) else orjson.dumps(part.args or {}).decode()
    try:
        given: Any = orjson.loads(written) if written else {}
    except orjson.JSONDecodeError:
        given = None
    arguments: dict[str, Any] | None = given if isinstance(given, dict) else None
    return ToolCall(part.tool_call_id, part.tool_name, arguments, written)


def sealed_of(answer: ModelResponse, vendor: str) -> dict[str, Any]:
    """What the vendor wants back unchanged: signed reasoning, and ids of its own."""
    own = [part for part in answer.parts if isinstance(part, ThinkingPart) and part.signature]
    if not own and not any(getattr(part, "provider_details", None) for part in answer.parts):
        return {}
    return {"vendor": vendor, "parts": _PARTS.dump_python(list(answer.parts), mode="json")}


def finish_of(answer: ModelResponse) -> Finish:
    if any(isinstance(part, ToolCallPart) for part in answer.parts):
        return "tool_calls"
    return _FINISHES.get(answer.finish_reason or "stop", "stop")
