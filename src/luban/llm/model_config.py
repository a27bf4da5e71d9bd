"""One model as data: where it is, what it costs, what it can do, and where its service differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

_NO_KEY = SecretStr("")

WireName = Literal[
    "openai-chat",
    "openai-responses",
    "openai-completions",
    "openai-embeddings",
    "openai-images",
    "anthropic",
    "google",
]

Capability = Literal[
    "tools", "schema", "json", "images", "embeddings", "image_making", "reasoning", "stream"
]
"""`images` are those that go with a message; `schema` is keeping to a JSON Schema by itself."""


def _pairs(given: Any) -> Any:
    return tuple(sorted(given.items())) if isinstance(given, Mapping) else given


Pairs = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs)]
"""Names and values, written as a table; a config is a key of caches, so it holds no dict."""


class Quirks(BaseModel):
    """Where a service differs from others that speak its wire.

    `max_tokens` is what the limit of an answer is called there. `system`, `temperature`, `stop` and
    `stream` say whether it takes system messages, a temperature, stop texts, and can answer in
    pieces. `key_header` carries the key in place of `Authorization`; `headers` and `query` go with
    every request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_tokens: Literal["", "max_tokens", "max_completion_tokens"] = ""
    system: bool = True
    temperature: bool = True
    stop: bool = True
    stream: bool = True
    key_header: str = Field(default="", max_length=100)
    headers: Pairs = ()
    query: Pairs = ()

    def over(self, below: Quirks) -> Quirks:
        """These, and `below` where these say nothing."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return below.model_copy(update=said)


class ModelConfig(BaseModel):
    """One model: where it is, what it is called there, what it costs.

    `id` is `provider/name`; `name` is what the address calls it, when that differs. Prices are US
    dollars for a million model tokens. `context` is how many model tokens fit in, `None` when that
    is unknown; `fallback` are the models that are asked instead, in order, when this one fails. No
    `capabilities` means that nobody said what it can do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    base_url: str = ""
    api_key: SecretStr = _NO_KEY
    api_key_variable: str = ""
    wire: WireName = "openai-chat"
    name: str = ""
    title: str = ""
    input_usd: float | None = Field(default=None, ge=0)
    output_usd: float | None = Field(default=None, ge=0)
    default: bool = False
    context: int | None = Field(default=None, gt=0)
    capabilities: frozenset[Capability] = frozenset()
    fallback: tuple[str, ...] = ()
    quirks: Quirks = Quirks()

    @property
    def provider(self) -> str:
        return self.id.partition("/")[0]

    @property
    def wire_name(self) -> str:
        return self.name or self.id.partition("/")[2]

    @property
    def chats(self) -> bool:
        """Whether it can be talked to, as far as anybody said."""
        return self.wire not in ("openai-embeddings", "openai-images") and not (
            self.capabilities and self.capabilities <= {"embeddings", "image_making"}
        )
