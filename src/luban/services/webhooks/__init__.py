"""Outgoing webhooks: choosing them, and sending what they want."""

from __future__ import annotations

from luban.services.webhooks.choosing import Chosen, WebhookDraft, Webhooks
from luban.services.webhooks.sending import Sending

__all__ = ["Chosen", "Sending", "WebhookDraft", "Webhooks"]
