"""What models.toml says: the providers and models that Luban knows by itself."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from luban.llm.model_config import ModelConfig, Quirks, WireName


class Provider(BaseModel):
    """One provider of models.toml.

    `path` is what an address of somebody's own gets when it has none. `credential` is the vault's
    name of the provider. `installed_at` is where its service says which models it has; one that is
    `looked_for` is asked at its usual address too, when no variable names another.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    wire: WireName = "openai-chat"
    base_url: str = ""
    base_url_variable: str = ""
    key_variable: str = ""
    optional_key_variable: str = ""
    path: str = "/v1"
    credential: str = ""
    quirks: Quirks = Quirks()
    input_usd: float | None = None
    output_usd: float | None = None
    installed_at: str = ""
    looked_for: bool = False

    def address(self, environment: Mapping[str, str]) -> str:
        """The address a variable names, else the provider's own."""
        return self.address_set(environment) or self.base_url

    def address_set(self, environment: Mapping[str, str]) -> str:
        """The address a variable names; empty without one."""
        written = environment.get(self.base_url_variable, "").strip().rstrip("/")
        if not written:
            return ""
        written = written if "://" in written else f"http://{written}"
        return written if urlsplit(written).path else written + self.path

    def key(self, environment: Mapping[str, str]) -> str:
        return environment.get(self.key_variable or self.optional_key_variable, "")

    def is_usable(self, environment: Mapping[str, str]) -> bool:
        """Whether it can be asked: a key or an address is set, or it needs neither."""
        if not self.address(environment):
            return False
        if self.key_variable:
            return bool(self.key(environment) or self.address_set(environment))
        return True


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(files("luban.llm").joinpath("models.toml").read_text("utf-8"))


@cache
def providers() -> dict[str, Provider]:
    """The providers by name."""
    return {name: Provider.model_validate(row) for name, row in _read()["providers"].items()}


@cache
def shipped_models() -> dict[str, ModelConfig]:
    """The models by id, as they are known: without a key, at their provider's own address."""
    rows: dict[str, ModelConfig] = {}
    for row in _read()["models"]:
        config = _of_provider(row["id"], row)
        rows[config.id] = config
    return rows


def known(model: str, environment: Mapping[str, str]) -> ModelConfig | None:
    """A model of a known provider, with the address and key that variables give it."""
    name, _, called = model.partition("/")
    provider = providers().get(name)
    if provider is None or not called:
        return None
    base, _, tag = model.partition(":")
    rows = shipped_models()
    config = rows.get(model) or rows.get(base) or _of_provider(model, {})
    found = {
        "id": model,
        "title": config.title
        if config.id == model or not config.title
        else f"{config.title} {tag}",
        "base_url": provider.address(environment),
        "api_key": SecretStr(provider.key(environment)),
    }
    return config.model_copy(update=found)


def _of_provider(model: str, row: Mapping[str, Any]) -> ModelConfig:
    provider = providers()[model.partition("/")[0]]
    below = {
        "base_url": provider.base_url,
        "wire": provider.wire,
        "input_usd": provider.input_usd,
        "output_usd": provider.output_usd,
    }
    config = ModelConfig.model_validate({**below, **row, "id": model})
    return config.model_copy(update={"quirks": config.quirks.over(provider.quirks)})
