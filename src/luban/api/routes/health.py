"""`/health`: whether the server works, for people and for watchers."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request

from luban.api.owner import TheHouse
from luban.model.views import HealthView

router = APIRouter(tags=["health"])


@router.get("/health")
async def get_health(house: TheHouse, request: Request) -> HealthView:
    return HealthView(
        status="ok",
        version=house.about["version"],
        database=house.about["database"],
        uptime=round(time.monotonic() - request.app.state.began, 3),
    )
