"""A file from the web, stored while it arrives."""

from __future__ import annotations

from typing import Any

from luban.blocks.web.addresses import address
from luban.blocks.web.fetch import check
from luban.blocks.web.http_answers import stored, type_of
from luban.blocks.web.http_proof import proven
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
    FileRef,
)

_URL = "https://files.test/2026/plan.pdf"
_PDF = {"bytes": b"%PDF-1.7", "headers": {"content-type": "application/pdf"}}


class Download(Block):
    """Stores a file of the web, however large, without holding it in memory."""

    id = "web.download"
    title = "Download file"
    category = "web"
    effect = Effect.IDEMPOTENT
    icon = "download"
    keywords = ("fetch", "save", "file", "url", "get", "pdf", "image", "wget", "curl")
    credentials = (CredentialNeed(provider="*", optional=True),)

    class Input(BlockInput):
        url: str = Field(title="Address", description="The file: https://…", min_length=1)
        name: str = Field(
            "",
            title="Name",
            description="What to call it; empty: as its server does.",
            max_length=200,
        )
        types: list[str] = Field(
            default_factory=list[str],
            title="Types",
            description="Only these content types, such as `application/pdf` or `image/*`; empty: "
            "any.",
            advanced=True,
        )
        headers: dict[str, Any] = Field(
            default_factory=dict,
            title="Headers",
            description="Names and values to send along.",
            advanced=True,
        )
        max_megabytes: float = Field(
            100, gt=0, le=5000, title="Size limit", description="Megabytes.", advanced=True
        )
        timeout: float = Field(
            300, gt=0, le=3600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="File", description="The stored file.")
        size: int = Field(title="Size", description="Bytes.")
        final_url: str = Field(title="Final address", description="Where it led in the end.")

    examples = (
        Example(
            {"url": _URL},
            {
                "file": {
                    "$file": "f_1",
                    "name": "plan.pdf",
                    "type": "application/pdf",
                    "size": 8,
                },
                "size": 8,
                "final_url": _URL,
            },
            {"http": {_URL: _PDF}},
        ),
        Example(
            {"url": _URL, "types": ["image/*"]},
            {"error": {"code": "other_type"}},
            {"http": {_URL: _PDF}},
        ),
        Example(
            {"url": _URL},
            {"error": {"code": "http_status"}},
            {"http": {_URL: {"status": 404}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        url = address(input.url)
        given = {name: str(value) for name, value in input.headers.items()}
        headers, query = await proven(ctx, url, given, {})
        async with ctx.http.stream(
            "GET",
            url,
            headers=headers,
            params=query,
            timeout=input.timeout,
            max_bytes=int(input.max_megabytes * 1_000_000),
        ) as answer:
            if answer.status >= 400:
                check(await answer.read(), ctx.now())
            kind = type_of(answer.headers)
            if input.types and not any(_is(kind, wanted) for wanted in input.types):
                raise BlockError(
                    f"The file is of the type `{kind or '?'}`, and only "
                    f"{', '.join(input.types)} is wanted.",
                    zh=f"文件类型为“{kind or '?'}”，但只接受 {'、'.join(input.types)}。",
                    code="other_type",
                )
            file = await stored(answer, ctx, input.name)
        return {"file": file.as_value(), "size": file.size, "final_url": answer.url}


def _is(kind: str, wanted: str) -> bool:
    wanted = wanted.strip().lower()
    return kind.startswith(wanted[:-1]) if wanted.endswith("/*") else kind == wanted
