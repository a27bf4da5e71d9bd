"""The wire of Google's Gemini."""

from __future__ import annotations

from pydantic_ai.models import Model
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from luban.llm.settings import ModelConfig
from luban.llm.wires.chatting import Chatting


class GoogleWire(Chatting):
    vendor = "google"

    def made(self, config: ModelConfig) -> Model:
        provider = GoogleProvider(
            api_key=config.api_key.get_secret_value() or "none",
            base_url=config.base_url,
            http_client=self.client_of(config),
        )
        return GoogleModel(config.wire_name, provider=provider)


WIRE = GoogleWire
