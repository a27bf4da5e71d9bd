"""Which models an owner may use: what ships, what is configured, what is installed, what was added.

A later source replaces a model of the same id: models.toml, services on this machine, luban.toml
and the environment, rows that administrators share, the owner's own rows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import SecretStr

from luban.llm.installed import InstalledModels
from luban.llm.model_config import ModelConfig
from luban.llm.settings import DEMO, ModelSettings, row_of
from luban.llm.shipped import known
from luban.model.errors import InvalidValue
from luban.ports.models import ModelRow, ModelRows

log = logging.getLogger(__name__)

Source = Literal["shipped", "installed", "settings", "shared", "own"]
LASTS = 1.0
"""Seconds after which a change by another process is seen at the latest."""
_MOST = 1000


class KnownModel(NamedTuple):
    """A model and where it comes from.

    `credential` is the vault's, of `owner`. What is `guarded` is held to the rules of outgoing
    requests of blocks, for no administrator wrote its address.
    """

    config: ModelConfig
    source: Source
    owner: str = ""
    credential: str = ""
    guarded: bool = False


@dataclass(frozen=True)
class KnownModels:
    """The models of one owner at one moment, by id."""

    rows: Mapping[str, KnownModel]
    default: str
    settings: ModelSettings

    def find(self, model: str) -> KnownModel | None:
        """Also any name of a known provider, and a bare one that a row has.

        Raises `ModelKeyMissing`.
        """
        model = self._whole(model)
        found = self.rows.get(model)
        if found is not None:
            return found
        config = self.settings.find(model)
        return KnownModel(config, "shipped") if config is not None else None

    def _whole(self, name: str) -> str:
        """With the provider: of `gpt-4o`, the first row that is called so, the default before."""
        if "/" in name:
            return name
        same = [id for id, row in self.rows.items() if row.config.wire_name == name]
        return self.default if self.default in same else next(iter(same), name)

    def default_for(self, *, embedding: bool = False, image: bool = False) -> str:
        """What an empty name means: for vectors and pictures, the first that makes them."""
        wanted = "embeddings" if embedding else "image_making" if image else None
        if wanted is None:
            return self.default
        able = (id for id, row in self.rows.items() if wanted in row.config.capabilities)
        usual = self.rows.get(self.default)
        if usual is None or usual.config.capabilities:
            return next(able, self.default)
        return self.default  # nobody said what it can do


class ModelSources:
    """Reads rows again when they may have changed; one for all owners of a process."""

    def __init__(
        self,
        settings: ModelSettings | None = None,
        rows: ModelRows | None = None,
        installed: InstalledModels | None = None,
    ) -> None:
        self.settings = settings or ModelSettings()
        self._rows = rows
        self._installed = installed
        self._made: dict[str, tuple[float, KnownModels]] = {}
        self._changes = 0

    async def of(self, owner: str) -> KnownModels:
        """Raises what the rows' storage raises."""
        now, changes = time.monotonic(), self._changes
        at, made = self._made.get(owner, (now - LASTS, None))
        if made is not None and now - at < LASTS:
            return made
        made = await self._merged(owner)
        if changes == self._changes:  # else somebody changed it meanwhile
            if len(self._made) >= _MOST:
                self._made.clear()
            self._made[owner] = (now, made)
        return made

    async def _merged(self, owner: str) -> KnownModels:
        merged: dict[str, KnownModel] = {}
        default = self.settings.default
        for model, config in self.settings.rows.items():
            written = model in self.settings.written
            merged[model] = KnownModel(config, "settings" if written else "shipped")
        if self._installed is not None:
            for model, config in (await self._installed.list()).items():
                if model not in self.settings.written:
                    merged[model] = KnownModel(config, "installed")
        added = await self._added(owner)
        merged |= {known_model.config.id: known_model for known_model in added}
        chosen = [each.config for each in added if each.config.default and each.config.chats]
        if chosen:
            default = chosen[-1].id
        elif default == DEMO:
            talking = [each.config.id for each in added if each.config.chats]
            default = talking[0] if talking else default
        return KnownModels(merged, default, self.settings)

    def forget(self) -> None:
        """What was read no longer counts: somebody changed it here."""
        self._changes += 1
        self._made.clear()

    async def aclose(self) -> None:
        if self._installed is not None:
            await self._installed.aclose()

    async def _added(self, owner: str) -> list[KnownModel]:
        """Shared ones first, so that an owner's own replace them."""
        if self._rows is None:
            return []
        rows = await self._rows.list(owner)
        found: list[KnownModel] = []
        seen: set[tuple[str, bool]] = set()
        for row in sorted(rows, key=lambda row: row.owner == owner and not row.shared):
            place = (row.id, row.shared)
            made = None if place in seen else self._known(row)
            if made is not None:
                seen.add(place)
                found.append(made)
        return found

    def _known(self, row: ModelRow) -> KnownModel | None:
        try:
            return self.of_row(row)
        except InvalidValue as error:
            log.warning("the model %s of %s is left out: %s", row.id, row.owner, error)
            return None

    def of_row(self, row: ModelRow) -> KnownModel:
        """A row, stored or not, as it is asked. Raises `InvalidValue`."""
        config = row_of({**row.config, "id": row.id}, "models")
        source: Source = "shared" if row.shared else "own"
        key = self._key(row, config)
        config = config.model_copy(update={"api_key": SecretStr(key)})
        return KnownModel(config, source, row.owner, row.credential, guarded=not row.trusted)

    def _key(self, row: ModelRow, config: ModelConfig) -> str:
        """A key of the server, which goes only where an administrator sends it."""
        environment = self.settings.environment
        if row.credential:
            return ""
        if row.trusted and config.api_key_variable:
            return environment.get(config.api_key_variable, "")
        usual = known(row.id, environment)
        at_home = usual is not None and usual.base_url == config.base_url
        return usual.api_key.get_secret_value() if usual is not None and at_home else ""
