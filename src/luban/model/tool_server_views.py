"""Servers of tools as they are shown: where they are, what they offer, whether it was agreed to."""

from __future__ import annotations

from pydantic import Field

from luban.model.views import Tree, View


class OfferedToolView(View):
    """A tool as its server describes it; the texts are its own."""

    name: str
    title: str
    description: str
    parameters: Tree
    effect: str


class OfferedResourceView(View):
    """Something to read; with `template`, `uri` has places to fill in."""

    uri: str
    name: str
    description: str
    type: str
    template: bool


class OfferedPromptView(View):
    """A prompt and the names of its arguments."""

    name: str
    title: str
    description: str
    arguments: list[str]
    required: list[str]


class ToolServerView(View):
    """A server of tools."""

    id: str
    name: str
    url: str
    command: list[str]
    environment: dict[str, str]
    folders: list[str]
    network: bool
    credential: str
    shared: bool
    own: bool = Field(description="Whether it is of the team that asks.")
    changed: bool = Field(
        description="Whether it says something else of its tools than a person agreed to; agents "
        "use none of them then."
    )
    trouble: str = Field(description="Why it could not be asked last, if it could not.")
    checked_at: str | None
    title: str
    version: str
    protocol: str
    tools: list[OfferedToolView]
    resources: list[OfferedResourceView]
    prompts: list[OfferedPromptView]
    created_at: str
    updated_at: str
