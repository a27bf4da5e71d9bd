"""`/templates`, `/settings`: what there is to choose from."""

from __future__ import annotations

from fastapi import APIRouter

from luban.api.caller import Owner, TheHouse, needs
from luban.api.render import template_view
from luban.model.views import ItemsView, SettingsView, TemplateView

router = APIRouter()


@router.get("/templates", dependencies=[needs("agent.read")], tags=["templates"])
async def list_templates(house: TheHouse, owner: Owner) -> ItemsView[TemplateView]:
    templates = house.templates
    return ItemsView(
        items=[template_view(each, templates.inputs(each)) for each in templates.list()]
    )


@router.get("/templates/{template_id}", dependencies=[needs("agent.read")], tags=["templates"])
async def get_template(house: TheHouse, owner: Owner, template_id: str) -> TemplateView:
    template = house.templates.get(template_id)
    return template_view(template, house.templates.inputs(template))


@router.get("/settings", dependencies=[needs("self")], tags=["settings"])
async def get_settings(house: TheHouse, owner: Owner) -> SettingsView:
    return SettingsView.model_validate(house.about)
