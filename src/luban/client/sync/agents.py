# Generated from luban/client/agents.py by ./run fix.

"""Agents, through the API."""

from __future__ import annotations

from typing import Any, Literal

from luban.client.sync.transport import Transport
from luban.model.views import AgentView, FindingsView, PageView, TemplateView, VersionView

Tree = dict[str, Any]


class Agents:
    """The agents of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        search: str = "",
        sort: Literal["updated", "name"] = "updated",
        page: int = 1,
        page_size: int = 50,
    ) -> PageView[AgentView]:
        return self._transport.ask(
            PageView[AgentView],
            "GET",
            "/agents",
            params={"search": search, "sort": sort, "page": page, "page_size": page_size},
        )

    def create(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        document: Tree | None = None,
        template: str | None = None,
        text: str | None = None,
    ) -> AgentView:
        """A new agent; at most one of `document`, `template` and `text` says what it is made of."""
        given = {
            "name": name,
            "description": description,
            "document": document,
            "template": template,
            "text": text,
        }
        return self._transport.ask(AgentView, "POST", "/agents", json=given)

    def get(self, agent_id: str) -> AgentView:
        return self._transport.ask(AgentView, "GET", f"/agents/{agent_id}")

    def change(
        self,
        agent_id: str,
        *,
        revision: int | None = None,
        name: str | None = None,
        description: str | None = None,
        document: Tree | None = None,
    ) -> AgentView:
        """Raises `Conflicting` if the agent is not at `revision` any more."""
        given = {"name": name, "description": description, "document": document}
        headers = {} if revision is None else {"if-match": f'"{revision}"'}
        return self._transport.ask(
            AgentView, "PATCH", f"/agents/{agent_id}", json=given, headers=headers
        )

    def delete(self, agent_id: str) -> None:
        self._transport.send("DELETE", f"/agents/{agent_id}")

    def duplicate(self, agent_id: str) -> AgentView:
        return self._transport.ask(AgentView, "POST", f"/agents/{agent_id}/duplicate")

    def export(self, agent_id: str, format: Literal["yaml", "json"] = "yaml") -> str:
        """The draft as the text of an agent file."""
        response = self._transport.send(
            "GET", f"/agents/{agent_id}/export", params={"format": format}
        )
        return response.text

    def check(self, agent_id: str) -> FindingsView:
        return self._transport.ask(FindingsView, "GET", f"/agents/{agent_id}/check")

    def check_document(self, document: Any) -> FindingsView:
        return self._transport.ask(
            FindingsView, "POST", "/agents/check", json={"document": document}
        )

    def publish(self, agent_id: str, label: str = "") -> VersionView:
        return self._transport.ask(
            VersionView, "POST", f"/agents/{agent_id}/versions", json={"label": label}
        )

    def versions(
        self, agent_id: str, *, page: int = 1, page_size: int = 50
    ) -> PageView[VersionView]:
        return self._transport.ask(
            PageView[VersionView],
            "GET",
            f"/agents/{agent_id}/versions",
            params={"page": page, "page_size": page_size},
        )

    def version(self, agent_id: str, version: int) -> VersionView:
        """One version, with its document."""
        return self._transport.ask(VersionView, "GET", f"/agents/{agent_id}/versions/{version}")

    def restore_version(self, agent_id: str, version: int) -> AgentView:
        return self._transport.ask(
            AgentView, "POST", f"/agents/{agent_id}/versions/{version}/restore"
        )

    def template(self, template_id: str) -> TemplateView:
        return self._transport.ask(TemplateView, "GET", f"/templates/{template_id}")
