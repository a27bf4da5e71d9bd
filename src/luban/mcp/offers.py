"""What a server offers, as our values; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from luban.mcp.foreign_text import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    LONGEST_TITLE,
    cleaned,
    line,
    schema,
)
from luban.model.block import Effect
from luban.ports.tool_servers import OfferedPrompt, OfferedResource, OfferedTool

if TYPE_CHECKING:
    from mcp_types import Prompt, Resource, ResourceTemplate, Tool, ToolAnnotations

MOST = 500
"""Tools, resources or prompts of one server that are taken notice of."""


def tools(given: Iterable[Tool]) -> tuple[OfferedTool, ...]:
    """Those whose names can be used as they are: a cleaned name would call nothing."""
    found = {each.name: _tool(each) for each in given if _usable(each.name)}
    return tuple(found.values())[:MOST]


def resources(
    given: Iterable[Resource], templates: Iterable[ResourceTemplate]
) -> tuple[OfferedResource, ...]:
    plain = [
        OfferedResource(
            uri=str(each.uri)[:2000],
            name=line(each.title or each.name, LONGEST_TITLE),
            description=cleaned(each.description, LONGEST_DESCRIPTION),
            type=line(each.mime_type, LONGEST_NAME),
        )
        for each in given
    ]
    filled = [
        OfferedResource(
            uri=each.uri_template[:2000],
            name=line(each.title or each.name, LONGEST_TITLE),
            description=cleaned(each.description, LONGEST_DESCRIPTION),
            type=line(each.mime_type, LONGEST_NAME),
            template=True,
        )
        for each in templates
    ]
    return (*plain[:MOST], *filled[:MOST])


def prompts(given: Iterable[Prompt]) -> tuple[OfferedPrompt, ...]:
    found = {each.name: _prompt(each) for each in given if _usable(each.name)}
    return tuple(found.values())[:MOST]


def _tool(tool: Tool) -> OfferedTool:
    hints = tool.annotations
    title = tool.title or (hints.title if hints else None) or tool.name
    return OfferedTool(
        name=tool.name,
        title=line(title, LONGEST_TITLE),
        description=cleaned(tool.description, LONGEST_DESCRIPTION),
        parameters=schema(tool.input_schema),
        effect=_effect(hints),
    )


def _effect(hints: ToolAnnotations | None) -> Effect:
    """What a tool says of itself; said nothing, it is done once."""
    if hints is not None and hints.read_only_hint:
        return Effect.IDEMPOTENT
    if hints is not None and hints.idempotent_hint and hints.destructive_hint is False:
        return Effect.IDEMPOTENT
    return Effect.ONCE


def _prompt(prompt: Prompt) -> OfferedPrompt:
    asked = prompt.arguments or []
    return OfferedPrompt(
        name=prompt.name,
        title=line(prompt.title or prompt.name, LONGEST_TITLE),
        description=cleaned(prompt.description, LONGEST_DESCRIPTION),
        arguments=tuple(each.name for each in asked if _usable(each.name)),
        required=tuple(each.name for each in asked if each.required and _usable(each.name)),
    )


def _usable(name: str) -> bool:
    return bool(name) and line(name, LONGEST_NAME) == name
