"""The audit log, for who may read it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from luban.client.transport import Transport
from luban.model.views import PageView
from luban.model.watching_views import AuditView


class Audit:
    """Filters are `user team action resource resource_id outcome since until`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, page: int = 1, page_size: int = 50, **filters: Any) -> PageView[AuditView]:
        """Newest first."""
        params = {"page": page, "page_size": page_size, **filters}
        return await self._transport.ask(PageView[AuditView], "GET", "/audit", params=params)

    async def export(self, **filters: Any) -> AsyncIterator[str]:
        """Lines of JSON, oldest first."""
        asked = {name: value for name, value in filters.items() if value}
        path = "/audit/export" + (f"?{urlencode(asked)}" if asked else "")
        async with self._transport.stream(path, timeout=60.0) as response:
            async for line in response.aiter_lines():
                yield line
