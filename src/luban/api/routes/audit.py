"""`/audit`: who did what to which thing, when and from where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from luban.api.caller import TheHouse, needs
from luban.api.paging import Part, paged
from luban.model.views import PageView
from luban.model.watching_views import AuditView
from luban.ports.audit import AuditEntry, AuditQuery
from luban.services.auditing import Auditing, line_of

router = APIRouter(prefix="/audit", tags=["audit"])

Word = Annotated[str, Query(max_length=200)]


async def _asked(
    user: Word = "",
    team: Word = "",
    action: Word = "",
    resource: Word = "",
    resource_id: Word = "",
    outcome: Annotated[str, Query(pattern="^(|done|refused|failed)$")] = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> AuditQuery:
    return AuditQuery(
        user=user,
        team=team,
        action=action,
        resource=resource,
        resource_id=resource_id,
        outcome=outcome,
        since=_seconds(since),
        until=_seconds(until),
    )


Asked = Annotated[AuditQuery, Depends(_asked)]


@router.get("", dependencies=[needs("audit.read")])
async def list_audit(house: TheHouse, asked: Asked, part: Part) -> PageView[AuditView]:
    """Newest first."""
    return paged(await house.audit.list(asked, part), part, _view)


@router.get("/export", dependencies=[needs("audit.read")], response_class=StreamingResponse)
async def export_audit(house: TheHouse, asked: Asked) -> StreamingResponse:
    """Everything that fits as lines of JSON, oldest first."""
    return StreamingResponse(
        _written(house.audit, asked),
        media_type="application/x-ndjson",
        headers={"content-disposition": 'attachment; filename="audit.jsonl"'},
    )


async def _written(auditing: Auditing, asked: AuditQuery) -> AsyncIterator[bytes]:
    piece = bytearray()
    async for entry in auditing.export(asked):
        piece += orjson.dumps({"id": entry.id, **line_of(entry)}) + b"\n"
        if len(piece) > 1 << 16:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _seconds(at: datetime | None) -> float | None:
    """A time without a zone is UTC, as all that are told."""
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _view(entry: AuditEntry) -> AuditView:
    return AuditView.model_validate({"id": entry.id, **line_of(entry)})
