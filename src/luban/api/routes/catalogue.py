"""`/templates`, `/models`, `/me`, `/settings`: what there is to choose from, and who chooses."""

from __future__ import annotations

from fastapi import APIRouter

from luban.api.owner import LOCAL, Owner, TheHouse
from luban.api.render import model_view, template_view
from luban.model.views import ItemsView, MeView, ModelView, SettingsView, TemplateView

router = APIRouter()


@router.get("/templates", tags=["templates"])
async def list_templates(house: TheHouse, owner: Owner) -> ItemsView[TemplateView]:
    templates = house.templates
    return ItemsView(
        items=[template_view(each, templates.inputs(each)) for each in templates.list()]
    )


@router.get("/templates/{template_id}", tags=["templates"])
async def get_template(house: TheHouse, owner: Owner, template_id: str) -> TemplateView:
    template = house.templates.get(template_id)
    return template_view(template, house.templates.inputs(template))


@router.get("/models", tags=["models"])
async def list_models(house: TheHouse, owner: Owner) -> ItemsView[ModelView]:
    return ItemsView(items=[model_view(each) for each in house.models.list()])


@router.get("/me", tags=["me"])
async def get_me(owner: Owner) -> MeView:
    return MeView(id=owner, name=owner, local=owner == LOCAL)


@router.get("/settings", tags=["settings"])
async def get_settings(house: TheHouse, owner: Owner) -> SettingsView:
    return SettingsView.model_validate(house.about)
