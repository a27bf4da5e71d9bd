"""`/runs/{id}/archive` and deleting runs: what is left when a run is no longer needed."""

from __future__ import annotations

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from luban.api.caller import Owner, TheHouse, needs

router = APIRouter(prefix="/runs", tags=["runs"])


@router.get(
    "/{run_id}/archive",
    dependencies=[needs("run.read")],
    response_class=Response,
    responses={200: {"content": {"application/jsonl": {}}}},
)
async def get_archive(house: TheHouse, owner: Owner, run_id: str) -> Response:
    """The run as JSON lines: the run with its graph, every event in order, and a digest."""
    lines = await house.run_archives.open(owner, run_id)
    return StreamingResponse(
        lines,
        media_type="application/jsonl",
        headers={"content-disposition": f'attachment; filename="{run_id}.jsonl"'},
    )


@router.delete("/{run_id}", dependencies=[needs("run.delete")], status_code=204)
async def delete_run(house: TheHouse, owner: Owner, run_id: str) -> None:
    """Removes an ended run with all its events."""
    await house.run_archives.delete(owner, run_id)
