"""`/limits/mine`: how often whoever asks may ask, and what is left of it."""

from __future__ import annotations

from fastapi import APIRouter

from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.rate_limit import who
from luban.model.rate_views import RateView
from luban.model.views import ItemsView

router = APIRouter(tags=["settings"])


@router.get("/limits/mine", dependencies=[needs("self")])
async def list_my_limits(house: TheHouse, caller: TheCaller) -> ItemsView[RateView]:
    """What is left of each kind of request; nothing where nobody counts."""
    limits = house.rate_limits
    if caller.by == "local" and not limits.settings.local:
        return ItemsView(items=[])
    return ItemsView(
        items=[
            RateView(
                kind=kind,
                limit=left.rate.requests,
                seconds=left.rate.seconds,
                remaining=left.left,
                again=round(left.again, 3),
                reset=round(left.full, 3),
            )
            for kind, left in await limits.left(who(caller))
        ]
    )
