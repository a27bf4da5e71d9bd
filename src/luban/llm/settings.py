"""Which models there are: rows of settings, read from the environment and luban.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from luban.llm.errors import ModelKeyMissing
from luban.model.errors import InvalidValue

DEMO = "demo/luban"
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
    input_usd: float | None = None
    output_usd: float | None = None
    default: bool = False
    context: int | None = Field(default=None, gt=0)
    capabilities: frozenset[Capability] = frozenset()
    fallback: tuple[str, ...] = ()

    @property
    def provider(self) -> str:
        return self.id.partition("/")[0]

    @property
    def wire_name(self) -> str:
        return self.name or self.id.partition("/")[2]


class Provider(BaseModel):
    """One row of providers.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    base_url: str
    base_url_variable: str = ""
    key_variable: str = ""
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Everything configured, and what a missing model name means.

    Names of a known provider need no row: `find` makes one when the key is there.
    """

    rows: Mapping[str, ModelConfig] = field(default_factory=dict)
    default: str = DEMO
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls, environment: Mapping[str, str], models: Iterable[Mapping[str, Any]] = ()
    ) -> ModelSettings:
        """From variables and the `[[models]]` of luban.toml. Raises `InvalidValue`."""
        written = [_row(entry, environment) for entry in models]
        rows = {row.id: row for row in (*written, *_offered(environment))}
        rows.update({row.id: row for row in written})
        settings = cls(rows, _default(rows.values()), environment)
        wanted = environment.get("LUBAN_MODEL", "").strip()
        if not wanted:
            return settings
        wanted = wanted if _is_known(wanted, rows) else f"openai/{wanted}"
        found = settings.find(wanted)
        if found is not None:
            rows.setdefault(found.id, found)
        return cls(rows, wanted, environment)

    def find(self, model: str) -> ModelConfig | None:
        """The row of a model. Raises `ModelKeyMissing` for a known provider without a key."""
        if model in self.rows:
            return self.rows[model]
        provider = providers().get(model.partition("/")[0])
        if provider is None or not model.partition("/")[2]:
            return None
        key = self.environment.get(provider.key_variable, "")
        address = self.environment.get(provider.base_url_variable, "")
        if provider.key_variable and not key and not address:
            raise ModelKeyMissing(model=model, variable=provider.key_variable)
        return ModelConfig(id=model, base_url=address or provider.base_url, api_key=SecretStr(key))


@cache
def providers() -> dict[str, Provider]:
    """The rows of providers.toml by name."""
    text = files("luban.llm").joinpath("providers.toml").read_text("utf-8")
    return {name: Provider(**row) for name, row in tomllib.loads(text).items()}


def _offered(environment: Mapping[str, str]) -> list[ModelConfig]:
    """The listed models of every provider that has a key or an address of its own."""
    offered: list[ModelConfig] = []
    for name, provider in providers().items():
        key = environment.get(provider.key_variable, "") if provider.key_variable else ""
        address = environment.get(provider.base_url_variable, "")
        if key or address:
            offered.extend(
                ModelConfig(
                    id=f"{name}/{model}",
                    base_url=address or provider.base_url,
                    api_key=SecretStr(key),
                )
                for model in provider.models
            )
    return offered


def _row(entry: Mapping[str, Any], environment: Mapping[str, str]) -> ModelConfig:
    try:
        row = ModelConfig.model_validate(dict(entry))
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidValue(
            name=".".join(("models", str(entry.get("id", "?")), *map(str, first["loc"]))),
            value=first.get("input"),
            expected=f"luban.toml needs another value there: {first['msg']}",
            expected_zh=f"luban.toml 中此处的值不可用：{first['msg']}",
        ) from error
    provider = providers().get(row.provider)
    variable = row.api_key_variable or (provider.key_variable if provider else "")
    key = row.api_key.get_secret_value() or environment.get(variable, "")
    address = row.base_url or (provider.base_url if provider else "")
    if "/" not in row.id or not address:
        raise InvalidValue(
            name=f"models.{row.id}",
            value=row.base_url or row.id,
            expected="a model needs an id like provider/name and the base_url of its service",
            expected_zh="模型需要形如 provider/name 的 id 和服务地址 base_url",
        )
    return row.model_copy(update={"api_key": SecretStr(key), "base_url": address})


def _is_known(model: str, rows: Mapping[str, ModelConfig]) -> bool:
    return model == DEMO or model in rows or model.partition("/")[0] in providers()


def _default(rows: Iterable[ModelConfig]) -> str:
    ordered = sorted(rows, key=lambda row: not row.default)
    return ordered[0].id if ordered else DEMO
