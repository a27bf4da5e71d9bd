"""`/findings`: what the watchdogs see."""

from __future__ import annotations

from fastapi import APIRouter

from luban.api.caller import Owner, TheHouse, needs
from luban.api.render import sighting_view
from luban.model.views import ItemsView, SightingView

router = APIRouter()


@router.get("/findings", dependencies=[needs("system.read")], tags=["findings"])
async def list_findings(house: TheHouse, owner: Owner) -> ItemsView[SightingView]:
    return ItemsView(items=[sighting_view(each) for each in await house.findings.list(owner)])
