"""The reference page of models: `docs/reference/models.md`."""

from __future__ import annotations

from collections.abc import Iterator

from luban.llm.model_config import ModelConfig
from luban.llm.shipped import Provider, providers, shipped_models

_HEAD = """\
# Models

The models that Luban knows, made by `./run fix` from `src/luban/llm/models.toml`. Any other name of
these providers works too, and any other service by its address:
[Use a model](../howto/use-a-model.md).

| model | title | window | can |
|---|---|---|---|"""

_PROVIDERS = """
## Providers

| provider | title | wire | address | variables |
|---|---|---|---|---|"""


def text() -> str:
    rows = [_HEAD, *map(_model, shipped_models().values()), _PROVIDERS, *_providers()]
    return "\n".join(rows) + "\n"


def _model(config: ModelConfig) -> str:
    window = "" if config.context is None else f"{config.context:,}"
    can = ", ".join(sorted(config.capabilities))
    return f"| `{config.id}` | {config.title} | {window} | {can} |"


def _providers() -> Iterator[str]:
    for name, each in providers().items():
        yield f"| `{name}` | {each.title} | {each.wire} | {_address(each)} | {_variables(each)} |"


def _address(provider: Provider) -> str:
    return f"`{provider.base_url}`" if provider.base_url else ""


def _variables(provider: Provider) -> str:
    names = (provider.key_variable, provider.optional_key_variable, provider.base_url_variable)
    return ", ".join(f"`{name}`" for name in names if name)
