"""The wire of Anthropic's messages."""

from __future__ import annotations

from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.providers.anthropic import AnthropicProvider

from luban.llm.settings import ModelConfig
from luban.llm.wires.chatting import Chatting


class AnthropicWire(Chatting):
    vendor = "anthropic"

    def made(self, config: ModelConfig) -> Model:
        provider = AnthropicProvider(
            api_key=config.api_key.get_secret_value() or "none",
            base_url=config.base_url,
            http_client=self.client_of(config),
        )
        return AnthropicModel(config.wire_name, provider=provider)


WIRE = AnthropicWire
