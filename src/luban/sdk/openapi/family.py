"""A family of blocks as it is kept: which operations of a document are blocks, and how named.

`NAME.openapi.toml` is data that people may change; an id in it stays, whatever becomes of the
document, which stands beside it as `NAME.openapi.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from luban.model.block import Effect
from luban.model.errors import LubanError
from luban.sdk.code import BlockCode
from luban.sdk.openapi.blocks import Manner, block_of
from luban.sdk.openapi.document import ApiDocument, BadApiDocument, Tree
from luban.sdk.openapi.operations import Operation, Parameter, read_operation, snake
from luban.sdk.openapi.paging import Paging, paging_of
from luban.sdk.openapi.security import need_of


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_Written):
    """One operation that is a block."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")
    title: str = ""
    effect: Literal["", "none", "idempotent", "once"] = ""
    timeout: float = Field(default=0, ge=0, le=3600)
    paging: Paging | None = None


class Family(_Written):
    """What stands in `NAME.openapi.toml`; `operations` are by `GET /pets`."""

    luban_family: Literal[1]
    name: str
    title: str
    server: str
    variables: Mapping[str, Any] = {}
    """Parts of the server's address that a node fills in, as OpenAPI describes them."""
    provider: str = ""
    category: str = "web"
    icon: str = "plug"
    timeout: float = Field(default=60, gt=0, le=3600)
    operations: Mapping[str, Member]


class BadFamily(LubanError):
    """A family's file does not hold together."""

    code = "bad_block_family"
    status = 422
    en = "The family of blocks cannot be used: {reason}."
    zh = "无法使用此模块族：{reason_zh}。"

    def __init__(self, reason: str, reason_zh: str) -> None:
        super().__init__(reason=reason, reason_zh=reason_zh)


def read_family(tree: Any) -> Family:
    """Raises `BadFamily`."""
    try:
        return Family.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise BadFamily(f"at `{where}`: {first['msg']}", f"“{where}”处：{first['msg']}") from error


def blocks_of(
    family: Family, document: ApiDocument
) -> tuple[list[BlockCode], list[tuple[str, LubanError]]]:
    """The blocks, and the ids of those that cannot be made, each with what is wrong."""
    found = {f"{method} {path}": (method, path, told, under)
             for method, path, told, under in document.operations()}  # fmt: skip
    codes: list[BlockCode] = []
    wrong: list[tuple[str, LubanError]] = []
    for key, member in family.operations.items():
        if key not in found:
            gone = BadFamily(
                f"`{member.id}` is `{key}`, which its document no longer has",
                f"“{member.id}”对应的“{key}”已不在描述文件中",
            )
            wrong.append((member.id, gone))
            continue
        try:
            codes.append(_block(family, member, read_operation(document, *found[key]), document))
        except LubanError as error:
            wrong.append((member.id, error))
    return codes, wrong


def _block(
    family: Family, member: Member, operation: Operation, document: ApiDocument
) -> BlockCode:
    operation = _with_variables(operation, family.variables)
    return block_of(
        operation,
        Manner(
            id=member.id,
            api=family.title,
            server=family.server,
            category=family.category,
            icon=family.icon,
            timeout=member.timeout or family.timeout,
            effect=Effect(member.effect) if member.effect else operation.effect,
            paging=member.paging,
            need=need_of(document, operation, family.provider),
            keywords=tuple(
                dict.fromkeys((family.title, family.name, *operation.tags, operation.method))
            ),
            title=member.title,
        ),
    )


def _with_variables(operation: Operation, variables: Mapping[str, Any]) -> Operation:
    from dataclasses import replace

    taken = {each.pin for each in operation.parameters}
    more: list[Parameter] = []
    for name, told in variables.items():
        pin = snake(name) if snake(name) not in taken else f"{snake(name)}_server"
        schema: Tree = {"type": "string"}
        schema |= {key: told[key] for key in ("default", "enum") if key in told}
        about = str(told.get("description") or "A part of the server's address.")
        title = name.replace("_", " ").capitalize()
        more.append(Parameter(pin, name, "server", "default" not in told, schema, title, about))
    return replace(operation, parameters=(*more, *operation.parameters)) if more else operation


# --- making one


def choose(operations: Iterable[Operation], only: Iterable[str]) -> list[Operation]:
    """Those that a pattern names: an operation's name, `tag:…`, or `GET /pets*`; else all."""
    patterns = list(only)
    return [
        each for each in operations if not patterns or any(_fits(each, word) for word in patterns)
    ]


def _fits(operation: Operation, pattern: str) -> bool:
    if pattern.startswith("tag:"):
        wanted = pattern.removeprefix("tag:").lower()
        return any(fnmatchcase(tag.lower(), wanted) for tag in operation.tags)
    if "/" in pattern:
        return fnmatchcase(operation.key, pattern) or fnmatchcase(operation.path, pattern)
    return fnmatchcase(operation.name, snake_pattern(pattern))


def snake_pattern(pattern: str) -> str:
    """`listPets` as `list_pets`; stars stay."""
    return "*".join(snake(part) if part else "" for part in pattern.split("*"))


def family_text(
    name: str,
    title: str,
    server: str,
    variables: Mapping[str, Any],
    provider: str,
    operations: Iterable[Operation],
    kept: Mapping[str, Member] | None = None,
) -> str:
    """The file of a new family; ids of `kept` operations stay as they were."""
    before = kept or {}
    lines = [
        "# Made by `luban blocks from-openapi`. Ids stay; the rest may be changed, and operations",
        "# taken out.",
        "luban_family = 1",
        f"name = {_toml(name)}",
        f"title = {_toml(title)}",
        f"server = {_toml(server)}",
        f"provider = {_toml(provider)}",
        'category = "web"',
        'icon = "plug"',
        "timeout = 60.0",
        "",
    ]
    if variables:
        lines += ["[variables]", *(f"{_toml(k)} = {_toml(v)}" for k, v in variables.items()), ""]
    lines.append("[operations]")
    taken = {member.id for member in before.values()}
    for each in operations:
        if each.key in before:
            member = before[each.key].model_dump(exclude_defaults=True)
        else:
            paging = paging_of(each)
            member: dict[str, Any] = {"id": _free(f"{name}.{each.name}", taken)}
            if paging is not None:
                member["paging"] = paging.model_dump(exclude_defaults=True)
        lines.append(f"{_toml(each.key)} = {_toml(member)}")
    return "\n".join(lines) + "\n"


def _free(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}_{number}", number + 1
    taken.add(found)
    return found


def _toml(value: Any) -> str:
    """A value on one line; texts are written the same in JSON and in TOML."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return "{ " + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in fields.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in cast("list[Any]", value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else _toml(name)


__all__ = ["BadApiDocument", "BadFamily", "Family", "blocks_of", "choose", "family_text"]
