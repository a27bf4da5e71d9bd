"""What requests carry: JSON, forms, texts, stored files that are sent piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from secrets import token_hex
from typing import Any, Literal, cast

import orjson

from luban.sdk import BlockError, Context, FileRef, Streamed

BodyAs = Literal["auto", "json", "form", "text", "file"]


async def body_of(
    ctx: Context,
    body: Any,
    way: BodyAs,
    headers: Mapping[str, str],
    files: Sequence[FileRef] = (),
    files_name: str = "file",
) -> tuple[dict[str, Any], dict[str, str]]:
    """The keyword of `ctx.http.request` that sends the body, and the headers with its type."""
    if way == "file" or files:
        return await _of_files(ctx, body, way, headers, files, files_name)
    if body is None or (body == "" and way == "auto"):
        return {}, dict(headers)
    if way == "form":
        return {"form": _fields(body)}, dict(headers)
    if way == "text" or (way == "auto" and isinstance(body, str) and not _is_json(body)):
        content = body if isinstance(body, str) else orjson.dumps(body).decode()
        return {"content": content.encode()}, _typed(headers, "text/plain; charset=utf-8")
    return {"json": _as_json(body)}, dict(headers)


async def _of_files(
    ctx: Context,
    body: Any,
    way: BodyAs,
    headers: Mapping[str, str],
    files: Sequence[FileRef],
    files_name: str,
) -> tuple[dict[str, Any], dict[str, str]]:
    if way == "file":
        if len(files) != 1:
            raise BlockError(
                f"To send a file as the body, give one file, not {len(files)}.",
                zh=f"以文件作为正文时需要恰好一个文件，而不是 {len(files)} 个。",
                code="one_file_needed",
            )
        length = (await ctx.files.info(files[0])).file.size
        return (
            {"content": Streamed(length, lambda: ctx.files.stream(files[0]))},
            _typed(headers, files[0].type),
        )
    if way == "json":
        raise BlockError(
            "Files cannot be sent with a JSON body. Send the body as a form, or leave it out.",
            zh="JSON 正文不能同时上传文件。请改用表单方式发送正文，或去掉正文。",
            code="files_with_json",
        )
    fields = {} if body is None else _fields(body)
    boundary = f"luban-{token_hex(16)}"
    form = await _multipart(ctx, boundary, fields, files, files_name)
    kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return {"content": form}, {**kept, "Content-Type": f"multipart/form-data; boundary={boundary}"}


async def _multipart(
    ctx: Context,
    boundary: str,
    fields: Mapping[str, Any],
    files: Sequence[FileRef],
    files_name: str,
) -> Streamed:
    """A form of RFC 7578; its files are read while it is sent, never held whole."""
    start = b"".join(
        _part(boundary, name, each)
        for name, value in fields.items()
        for each in (cast("list[Any]", value) if isinstance(value, list) else [value])
    )
    heads = [_head(boundary, files_name, file) for file in files]
    end = f"--{boundary}--\r\n".encode()
    sizes = [(await ctx.files.info(file)).file.size for file in files]
    length = len(start) + sum(len(head) + 2 for head in heads) + sum(sizes) + len(end)

    async def pieces() -> AsyncIterator[bytes]:
        yield start
        for head, file in zip(heads, files, strict=True):
            yield head
            async for piece in ctx.files.stream(file):
                yield piece
            yield b"\r\n"
        yield end

    return Streamed(length, pieces)


def _part(boundary: str, name: str, value: Any) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'
    return f"{head}{value}\r\n".encode()


def _head(boundary: str, name: str, file: FileRef) -> bytes:
    kind = file.type if file.type.isprintable() else "application/octet-stream"
    return (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{_quoted(name)}"; '
        f'filename="{_quoted(file.name)}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    ).encode()


def _quoted(text: str) -> str:
    """As browsers write it: nothing may end the quotes or the line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _typed(headers: Mapping[str, str], kind: str) -> dict[str, str]:
    given = any(name.lower() == "content-type" for name in headers)
    return dict(headers) if given else {**headers, "Content-Type": kind}


def _fields(body: Any) -> dict[str, Any]:
    """The fields of a form; parts that are no plain values are sent as JSON."""
    found = _as_json(body)
    if not isinstance(found, dict):
        raise BlockError(
            f"A form needs an object of fields, not {type(found).__name__}.",
            zh="表单正文需要一个由字段组成的对象。",
            code="form_needs_object",
        )
    given = cast("dict[str, Any]", found)
    return {name: _field(value) for name, value in given.items() if value is not None}


def _field(value: Any) -> Any:
    if isinstance(value, list):
        return [_field(item) for item in cast("list[Any]", value)]
    return orjson.dumps(value).decode() if isinstance(value, (dict, bool)) else str(value)


def _is_json(text: str) -> bool:
    return isinstance(_as_json(text), (dict, list))


def _as_json(body: Any) -> Any:
    """A text that holds JSON as the value it holds; anything else as it is."""
    if not isinstance(body, str):
        return body
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
