"""The request that a block's inputs make: address, query, headers and body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

import orjson

from luban.sdk.context import Context
from luban.sdk.errors import BlockError
from luban.sdk.fields import FileRef
from luban.sdk.http import Upload
from luban.sdk.openapi.operations import Operation, Parameter

_MOST_UPLOADED = 100_000_000
_HOST_VALUE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VARIABLE = re.compile(r"\{([^{}]+)\}")
_BETWEEN = {"spaceDelimited": " ", "pipeDelimited": "|"}


@dataclass
class Call:
    """What is sent; `body` are the keywords of `ctx.http.request` that send it."""

    url: str
    query: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: dict[str, Any] = field(default_factory=dict[str, Any])


async def call_of(
    operation: Operation, server: str, inputs: Mapping[str, Any], ctx: Context
) -> Call:
    """Inputs that are `None` are left out. Raises `BlockError`."""
    given = {each.pin: inputs.get(each.pin) for each in operation.parameters}
    call = Call(_address(operation, server, given))
    for each in operation.parameters:
        value = given[each.pin]
        if value is None:
            continue
        if each.where == "query":
            call.query |= _query(each, value)
        elif each.where == "header":
            call.headers[each.name] = _text(value)
    if operation.key_header:
        call.headers[operation.key_header] = ctx.idempotency_key
    call.body = await _body(operation, given, call.headers, ctx)
    return call


def _address(operation: Operation, server: str, given: Mapping[str, Any]) -> str:
    """The server's address and the path, with what they leave open filled in."""
    variables = {each.name: each for each in operation.parameters if each.where == "server"}
    paths = {each.name: each for each in operation.parameters if each.where == "path"}

    def host_part(found: re.Match[str]) -> str:
        value = _text(given[variables[found[1]].pin]) if found[1] in variables else found[0]
        if not _HOST_VALUE.fullmatch(value):
            raise _bad(variables[found[1]].pin if found[1] in variables else found[1], value)
        return value

    def path_part(found: re.Match[str]) -> str:
        if found[1] not in paths:
            return quote(found[0], safe="")
        value = given[paths[found[1]].pin]
        listed = cast("list[Any]", value) if isinstance(value, list) else [value]
        text = ",".join(quote(_text(each), safe="") for each in listed)
        if text in ("", ".", ".."):  # it would lead to another path than the API's
            raise _bad(paths[found[1]].pin, _text(value))
        return text

    base = _VARIABLE.sub(host_part, server).rstrip("/")
    return base + _VARIABLE.sub(path_part, operation.path)


def _query(parameter: Parameter, value: Any) -> dict[str, Any]:
    name = parameter.name
    if parameter.style == "json":
        return {name: orjson.dumps(value).decode()}
    if isinstance(value, list):
        listed = [_text(each) for each in cast("list[Any]", value)]
        if parameter.explode and parameter.style not in _BETWEEN:
            return {name: listed}
        return {name: _BETWEEN.get(parameter.style, ",").join(listed)}
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if parameter.style == "deepObject":
            return {f"{name}[{key}]": _text(each) for key, each in fields.items()}
        if parameter.explode:
            return {key: _text(each) for key, each in fields.items()}
        return {name: ",".join(f"{key},{_text(each)}" for key, each in fields.items())}
    return {name: _text(value)}


async def _body(
    operation: Operation, given: Mapping[str, Any], headers: dict[str, str], ctx: Context
) -> dict[str, Any]:
    fields = {
        each.name: (each, given[each.pin])
        for each in operation.parameters
        if each.where == "field" and given[each.pin] is not None
    }
    whole = next((each for each in operation.parameters if each.where == "body"), None)
    if whole is not None and given[whole.pin] is None:
        return {}
    match operation.body:
        case "json":
            if whole is not None:
                return {"json": given[whole.pin]}
            asked = any(each.where == "field" for each in operation.parameters)
            return {"json": {name: value for name, (_, value) in fields.items()}} if asked else {}
        case "form":
            values = cast("dict[str, Any]", given[whole.pin]) if whole else None
            named = values or {name: value for name, (_, value) in fields.items()}
            return {"form": {name: _form_value(value) for name, value in named.items()}}
        case "multipart":
            return await _multipart(fields, ctx)
        case "bytes" if whole is not None:
            file = FileRef.model_validate(given[whole.pin])
            headers["Content-Type"] = (
                file.type if "*" in operation.body_type else operation.body_type
            )
            return {"content": await _read(file, ctx)}
        case "text" if whole is not None:
            headers["Content-Type"] = operation.body_type
            return {"content": _text(given[whole.pin]).encode()}
        case _:
            return {}


async def _multipart(fields: Mapping[str, tuple[Parameter, Any]], ctx: Context) -> dict[str, Any]:
    files: list[tuple[str, Upload]] = []
    form: dict[str, Any] = {}
    for name, (parameter, value) in fields.items():
        if parameter.is_file or parameter.is_files:
            listed = cast("list[Any]", value) if isinstance(value, list) else [value]
            for each in listed:
                file = FileRef.model_validate(each)
                files.append((name, (file.name, await _read(file, ctx), file.type)))
        else:
            form[name] = _form_value(value)
    return {"files": files, "form": form} if files else {"form": form}


async def _read(file: FileRef, ctx: Context) -> bytes:
    content = bytearray()
    async for piece in ctx.files.stream(file):
        content += piece
        if len(content) > _MOST_UPLOADED:
            raise BlockError(
                f"`{file.name}` is larger than 100 MB, the most that is uploaded at once.",
                zh=f"“{file.name}”超过 100 MB，超出一次上传的上限。",
                code="upload_too_large",
            )
    return bytes(content)


def _form_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_form_value(each) for each in cast("list[Any]", value)]
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (dict, list, bool)) or value is None:
        return orjson.dumps(value).decode()
    return str(value)


def _bad(pin: str, value: str) -> BlockError:
    return BlockError(
        f"`{pin}` is {value!r}, which cannot stand in an address. Give another value.",
        zh=f"“{pin}”的值 {value!r} 不能用在网址中。请换一个值。",
        code="bad_address_part",
    )
