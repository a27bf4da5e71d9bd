"""`/files`: stored files."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from luban.api.caller import Owner, TheHouse, needs
from luban.api.multipart import read_upload
from luban.api.paging import Part, paged
from luban.api.render import file_view
from luban.model.views import FileView, PageView
from luban.ports.stores import FileOrder, StoredFile

router = APIRouter(prefix="/files", tags=["files"])

_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf")
_SHOWN_FAMILIES = ("audio/", "video/")
_POLICY = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.post("", dependencies=[needs("file.write")], status_code=201, openapi_extra=_FORM)
async def upload_file(house: TheHouse, owner: Owner, request: Request) -> FileView:
    """Stores the form's field `file`, streaming."""
    upload = await read_upload(request.headers.get("content-type", ""), request.stream())
    stored = await house.files.upload(owner, upload.name, upload.type, upload.content)
    return file_view(stored)


@router.get("", dependencies=[needs("file.read")])
async def list_files(
    house: TheHouse,
    owner: Owner,
    part: Part,
    search: Annotated[str, Query(max_length=200, description="A part of the name.")] = "",
    sort: FileOrder = "newest",
) -> PageView[FileView]:
    return paged(await house.files.list(owner, part, search=search, sort=sort), part, file_view)


@router.get("/{file_id}", dependencies=[needs("file.read")])
async def get_file(house: TheHouse, owner: Owner, file_id: str) -> FileView:
    return file_view(await house.files.get(owner, file_id))


@router.get(
    "/{file_id}/content",
    dependencies=[needs("file.read")],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}, "*/*": {}}}},
)
async def get_content(
    house: TheHouse, owner: Owner, file_id: str, download: bool = False
) -> Response:
    """The bytes. What could carry a script is only ever downloaded."""
    file, content = await house.files.open(owner, file_id)
    return StreamingResponse(
        content,
        media_type=file.type,
        headers={
            "content-length": str(file.size),
            "content-disposition": _disposition(file, download),
            "content-security-policy": _POLICY,
        },
    )


@router.delete("/{file_id}", dependencies=[needs("file.delete")], status_code=204)
async def delete_file(house: TheHouse, owner: Owner, file_id: str) -> None:
    await house.files.delete(owner, file_id)


def _disposition(file: StoredFile, download: bool) -> str:
    shown = file.type.partition(";")[0] in _SHOWN or file.type.startswith(_SHOWN_FAMILIES)
    how = "inline" if shown and not download else "attachment"
    return f"{how}; filename*=utf-8''{quote(file.name, safe='')}"
