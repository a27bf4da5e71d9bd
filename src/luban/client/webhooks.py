"""Where events are sent, and what became of them."""

from __future__ import annotations

from typing import Any

from luban.client.transport import Transport
from luban.model.views import PageView
from luban.model.watching_views import DeliveryView, WebhookView


class Webhooks:
    """Those of the team that asks."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, page: int = 1, page_size: int = 50) -> PageView[WebhookView]:
        params = {"page": page, "page_size": page_size}
        return await self._transport.ask(PageView[WebhookView], "GET", "/webhooks", params=params)

    async def create(self, url: str, **wanted: Any) -> WebhookView:
        """`wanted`: name, events, agents, enabled. The answer holds the secret, this once."""
        return await self._transport.ask(
            WebhookView, "POST", "/webhooks", json={"url": url, **wanted}
        )

    async def get(self, webhook_id: str) -> WebhookView:
        return await self._transport.ask(WebhookView, "GET", f"/webhooks/{webhook_id}")

    async def change(self, webhook_id: str, **changes: Any) -> WebhookView:
        """`changes`: url, name, events, agents, enabled, new_secret."""
        return await self._transport.ask(
            WebhookView, "PATCH", f"/webhooks/{webhook_id}", json=changes
        )

    async def delete(self, webhook_id: str) -> None:
        await self._transport.send("DELETE", f"/webhooks/{webhook_id}")

    async def test(self, webhook_id: str) -> DeliveryView:
        return await self._transport.ask(DeliveryView, "POST", f"/webhooks/{webhook_id}/test")

    async def deliveries(
        self, webhook_id: str, page: int = 1, page_size: int = 50, *, status: str | None = None
    ) -> PageView[DeliveryView]:
        params = {"page": page, "page_size": page_size, "status": status}
        path = f"/webhooks/{webhook_id}/deliveries"
        return await self._transport.ask(PageView[DeliveryView], "GET", path, params=params)

    async def redeliver(self, delivery_id: str) -> DeliveryView:
        return await self._transport.ask(
            DeliveryView, "POST", f"/deliveries/{delivery_id}/redeliver"
        )
