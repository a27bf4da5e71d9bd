"""`luban blocks from-openapi`: fetches or reads a document and writes the files of its family."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from luban.model.errors import InvalidValue
from luban.sdk.openapi.document import ApiDocument, BadApiDocument, items, part
from luban.sdk.openapi.family import Member, choose, family_text, read_family
from luban.sdk.openapi.operations import read_operation, snake
from luban.sdk.openapi.security import provider_row, servers_of

MAX_JSON = 32 << 20
MAX_YAML = 4 << 20
"""Bytes; YAML takes seconds per megabyte to read."""

_VARIABLE = re.compile(r"\{([^{}]+)\}")


class Made(NamedTuple):
    """What a family came to, and the texts of its files by name."""

    name: str
    blocks: list[str]
    files: dict[str, str]
    provider: str
    left_out: list[str]
    """What of its ways to prove oneself cannot be had."""
    paged: list[str]


def read_document(content: bytes, where: str) -> ApiDocument:
    """JSON or YAML. Raises `BadApiDocument`."""
    is_json = content.lstrip()[:1] == b"{"
    if len(content) > (MAX_JSON if is_json else MAX_YAML):
        raise BadApiDocument(
            f"{where} has {len(content) >> 20} MB, and may have {MAX_JSON >> 20} MB as JSON or "
            f"{MAX_YAML >> 20} MB as YAML",
            f"{where} 有 {len(content) >> 20} MB；JSON 最大 {MAX_JSON >> 20} MB，"
            f"YAML 最大 {MAX_YAML >> 20} MB",
            "Give it as JSON, or cut it down.",
            "请改用 JSON，或删减内容。",
        )
    try:
        return ApiDocument(orjson.loads(content) if is_json else _yaml(content))
    except ValueError as error:
        raise _unreadable(where, str(error)) from error


def _yaml(content: bytes) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        tree: Any = YAML(typ="safe", pure=True).load(content)
    except YAMLError as error:
        raise ValueError(str(error).partition("\n")[0]) from error
    ApiDocument.check_size(tree)  # aliases unfold when it is written down
    return orjson.loads(orjson.dumps(tree, default=str, option=orjson.OPT_NON_STR_KEYS))


def make(
    document: ApiDocument,
    *,
    base: str,
    name: str | None,
    only: Sequence[str],
    server: str | None,
    provider: str | None,
    before: str | None,
) -> Made:
    """The files; `before` is the text of the family that is replaced, whose ids stay."""
    title = document.title or name or "API"
    called = snake(name or title)
    operations = choose([read_operation(document, *each) for each in document.operations()], only)
    if not operations:
        raise InvalidValue(
            name="only",
            value=" ".join(only),
            expected="no operation is named so; give its name, tag:NAME or a path such as /pets*",
            expected_zh="没有匹配的操作；请给出操作名、tag:名称或路径（如 /pets*）",
        )
    address, variables = _server(document, base, server)
    row, left_out = provider_row(document, operations, title, [address])
    row = None if provider else row
    own = called.replace("_", "-")[:40].rstrip("-")
    proof = provider or (own if row else "")
    text = family_text(called, title, address, variables, proof, operations, _kept(before))
    files = {
        f"{called}.openapi.toml": text,
        f"{called}.openapi.json": _json(document.only(each.key for each in operations)),
    }
    if row:
        files[f"{own}.provider.json"] = _json(row)
    members = read_family(tomllib.loads(text)).operations.values()
    return Made(
        called,
        [each.id for each in members],
        files,
        proof,
        [] if provider else left_out,
        [each.id for each in members if each.paging],
    )


def _server(document: ApiDocument, base: str, given: str | None) -> tuple[str, dict[str, Any]]:
    """The address below which all paths are, and what it leaves open."""
    if given:
        return given.rstrip("/"), {}
    first = servers_of(document, base)[0]
    address = str(first["url"]).rstrip("/")
    if urlsplit(address).scheme not in ("http", "https"):
        raise InvalidValue(
            name="server",
            value=address or "/",
            expected="the description does not say where the API is; give --api https://…",
            expected_zh="描述文件没有说明 API 的地址；请指定 --api https://…",
        )
    declared = part(first, "variables")
    return address, {name: _plain(part(declared, name)) for name in _VARIABLE.findall(address)}


def _plain(variable: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        key: str(variable[key]) for key in ("default", "description") if variable.get(key)
    }
    choices = items(variable, "enum")
    return {**kept, "enum": [str(each) for each in choices]} if choices else kept


def _kept(before: str | None) -> dict[str, Member]:
    """The members of the family that is there, by what they call."""
    return {} if before is None else dict(read_family(tomllib.loads(before)).operations)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _unreadable(where: str, why: str) -> BadApiDocument:
    return BadApiDocument(
        f"{where} is neither JSON nor YAML: {why}",
        f"{where} 既不是 JSON 也不是 YAML：{why}",
        "Give the address or the file of the description itself.",
        "请给出描述文件本身的地址或路径。",
    )
