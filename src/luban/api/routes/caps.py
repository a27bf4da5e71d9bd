"""`/caps` and `/limits`: how many runs an owner may have, and what calls wait for."""

from __future__ import annotations

from fastapi import APIRouter

from luban.api.caller import Owner, TheHouse, needs
from luban.model.views import CapsView, ItemsView, LimitView
from luban.ports.stores import Caps

router = APIRouter(tags=["settings"])


@router.get("/caps", dependencies=[needs("agent.read")])
async def get_caps(house: TheHouse, owner: Owner) -> CapsView:
    """What holds for whoever asks."""
    return _view(await house.caps.get(owner))


@router.put("/caps", dependencies=[needs("system.manage")])
async def set_caps(house: TheHouse, owner: Owner, wanted: CapsView) -> CapsView:
    """Replaces them; `null` is no cap. A run beyond `queued` is answered with 429."""
    return _view(await house.caps.set(owner, Caps(**wanted.model_dump())))


@router.delete("/caps", dependencies=[needs("system.manage")])
async def reset_caps(house: TheHouse, owner: Owner) -> CapsView:
    """Back to the settings of the server."""
    return _view(await house.caps.reset(owner))


@router.get("/limits", dependencies=[needs("system.read")])
async def list_limits(house: TheHouse, owner: Owner) -> ItemsView[LimitView]:
    """The providers and hosts that calls of this process wait for, or are in flight at."""
    return ItemsView(items=[LimitView(**use._asdict()) for use in house.provider_limits.uses()])


def _view(caps: Caps) -> CapsView:
    return CapsView(**caps.model_dump())
