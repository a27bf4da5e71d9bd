# Generated from luban/client/webhooks.py by ./run fix.

"""Where events are sent, and what became of them."""

from __future__ import annotations

from typing import Any

from luban.client.sync.transport import Transport
from luban.model.views import PageView
from luban.model.watching_views import DeliveryView, WebhookView


class Webhooks:
    """Those of the team that asks."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, page: int = 1, page_size: int = 50) -> PageView[WebhookView]:
        params = {"page": page, "page_size": page_size}
        return self._transport.ask(PageView[WebhookView], "GET", "/webhooks", params=params)

    def create(self, url: str, **wanted: Any) -> WebhookView:
        """`wanted`: name, events, agents, enabled. The answer holds the secret, this once."""
        return self._transport.ask(WebhookView, "POST", "/webhooks", json={"url": url, **wanted})

    def get(self, webhook_id: str) -> WebhookView:
        return self._transport.ask(WebhookView, "GET", f"/webhooks/{webhook_id}")

    def change(self, webhook_id: str, **changes: Any) -> WebhookView:
        """`changes`: url, name, events, agents, enabled, new_secret."""
        return self._transport.ask(WebhookView, "PATCH", f"/webhooks/{webhook_id}", json=changes)

    def delete(self, webhook_id: str) -> None:
        self._transport.send("DELETE", f"/webhooks/{webhook_id}")

    def test(self, webhook_id: str) -> DeliveryView:
        return self._transport.ask(DeliveryView, "POST", f"/webhooks/{webhook_id}/test")

    def deliveries(
        self, webhook_id: str, page: int = 1, page_size: int = 50, *, status: str | None = None
    ) -> PageView[DeliveryView]:
        params = {"page": page, "page_size": page_size, "status": status}
        path = f"/webhooks/{webhook_id}/deliveries"
        return self._transport.ask(PageView[DeliveryView], "GET", path, params=params)

    def redeliver(self, delivery_id: str) -> DeliveryView:
        return self._transport.ask(DeliveryView, "POST", f"/deliveries/{delivery_id}/redeliver")
