"""`/models`: language models that may be chosen, and those that people add."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from luban.api.caller import Owner, TheCaller, TheHouse, needs
from luban.llm.model_config import Capability, Quirks, WireName
from luban.model.access import Caller
from luban.model.model_views import ModelTestView, ModelView
from luban.model.views import ItemsView
from luban.services.models import MANAGER, Asker, ModelChoice, ModelTest, provider_title

router = APIRouter(prefix="/models", tags=["models"])

ProviderName = Annotated[str, Path(min_length=1, max_length=40)]
ModelName = Annotated[str, Path(min_length=1, max_length=200)]


class ModelDefinition(BaseModel):
    """A model by its address; of a known provider, only what is to be different."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field("", max_length=2000, description="Such as `http://nas:11434/v1`.")
    wire: WireName = "openai-chat"
    name: str = Field("", max_length=200, description="What the address calls it, if it differs.")
    title: str = Field("", max_length=200)
    credential: str = Field("", max_length=200, description="Id or name of the one with the key.")
    api_key_variable: str = Field("", max_length=200, description="Administrators only.")
    input_usd: float | None = Field(None, ge=0, description="For a million model tokens.")
    output_usd: float | None = Field(None, ge=0)
    context: int | None = Field(None, gt=0, description="Model tokens that fit in.")
    capabilities: list[Capability] = Field(default_factory=list[Capability], max_length=20)
    fallback: list[str] = Field(default_factory=list[str], max_length=10)
    quirks: Quirks = Quirks()
    default: bool = False
    everybody: bool = Field(False, description="Shared with all teams; administrators only.")


class NewModel(ModelDefinition):
    """One with its id, `provider/name`."""

    id: str = Field(max_length=250)


@router.get("", dependencies=[needs("agent.read")])
async def list_models(
    house: TheHouse,
    owner: Owner,
    caller: TheCaller,
    unusable: Annotated[bool, Query(description="With those known that lack a key.")] = False,
) -> ItemsView[ModelView]:
    """The default first. Names of a known provider that are not listed work too."""
    found = await house.models.list(owner, unusable=unusable)
    return ItemsView(items=[_view(each, caller) for each in found])


@router.post("", dependencies=[needs("credential.write")], status_code=201)
async def create_model(house: TheHouse, caller: TheCaller, new: NewModel) -> ModelView:
    """Adds a model; it can be used at once, by every process."""
    return _view(await house.models.add(_asker(caller), _draft(new)), caller)


@router.post("/test", dependencies=[needs("credential.write")])
async def test_model(house: TheHouse, caller: TheCaller, model: NewModel) -> ModelTestView:
    """Asks it one small question. An id alone tests what is stored, or known."""
    return _tested(await house.models.test(_asker(caller), _draft(model)))


@router.get("/{provider}/{model_name:path}", dependencies=[needs("agent.read")])
async def get_model(
    house: TheHouse, owner: Owner, caller: TheCaller, provider: ProviderName, model_name: ModelName
) -> ModelView:
    return _view(await house.models.get(owner, f"{provider}/{model_name}"), caller)


@router.put("/{provider}/{model_name:path}", dependencies=[needs("credential.write")])
async def put_model(
    house: TheHouse,
    caller: TheCaller,
    provider: ProviderName,
    model_name: ModelName,
    model: ModelDefinition,
) -> ModelView:
    """Makes a model, or replaces all that was written of it."""
    draft = {**_draft(model), "id": f"{provider}/{model_name}"}
    return _view(await house.models.put(_asker(caller), draft), caller)


@router.delete(
    "/{provider}/{model_name:path}", dependencies=[needs("credential.write")], status_code=204
)
async def delete_model(
    house: TheHouse, caller: TheCaller, provider: ProviderName, model_name: ModelName
) -> Response:
    """Removes one that was added: the team's own, else, for an administrator, the shared one."""
    await house.models.delete(_asker(caller), f"{provider}/{model_name}")
    return Response(status_code=204)


def _asker(caller: Caller) -> Asker:
    return Asker(caller.team, caller.user, caller.may(MANAGER))


def _draft(model: ModelDefinition) -> dict[str, Any]:
    """What was written, and nothing that was not: the rest is as it is known."""
    return model.model_dump(mode="json", exclude_unset=True)


def _view(choice: ModelChoice, caller: Caller) -> ModelView:
    entry, row = choice.entry, choice.row
    may = row is not None and (caller.may(MANAGER) or not row.shared)
    definition = None
    if row is not None and may:
        definition = {**row.config, "credential": row.credential, "everybody": row.shared}
    return ModelView(
        id=entry.id,
        title=entry.title,
        demo=entry.demo,
        provider=entry.provider,
        provider_title=provider_title(entry.provider),
        default=entry.default,
        source=entry.source,
        context=entry.context,
        capabilities=sorted(entry.capabilities),
        input_usd=choice.input_usd,
        output_usd=choice.output_usd,
        lacks=choice.lacks,
        editable=may and caller.may("credential.write"),
        definition=definition,
    )


def _tested(test: ModelTest) -> ModelTestView:
    trouble = test.trouble
    return ModelTestView(
        ok=trouble is None,
        seconds=round(test.seconds, 3),
        answer=test.answer,
        input_tokens=test.input_tokens,
        output_tokens=test.output_tokens,
        usd=test.usd,
        code=trouble.code if trouble else "",
        trouble=str(trouble) if trouble else "",
        trouble_zh=trouble.message_zh if trouble else "",
        names=list(test.names),
    )
