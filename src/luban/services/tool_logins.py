"""Accounts at servers of tools: the server says where people sign in, the rest is as elsewhere.

What was found out becomes a provider of the team's own, so that the grant is kept, refreshed and
taken back as every other one, and sent to that server alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from luban.model.access import Caller
from luban.model.errors import InvalidValue
from luban.ports.providers import Kind, Provider
from luban.ports.tool_servers import ServerLogin, ServerLogins, ToolServer
from luban.services.connecting import Connecting, Started, Wanted
from luban.services.own_providers import OwnProviders
from luban.services.tool_servers import ToolServerService


class ToolLogins:
    """From a server that wants to know who asks to a person on their way to say so."""

    def __init__(
        self,
        servers: ToolServerService,
        logins: ServerLogins,
        providers: OwnProviders,
        connecting: Connecting,
    ) -> None:
        self._servers = servers
        self._logins = logins
        self._providers = providers
        self._connecting = connecting

    async def start(
        self, caller: Caller, server: str, redirect: str, *, elsewhere: bool
    ) -> Started:
        """Where to send the person.

        Raises `NotFound`, `NotPermitted`, `InvalidValue`, `ProviderInUse` and what finding out
        raises.
        """
        known = await self._servers.own(caller, server)
        if not known.url:
            raise InvalidValue(
                name="server",
                value=known.name,
                expected="only servers at an address have people sign in",
                expected_zh="只有通过地址访问的服务器才需要登录",
            )
        found = await self._logins.find(known.url, redirect)
        provider = _provider(known, found)
        await self._providers.put(caller.team, provider)
        await self._servers.set_login(caller, known.id, provider.id)
        wanted = Wanted(
            provider=provider.id,
            name=known.name,
            scopes=found.scopes,
            app=found.app,
            redirect=redirect,
            elsewhere=elsewhere,
        )
        return await self._connecting.start(caller, wanted)


def _provider(server: ToolServer, found: ServerLogin) -> Provider:
    return Provider(
        id=f"mcp-{server.id.lower().replace('_', '-')}"[:40],
        title=server.name,
        hosts=(urlsplit(server.url).hostname or "",),
        kinds=(Kind(kind="oauth2", headers={"Authorization": "Bearer {access_token}"}),),
        oauth=found.oauth,
        own=True,
    )
