"""Which models an administrator configured: read from the environment and luban.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr, ValidationError

from luban.llm.errors import ModelKeyMissing
from luban.llm.model_config import Capability, ModelConfig, Quirks, WireName
from luban.llm.shipped import Provider, known, providers, shipped_models
from luban.model.errors import InvalidValue

__all__ = [
    "DEMO",
    "Capability",
    "ModelConfig",
    "ModelSettings",
    "Provider",
    "Quirks",
    "WireName",
    "providers",
    "row_of",
]

DEMO = "demo/luban"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Everything configured, and what a missing model name means.

    `written` are the ids of luban.toml; other rows are of models.toml. Names of a known provider
    need no row: `find` makes one when the key is there.
    """

    rows: Mapping[str, ModelConfig] = field(default_factory=dict)
    default: str = DEMO
    environment: Mapping[str, str] = field(default_factory=dict)
    written: frozenset[str] = frozenset()

    @classmethod
    def read(
        cls, environment: Mapping[str, str], models: Iterable[Mapping[str, Any]] = ()
    ) -> ModelSettings:
        """From variables and the `[[models]]` of luban.toml. Raises `InvalidValue`."""
        written = [_row(entry, environment) for entry in models]
        rows = {row.id: row for row in (*written, *_offered(environment))}
        rows.update({row.id: row for row in written})
        ids = frozenset(row.id for row in written)
        settings = cls(rows, _default(rows.values()), environment, ids)
        wanted = environment.get("LUBAN_MODEL", "").strip()
        if not wanted:
            return settings
        wanted = wanted if _is_known(wanted, rows) else f"openai/{wanted}"
        found = settings.find(wanted)
        if found is not None:
            rows.setdefault(found.id, found)
        return cls(rows, wanted, environment, ids)

    def find(self, model: str) -> ModelConfig | None:
        """The row of a model. Raises `ModelKeyMissing` for a known provider without a key."""
        if model in self.rows:
            return self.rows[model]
        config = known(model, self.environment)
        if config is None:
            return None
        provider = providers()[config.provider]
        if not provider.is_usable(self.environment):
            variable = provider.base_url_variable if not config.base_url else provider.key_variable
            raise ModelKeyMissing(model=model, variable=variable)
        return config

    def unusable(self) -> dict[str, str]:
        """The models of models.toml that lack something, and the variable that would give it."""
        lacking: dict[str, str] = {}
        for model in shipped_models():
            try:
                self.find(model)
            except ModelKeyMissing as error:
                lacking[model] = str(error.params["variable"])
        return lacking


def _offered(environment: Mapping[str, str]) -> list[ModelConfig]:
    """The listed models of every provider that is set up; where some are installed is asked."""
    offered: list[ModelConfig] = []
    for model in shipped_models():
        config = known(model, environment)
        assert config is not None
        provider = providers()[config.provider]
        if not provider.installed_at and provider.is_usable(environment):
            offered.append(config)
    return offered


def row_of(entry: Mapping[str, Any], name: str) -> ModelConfig:
    """A model as it was written, on top of what is known of it. Raises `InvalidValue`.

    Address and key of a known provider are used only where no other address is written.
    """
    given = dict(entry)
    model = str(given.get("id", ""))
    shipped = known(model, {}) if "/" in model else None
    below: dict[str, Any] = {}
    if shipped is not None:
        below = shipped.model_dump(exclude={"api_key", "api_key_variable", "quirks"})
    try:
        row = ModelConfig.model_validate({**below, **given})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join((name, model or "?", *map(str, first["loc"])))
        raise InvalidValue(
            name=where,
            value=first.get("input"),
            expected=f"it needs another value there: {first['msg']}",
            expected_zh=f"此处的值不可用：{first['msg']}",
        ) from error
    if not row.provider or not row.id.partition("/")[2] or not row.base_url:
        raise InvalidValue(
            name=f"{name}.{row.id}",
            value=row.base_url or row.id,
            expected="a model needs an id like provider/name and the base_url of its service",
            expected_zh="模型需要形如 provider/name 的 id 和服务地址 base_url",
        )
    if shipped is not None:
        row = row.model_copy(update={"quirks": row.quirks.over(shipped.quirks)})
    return row


def _row(entry: Mapping[str, Any], environment: Mapping[str, str]) -> ModelConfig:
    row = row_of(entry, "models")
    provider = providers().get(row.provider)
    variable = row.api_key_variable or (provider.key_variable if provider else "")
    key = row.api_key.get_secret_value() or environment.get(variable, "")
    return row.model_copy(update={"api_key": SecretStr(key)})


def _is_known(model: str, rows: Mapping[str, ModelConfig]) -> bool:
    return model == DEMO or model in rows or model.partition("/")[0] in providers()


def _default(rows: Iterable[ModelConfig]) -> str:
    ordered = sorted((row for row in rows if row.chats), key=lambda row: not row.default)
    return ordered[0].id if ordered else DEMO
