"""`/files`: stored files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from luban.api.caller import Owner, TheHouse, needs
from luban.api.multipart import read_upload
from luban.api.paging import Part, paged
from luban.api.render import file_view
from luban.model.file_paths import checked_folder
from luban.model.views import FileLinkView, FileView, ItemsView, PageView, UsageView, moment
from luban.ports.files import FileOrder, StoredFile, Wanted
from luban.services.file_links import LONGEST

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


class NewPath(BaseModel):
    """Where a file is moved to, such as `reports/sales.csv`."""

    path: Annotated[str, Field(min_length=1, max_length=1000)]


class NewFileLink(BaseModel):
    """How long a link holds, in seconds: at most seven days."""

    seconds: Annotated[int, Field(ge=1, le=LONGEST)] = 3600


class NewQuota(BaseModel):
    """How many bytes may be kept: 0 any number, `null` what the settings say."""

    quota: Annotated[int | None, Field(ge=0, le=1 << 60)] = None


@router.post("", dependencies=[needs("file.write")], status_code=201, openapi_extra=_FORM)
async def upload_file(
    house: TheHouse,
    owner: Owner,
    request: Request,
    path: Annotated[str, Query(max_length=1000, description="Where in the workspace.")] = "",
) -> FileView:
    """Stores the form's field `file`, streaming.

    With a `path` it lies in the workspace, as the newest version of what is there. It is looked at
    before: its size, what it really holds, and for viruses where a scanner is set up.
    """
    upload = await read_upload(request.headers.get("content-type", ""), request.stream())
    stored = await house.files.upload(owner, upload.name, upload.type, upload.content, path=path)
    return file_view(stored)


@router.get("", dependencies=[needs("file.read")])
async def list_files(
    house: TheHouse,
    owner: Owner,
    part: Part,
    search: Annotated[str, Query(max_length=200, description="A part of the name.")] = "",
    sort: FileOrder = "newest",
    workspace: Annotated[str, Query(max_length=100, description="`user`, `agent:ID`.")] = "",
    folder: Annotated[str, Query(max_length=1000, description="Of that workspace.")] = "",
    loose: Annotated[bool, Query(description="Only what lies in no workspace.")] = False,
) -> PageView[FileView]:
    """Newest versions only."""
    wanted = Wanted(search, workspace, checked_folder(folder), loose)
    return paged(await house.files.list(owner, part, wanted=wanted, sort=sort), part, file_view)


@router.get("/usage", dependencies=[needs("file.read")])
async def get_file_usage(house: TheHouse, owner: Owner) -> UsageView:
    """How much the team keeps, older versions and files of runs among it."""
    return UsageView(**(await house.files.usage(owner))._asdict())


@router.put("/quota", dependencies=[needs("system.manage")])
async def set_file_quota(house: TheHouse, owner: Owner, new: NewQuota) -> UsageView:
    """How much the caller's team may keep."""
    return UsageView(**(await house.files.set_quota(owner, new.quota))._asdict())


@router.get(
    "/linked/{token}/{name}",
    dependencies=[needs("public")],
    response_class=Response,
    responses={200: {"content": {"*/*": {}}}},
)
async def get_linked_file(
    house: TheHouse,
    token: Annotated[str, Path(min_length=1, max_length=1000)],
    name: Annotated[str, Path(max_length=1000)],
) -> Response:
    """The bytes of the file a link is for. Links that are over are answered as wrong ones are."""
    file, content = await house.files.linked(token)
    return _bytes(file, content, download=False, cache="no-store")


@router.get("/{file_id}", dependencies=[needs("file.read")])
async def get_file(house: TheHouse, owner: Owner, file_id: str) -> FileView:
    return file_view(await house.files.get(owner, file_id))


@router.patch("/{file_id}", dependencies=[needs("file.write")])
async def change_file(house: TheHouse, owner: Owner, file_id: str, new: NewPath) -> FileView:
    """Moves it with its versions; above the versions of what is there already."""
    return file_view(await house.files.move(owner, file_id, new.path))


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
    return _bytes(file, content, download=download)


@router.get("/{file_id}/versions", dependencies=[needs("file.read")])
async def list_file_versions(house: TheHouse, owner: Owner, file_id: str) -> ItemsView[FileView]:
    """All that is at its path, newest first."""
    return ItemsView(items=[file_view(file) for file in await house.files.versions(owner, file_id)])


@router.post("/{file_id}/restore", dependencies=[needs("file.write")])
async def restore_file(house: TheHouse, owner: Owner, file_id: str) -> FileView:
    """Makes an older version the newest."""
    return file_view(await house.files.restore(owner, file_id))


@router.post("/{file_id}/link", dependencies=[needs("share.write")], status_code=201)
async def create_file_link(
    house: TheHouse, owner: Owner, file_id: str, response: Response, new: NewFileLink | None = None
) -> FileLinkView:
    """Whoever has the address reads this file, and nothing else, until it is over."""
    made = await house.files.link(owner, file_id, (new or NewFileLink()).seconds)
    response.headers["cache-control"] = "no-store"
    return FileLinkView(url=made.url, expires_at=moment(made.expires_at))


@router.delete("/{file_id}", dependencies=[needs("file.delete")], status_code=204)
async def delete_file(house: TheHouse, owner: Owner, file_id: str) -> None:
    """With the older versions of its path; an older version goes alone."""
    await house.files.delete(owner, file_id)


def _bytes(
    file: StoredFile, content: AsyncIterator[bytes], *, download: bool, cache: str = ""
) -> Response:
    headers = {
        "content-length": str(file.size),
        "content-disposition": _disposition(file, download),
        "content-security-policy": _POLICY,
    }
    if cache:
        headers["cache-control"] = cache
    return StreamingResponse(content, media_type=file.type, headers=headers)


def _disposition(file: StoredFile, download: bool) -> str:
    shown = file.type.partition(";")[0] in _SHOWN or file.type.startswith(_SHOWN_FAMILIES)
    how = "inline" if shown and not download else "attachment"
    return f"{how}; filename*=utf-8''{quote(file.name, safe='')}"
