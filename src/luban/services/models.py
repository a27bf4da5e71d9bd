"""Language models that may be chosen, and those that people add."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from luban.llm import ConfiguredModels, ModelEntry, prices
from luban.llm.model_config import ModelConfig
from luban.llm.model_sources import KnownModel
from luban.llm.settings import DEMO, row_of
from luban.llm.shipped import known, providers
from luban.model.access import NotPermitted
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.ports.clock import Clock
from luban.ports.models import ModelRow, ModelRows
from luban.ports.vault import CredentialStore

Reachable = Callable[[str, int], Awaitable[None]]
"""Raises what the guard of outgoing requests does."""

MANAGER = "system.manage"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}/[^\s/][^\s?#\\]{0,199}")
_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key"}
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_MOST = 200
_NAMES = 50
_QUESTION = "Answer with one word: ready"
_TEST_SECONDS = 30.0


class ModelCredentialMissing(LubanError):
    """A model names a credential that is not there."""

    code = "model_credential_missing"
    status = 422
    en = (
        "The model `{model}` uses the credential `{credential}`, which is not there. Add it on the "
        "page Credentials, or choose another one for the model."
    )
    zh = "模型“{model}”使用的凭据“{credential}”不存在。请在“凭据”页面添加，或为该模型选择其他凭据。"


class ModelTaken(LubanError):
    """There is a model of this id already."""

    code = "model_taken"
    status = 409
    en = "There is a model `{model}` already. Change it, or choose another name."
    zh = "已有名为“{model}”的模型。请修改该模型，或换一个名称。"


class ModelChoice(NamedTuple):
    """A model as people choose it; `demo` ones answer without any provider.

    Prices are US dollars for a million model tokens, `None` where nobody knows. `lacks` is the
    variable that would make it usable. `row` is there where somebody added it.
    """

    entry: ModelEntry
    input_usd: float | None = None
    output_usd: float | None = None
    lacks: str = ""
    row: ModelRow | None = None


class ModelTest(NamedTuple):
    """What a model answered to a small question, or why it did not."""

    seconds: float
    answer: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None
    trouble: LubanError | None = None
    names: Sequence[str] = ()
    """What its service says it has, where that may help."""


class Asker(NamedTuple):
    """Who adds or changes a model."""

    team: str
    user: str
    manages: bool


class Models:
    """What an owner may use, and what is added for them or for everybody."""

    def __init__(
        self,
        models: ConfiguredModels,
        rows: ModelRows,
        credentials: CredentialStore,
        reachable: Reachable,
        clock: Clock,
    ) -> None:
        self._models = models
        self._rows = rows
        self._credentials = credentials
        self._reachable = reachable
        self._clock = clock

    async def list(self, owner: str, *, unusable: bool = False) -> list[ModelChoice]:
        """With prices; `unusable` adds the models that Luban knows and that lack a key."""
        entries = await self._models.of(owner).list()
        rows = {(row.owner, row.id): row for row in await self._rows.list(owner)}
        choices = await asyncio.to_thread(_priced, entries, owner, rows)
        if unusable:
            there = {entry.id for entry in entries}
            lacking = self._models.sources.settings.unusable()
            more = [(id, lack) for id, lack in lacking.items() if id not in there]
            choices += await asyncio.to_thread(_lacking, more)
        return choices

    async def get(self, owner: str, model: str) -> ModelChoice:
        """One of them. Raises `NotFound`."""
        found = next((each for each in await self.list(owner) if each.entry.id == model), None)
        if found is None:
            raise _no_model(model)
        return found

    async def add(self, asker: Asker, draft: Mapping[str, Any]) -> ModelChoice:
        """Raises `ModelTaken`, and as `put`."""
        row = await self._checked(asker, draft)
        there = await self._rows.find(asker.team, row.id)
        if there is not None and (there.owner == asker.team or row.shared):
            raise ModelTaken(model=row.id)
        return await self._stored(asker, row)

    async def put(self, asker: Asker, draft: Mapping[str, Any]) -> ModelChoice:
        """Makes or replaces one, the owner's or everybody's.

        Raises `InvalidValue`, `ModelCredentialMissing`, `NotPermitted`, and for an address that is
        no administrator's what the guard of outgoing requests raises.
        """
        row = await self._checked(asker, draft)
        there = await self._rows.find(asker.team, row.id)
        if there is not None and there.shared and there.owner == asker.team:
            _require_manager(asker)
        elif there is not None and there.shared and row.shared:
            row = row.model_copy(update={"owner": there.owner})
            await self._check_credential(row)
        return await self._stored(asker, row)

    async def delete(self, asker: Asker, model: str) -> None:
        """The owner's own, else, for an administrator, the shared one. Raises `NotFound`."""
        row = await self._rows.find(asker.team, model)
        if row is None:
            raise _no_model(model)
        if row.shared:
            _require_manager(asker)
        await self._rows.delete(row.owner, model)
        self._models.sources.forget()

    async def test(self, asker: Asker, draft: Mapping[str, Any]) -> ModelTest:
        """Asks a small question: a model that is known by its id, or one that is not stored yet."""
        if set(draft) <= {"id"}:
            found = (await self._models.of(asker.team).known()).find(str(draft["id"]))
            if found is None:
                raise _no_model(str(draft["id"]))
            return await self._asked(found)
        row = await self._checked(asker, draft)
        return await self._asked(self._models.sources.of_row(row))

    async def _asked(self, known_model: KnownModel) -> ModelTest:
        began = time.monotonic()
        config = known_model.config
        try:
            if config.wire == "openai-images":
                names = await self._models.names(known_model, _TEST_SECONDS)
                return ModelTest(time.monotonic() - began, names=names[:_NAMES])
            if not config.chats:
                vector = await self._models.measure(known_model, _QUESTION, _TEST_SECONDS)
                told = f"{len(vector.vectors[0])}"
                return _tested(began, told, vector.usage)
            answer = await self._models.ask(known_model, _QUESTION, _TEST_SECONDS)
            return _tested(began, answer.text.strip()[:200], answer.usage)
        except LubanError as error:
            took = time.monotonic() - began
            return ModelTest(took, trouble=error, names=await self._names(known_model, error))

    async def _names(self, known_model: KnownModel, error: LubanError) -> list[str]:
        """What the service has, where it does not know the name it was asked for."""
        if error.code != "model_refused":
            return []
        try:
            return (await self._models.names(known_model, _TEST_SECONDS / 3))[:_NAMES]
        except LubanError:
            return []

    async def _stored(self, asker: Asker, row: ModelRow) -> ModelChoice:
        if len(await self._rows.list(asker.team)) >= _MOST:
            raise _bad("id", row.id, f"there are {_MOST} models already", f"已有 {_MOST} 个模型")
        await self._rows.put(row)
        self._models.sources.forget()
        return await self.get(asker.team, row.id)

    async def _checked(self, asker: Asker, draft: Mapping[str, Any]) -> ModelRow:
        given = dict(draft)
        shared = bool(given.pop("everybody", False))
        credential = str(given.pop("credential", "") or "")
        config = check(given)
        if shared or config.api_key_variable:
            _require_manager(asker)
        now = self._clock.now()
        row = ModelRow(
            owner=asker.team,
            id=config.id,
            shared=shared,
            trusted=asker.manages,
            credential=credential,
            config={name: value for name, value in given.items() if name != "id"},
            made_by=asker.user,
            created_at=now,
            updated_at=now,
        )
        row = await self._check_credential(row)
        if not row.trusted:
            parts = urlsplit(config.base_url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            await self._reachable(parts.hostname or "", port)
        return row

    async def _check_credential(self, row: ModelRow) -> ModelRow:
        """With the credential's id, where its name was given."""
        if not row.credential:
            return row
        store = self._credentials
        found = await store.find(row.owner, row.credential)
        found = found or await store.find_named(row.owner, row.credential)
        if found is None:
            raise ModelCredentialMissing(model=row.id, credential=row.credential)
        return row.model_copy(update={"credential": found.id})


def check(draft: Mapping[str, Any]) -> ModelConfig:
    """Raises `InvalidValue` naming the first part that cannot be used."""
    model = str(draft.get("id", ""))
    if not _ID.fullmatch(model) or model == DEMO:
        raise _bad(
            "id",
            model,
            "it must be provider/name, the provider in small letters, digits and -",
            "必须形如 provider/name，其中服务商由小写字母、数字和 - 组成",
        )
    if draft.get("api_key"):
        raise _bad("api_key", "•••", "keys belong into a credential", "密钥应保存在凭据中")
    config = row_of(draft, "models")
    _check_address(config.base_url)
    for name, value in (*config.quirks.headers, *config.quirks.query):
        if not _HEADER.fullmatch(name) or not value.isprintable() or len(value) > 1000:
            raise _bad("quirks", name, "it must be one line", "必须为单行文本")
        if name.lower() in _SECRET_HEADERS:
            raise _bad("quirks", name, "keys belong into a credential", "密钥应保存在凭据中")
    return config


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        parts, usable = urlsplit(""), False
    extra = parts.username or parts.password or parts.query or parts.fragment
    if not usable or extra or len(address) > 2000 or not address.isprintable() or " " in address:
        raise _bad(
            "base_url",
            address,
            "it must be an address such as https://api.example.com/v1",
            "必须是形如 https://api.example.com/v1 的地址",
        )


def _tested(began: float, answer: str, usage: Any) -> ModelTest:
    took = time.monotonic() - began
    return ModelTest(took, answer, usage.input_tokens, usage.output_tokens, usage.usd)


def _priced(
    entries: Sequence[ModelEntry], owner: str, rows: Mapping[tuple[str, str], ModelRow]
) -> list[ModelChoice]:
    choices: list[ModelChoice] = []
    shared = {row.id: row for row in rows.values() if row.shared}
    for entry in entries:
        row = None
        if entry.source == "own":
            row = rows.get((owner, entry.id))
        elif entry.source == "shared":
            row = shared.get(entry.id)
        price = prices.per_million(entry.config) if entry.config else (None, None)
        choices.append(ModelChoice(entry, *price, row=row))
    return choices


def _lacking(models: Sequence[tuple[str, str]]) -> list[ModelChoice]:
    choices: list[ModelChoice] = []
    for model, variable in models:
        config = known(model, {})
        if config is not None:
            entry = ModelEntry.of(config, "shipped")
            choices.append(ModelChoice(entry, *prices.per_million(config), lacks=variable))
    return choices


def provider_title(provider: str) -> str:
    """What people call a provider."""
    found = providers().get(provider)
    return found.title if found else provider


def _require_manager(asker: Asker) -> None:
    if not asker.manages:
        raise NotPermitted(permission=MANAGER)


def _bad(name: str, value: object, expected: str, expected_zh: str) -> InvalidValue:
    return InvalidValue(name=name, value=value, expected=expected, expected_zh=expected_zh)


def _no_model(model: str) -> NotFound:
    return NotFound(
        what="model",
        what_zh="模型",
        name=model,
        way_out="`luban model list` shows those there are.",
        way_out_zh="`luban model list` 会列出现有的模型。",
    )
