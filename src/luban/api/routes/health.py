"""`/health`: whether the server works, for people and for watchers; `/metrics` for Prometheus."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response

from luban.api.caller import TheCaller, TheHouse, needs
from luban.model.views import moment
from luban.model.watching_views import CheckView, HealthView, LifeView
from luban.services.health import Checked

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNHEALTHY = 503

router = APIRouter(tags=["health"])


@router.get("/health", dependencies=[needs("public")], responses={UNHEALTHY: {}})
async def get_health(
    house: TheHouse, caller: TheCaller, request: Request, response: Response
) -> HealthView:
    """503 when a check fails. What is wrong is told to who may see how the server stands."""
    health = await house.health.run()
    open_to = caller.may("system.read")
    if health.status != "healthy":
        response.status_code = UNHEALTHY
    return HealthView(
        status=health.status,
        checks={name: check_view(each, open_to) for name, each in health.checks.items()},
        timestamp=moment(health.at),
        version=house.about["version"],
        database=house.about["database"],
        uptime=round(time.monotonic() - request.app.state.began, 3),
        findings=house.findings.count(),
    )


@router.get("/health/live", dependencies=[needs("public")])
async def get_liveness() -> LifeView:
    """Answers as long as the process does: restart it if it does not."""
    return LifeView(status="alive")


@router.get("/health/ready", dependencies=[needs("public")], responses={UNHEALTHY: {}})
async def get_readiness(house: TheHouse, request: Request, response: Response) -> LifeView:
    """503 while the server opens or closes, or its database does not answer: send it nothing."""
    closing = request.app.state.closing.is_set()
    database = (await house.health.run()).checks.get("database")
    if house.health.ready and not closing and (database is None or database.status == "healthy"):
        return LifeView(status="ready")
    response.status_code = UNHEALTHY
    return LifeView(status="closing" if closing else "not_ready")


@router.get("/metrics", dependencies=[needs("system.read")], response_class=Response)
async def get_metrics(house: TheHouse) -> Response:
    """What Prometheus reads. Beside the permission, `LUBAN_METRICS_TOKEN` opens it."""
    return Response(await house.meters.text(), media_type=METRICS_TYPE)


def check_view(checked: Checked, open_to: bool) -> CheckView:
    told = checked.error if open_to or checked.error is None else "see the log of the server"
    return CheckView(
        status=checked.status,
        duration=round(checked.duration, 6),
        timestamp=moment(checked.at),
        error=told,
    )
