"""Tools that come from outside a graph: other agents of the owner, and servers of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luban.model.block import Effect
from luban.model.errors import LubanError
from luban.model.pins import PinKind, PinType
from luban.ports.stores import Agent
from luban.ports.tool_servers import ToolServers
from luban.sdk.tools import ToolUnknown, UsableTool, fit_name
from luban.services.agents import Agents
from luban.services.checking import Checking
from luban.services.run_inputs import AskedInput
from luban.services.versions import Versions

_AGENT, _SERVER = "agent:", "mcp:"
_JSON_TYPES = {
    PinKind.TEXT: "string",
    PinKind.NUMBER: "number",
    PinKind.BOOLEAN: "boolean",
    PinKind.OBJECT: "object",
    PinKind.LIST: "array",
    PinKind.DATE: "string",
}


class OfferedTools:
    """Finds the agents and servers that a step wants as tools."""

    def __init__(
        self, agents: Agents, versions: Versions, checking: Checking, servers: ToolServers
    ) -> None:
        self._agents = agents
        self._versions = versions
        self._checking = checking
        self._servers = servers

    async def list(self, owner: str, wanted: Sequence[str]) -> list[UsableTool]:
        """Of `agent:NAME`, `mcp:SERVER` and `mcp:SERVER/TOOL`. Raises `ToolUnknown`."""
        found: list[UsableTool] = []
        for each in wanted:
            if each.startswith(_AGENT):
                found.append(await self._agent(owner, each))
            elif each.startswith(_SERVER):
                server, _, tool = each.removeprefix(_SERVER).partition("/")
                found += await self._servers.tools(owner, server, tool or None)
            else:
                raise ToolUnknown(
                    each, "it is neither an agent nor a server.", "它既不是智能体也不是服务器。"
                )
        return found

    async def _agent(self, owner: str, wanted: str) -> UsableTool:
        """As `SubAgents` would run it: the published version, else the draft."""
        name = wanted.removeprefix(_AGENT)
        try:
            agent = await self._agents.named(owner, name)
        except LubanError as error:
            raise ToolUnknown(wanted, str(error), error.message_zh) from error
        checked = self._checking.document(await self._document(agent))
        return UsableTool(
            name=fit_name(agent.name, agent.id),
            title=agent.name,
            description=agent.description,
            parameters=_parameters(checked.inputs),
            effect=Effect.IDEMPOTENT,
            kind="agent",
            target=agent.id,
            source="agent",
        )

    async def _document(self, agent: Agent) -> dict[str, Any]:
        if agent.published_version is None:
            return agent.document
        version = await self._versions.get(agent.owner, agent.id, agent.published_version)
        return version.document


def _parameters(asked: Sequence[AskedInput]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {each.name: _parameter(each) for each in asked},
        "required": [each.name for each in asked if each.required],
        "additionalProperties": False,
    }


def _parameter(asked: AskedInput) -> dict[str, Any]:
    schema = {key: value for key, value in asked.schema.items() if not key.startswith("x-")}
    if "type" not in schema and "anyOf" not in schema:
        schema |= _typed(asked.type)
    schema["title"] = asked.title
    if asked.description:
        schema["description"] = asked.description
    if asked.default is not None:
        schema["default"] = asked.default
    return schema


def _typed(kind: PinType) -> dict[str, Any]:
    found = _JSON_TYPES.get(kind.kind)
    return {} if found is None else {"type": found}
