"""`/admin/overview`: how the installation stands, for whoever runs it."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request

from luban.api.caller import Owner, TheHouse, needs
from luban.api.render import sighting_view
from luban.api.routes.health import check_view
from luban.model.views import LimitView, moment
from luban.model.watching_views import (
    OverviewView,
    QueueView,
    SandboxView,
    StorageView,
    StuckView,
    WorkerView,
)
from luban.ports.overview import StuckRun, WorkerRow
from luban.services.overview import Stands

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/overview", dependencies=[needs("system.read")])
async def get_overview(house: TheHouse, owner: Owner, request: Request) -> OverviewView:
    """Of all teams, but nothing of what is in their agents and runs."""
    stands, health = await house.overview.look(), await house.health.run()
    findings = await house.findings.list(owner)
    counts = stands.sizes.counts
    return OverviewView(
        version=house.about["version"],
        database=house.about["database"],
        uptime=round(time.monotonic() - request.app.state.began, 3),
        timestamp=moment(stands.at),
        health=health.status,
        checks={name: check_view(each, True) for name, each in health.checks.items()},
        workers=[_worker(each, stands.at) for each in stands.workers],
        queue=_queue(stands),
        storage=StorageView(
            database_bytes=stands.sizes.database,
            file_bytes=stands.sizes.files,
            **{name: counts[name] for name in ("agents", "files", "runs_ever", "events_ever")},
        ),
        stuck=[_stuck(each) for each in stands.stuck],
        limits=[LimitView(**use._asdict()) for use in stands.limits],
        findings=[sighting_view(each) for each in findings],
        code=[SandboxView(**each._asdict()) for each in await house.code.states()],
        users=counts["users"],
        sessions=counts["sessions"],
    )


def _worker(row: WorkerRow, now: float) -> WorkerView:
    left = None if row.lease is None else round(row.lease - now, 3)
    late = left is not None and left < 0
    return WorkerView(
        id=row.id,
        state="dead" if row.dead else "late" if late else "alive",
        started_at=moment(row.started_at),
        lease_left=left,
        running=row.running,
    )


def _queue(stands: Stands) -> QueueView:
    depth = stands.depth
    return QueueView(
        queued=depth.queued,
        running=depth.running,
        waiting=depth.waiting,
        oldest_seconds=None if depth.oldest is None else max(0.0, stands.at - depth.oldest),
    )


def _stuck(run: StuckRun) -> StuckView:
    return StuckView.model_validate(
        {
            "id": run.id,
            "team_id": run.owner,
            "agent_id": run.agent_id,
            "status": run.status,
            "reason": run.reason,
            "since": moment(run.since),
            "strikes": run.strikes,
        }
    )
