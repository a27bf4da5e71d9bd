"""One operation of an API, read once: what it takes, where each part goes, what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from luban.model.block import Effect
from luban.sdk.openapi.document import ApiDocument, Tree, items, part
from luban.sdk.openapi.schemas import is_binary, plain_schema

Where = Literal["path", "query", "header", "field", "body", "server"]
Form = Literal["json", "form", "multipart", "bytes", "text", ""]

_MOST_FIELDS = 60
_NEVER_PINS = frozenset({"accept", "content-type", "authorization", "cookie"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_KEY_HEADER = re.compile(r"(x-)?idempotency[-_]?key|idempotence-key", re.IGNORECASE)


@dataclass(frozen=True)
class Parameter:
    """One pin, and where its value goes; `name` is the API's own name for it."""

    pin: str
    name: str
    where: Where
    required: bool
    schema: Tree
    title: str
    description: str
    style: str = ""
    explode: bool = True
    advanced: bool = False

    @property
    def is_file(self) -> bool:
        return is_file(self.schema)

    @property
    def is_files(self) -> bool:
        return self.schema.get("type") == "array" and is_file(part(self.schema, "items"))


@dataclass(frozen=True)
class Operation:
    """What a block of it needs to know; `key` is `GET /pets`."""

    key: str
    method: str
    path: str
    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    effect: Effect
    parameters: tuple[Parameter, ...]
    body: Form
    body_type: str
    """The content type that is sent, where it is not said by the form."""
    answer: Literal["json", "text", "file", "nothing"]
    answer_schema: Tree
    refusals: Mapping[int, str]
    """What the document says of statuses that are errors."""
    security: tuple[Mapping[str, Any], ...]
    key_header: str = ""
    """The header for the idempotency key, where the API has one."""
    deprecated: bool = False
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])


def read_operation(
    document: ApiDocument, method: str, path: str, operation: Tree, under: Tree
) -> Operation:
    """Raises `BadApiDocument`."""
    given = _parameters(document, operation, under)
    key_header = next(
        (str(each["name"]) for each in given
         if each.get("in") == "header" and _KEY_HEADER.fullmatch(str(each.get("name")))), ""
    )  # fmt: skip
    names = _PinNames()
    pins = [
        _parameter(document, each, names)
        for each in given
        if each.get("name") != key_header and _is_pin(each)
    ]
    body, body_type, fields = _body(document, operation, names)
    answer, answer_schema = _answer(document, operation)
    security = operation.get("security", document.tree.get("security"))
    name = str(operation.get("operationId") or "") or f"{method} {path}"
    return Operation(
        key=f"{method} {path}",
        method=method,
        path=path,
        name=snake(name),
        title=_sentence_title(str(operation.get("summary") or ""), name),
        description=_described(operation, method, path),
        tags=tuple(str(each) for each in items(operation, "tags")),
        effect=_effect(method, key_header),
        parameters=tuple(_in_order([*pins, *fields])),
        body=body,
        body_type=body_type,
        answer=answer,
        answer_schema=answer_schema,
        refusals=_refusals(document, operation),
        security=tuple(cast("list[Tree]", security)) if isinstance(security, list) else (),
        key_header=key_header,
        deprecated=operation.get("deprecated") is True,
        extensions={k: v for k, v in operation.items() if k.startswith("x-luban-")},
    )


def snake(text: str) -> str:
    """`listPets`, `GET /pets/{id}` and `pets.list` as names of pins and blocks are written."""
    name = "_".join(word.lower() for word in _WORD.findall(text))
    return f"n{name}" if name[:1].isdigit() else name or "value"


def is_file(schema: Mapping[str, Any]) -> bool:
    return schema.get("x-kind") == "file"


class _PinNames:
    """A name for each parameter; those that come twice say where they go."""

    def __init__(self) -> None:
        self._taken: set[str] = {"error"}

    def take(self, name: str, where: str) -> str:
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
        plain = f"n{plain}" if plain[:1].isdigit() else plain or "value"
        found, number = plain, 2
        if found in self._taken:
            found = f"{plain}_{where}"
        while found in self._taken:
            found, number = f"{plain}_{number}", number + 1
        self._taken.add(found)
        return found


def _parameters(document: ApiDocument, operation: Tree, under: Tree) -> list[Tree]:
    own = [document.resolve(each) for each in items(operation, "parameters")]
    named = {(each.get("name"), each.get("in")) for each in own}
    shared = [document.resolve(each) for each in items(under, "parameters")]
    both = own + [each for each in shared if (each.get("name"), each.get("in")) not in named]
    return [each for each in both if each.get("name")]


def _is_pin(parameter: Tree) -> bool:
    where = parameter.get("in")
    if where == "header":
        return str(parameter["name"]).lower() not in _NEVER_PINS
    return where in ("path", "query")


def _parameter(document: ApiDocument, told: Tree, names: _PinNames) -> Parameter:
    name, where = str(told["name"]), cast("Where", told["in"])
    style = str(told.get("style") or ("form" if where == "query" else "simple"))
    content = part(told, "content")
    schema: Any = told.get("schema")
    if content:
        schema, style = part(next(iter(content.values())), "schema"), "json"
    flat = plain_schema(document, schema)
    required = told.get("required") is True or where == "path"
    return Parameter(
        pin=names.take(name, where),
        name=name,
        where=where,
        required=required and "default" not in flat,
        schema=flat,
        title=_title(name),
        description=_about(str(told.get("description") or flat.get("description") or ""), name),
        style=style,
        explode=told.get("explode", style == "form") is True,
        advanced=where == "header" and not required,
    )


def _body(
    document: ApiDocument, operation: Tree, names: _PinNames
) -> tuple[Form, str, list[Parameter]]:
    told = document.resolve(operation.get("requestBody"))
    content = part(told, "content")
    if not content:
        return "", "", []
    kind, form = _kind_of_body(content)
    given = part(content, kind).get("schema")
    schema = plain_schema(document, given)
    required = told.get("required") is True
    about = _about(str(told.get("description") or schema.get("description") or ""), "body")
    if form == "bytes":
        file: Tree = {"type": "object", "x-kind": "file", "x-widget": "file"}
        pin = names.take("file", "body")
        return form, kind, [Parameter(pin, "file", "body", required, file, "File", about)]
    properties = {
        name: cast("Tree", each)
        for name, each in part(schema, "properties").items()
        if isinstance(each, dict) and cast("Tree", each).get("readOnly") is not True
    }
    free = "additionalProperties" in schema or "anyOf" in schema
    if form == "text" or not properties or free or len(properties) > _MOST_FIELDS:
        pin = names.take("body", "body")
        return form, kind, [Parameter(pin, "body", "body", required, schema, "Body", about)]
    needed = set(items(schema, "required")) if required else set[Any]()
    fields = [
        Parameter(
            pin=names.take(name, "body"),
            name=name,
            where="field",
            required=name in needed and "default" not in each,
            schema=each,
            title=_title(name),
            description=_about(str(each.get("description") or ""), name),
        )
        for name, each in properties.items()
    ]
    return form, kind, fields


def _kind_of_body(content: Tree) -> tuple[str, Form]:
    """The content type to send: JSON before forms, forms before bytes."""
    for kind in content:
        if _is_json(kind):
            return kind, "json"
    for kind in content:
        if kind.startswith("multipart/"):
            return kind, "multipart"
        if kind.startswith("application/x-www-form-urlencoded"):
            return kind, "form"
    kind = next(iter(content))
    text = kind.startswith("text/") or kind.endswith(("xml", "yaml"))
    return kind, "text" if text else "bytes"


def _answer(
    document: ApiDocument, operation: Tree
) -> tuple[Literal["json", "text", "file", "nothing"], Tree]:
    responses = part(operation, "responses")
    good = sorted(status for status in responses if status.startswith("2"))
    for status in (*good, *(["default"] if not good and "default" in responses else [])):
        content = part(document.resolve(responses[status]), "content")
        if not content:
            continue
        kind = next((each for each in content if _is_json(each)), next(iter(content)))
        given = part(content, kind).get("schema")
        if _is_json(kind) or kind == "*/*":
            return "json", plain_schema(document, given)
        if kind.startswith("text/") or kind.endswith("xml"):
            return "text", {"type": "string"}
        schema = document.resolve(given)
        return "file" if not schema or is_binary(schema) or "/" in kind else "text", {}
    return "nothing", {}


def _refusals(document: ApiDocument, operation: Tree) -> dict[int, str]:
    found: dict[int, str] = {}
    for status, told in part(operation, "responses").items():
        if status.isdigit() and int(status) >= 400:
            found[int(status)] = _one_line(
                str(document.resolve(told).get("description") or ""), 120
            )
    return found


def _effect(method: str, key_header: str) -> Effect:
    """How often it may happen, by what HTTP says of its method."""
    if method in ("POST", "PATCH") and not key_header:
        return Effect.ONCE
    return Effect.IDEMPOTENT


def _in_order(parameters: Iterable[Parameter]) -> list[Parameter]:
    """What is required first; the rest as it is written."""
    return sorted(parameters, key=lambda each: (not each.required, each.advanced))


def _sentence_title(summary: str, name: str) -> str:
    text = _one_line(summary, 80).rstrip(".。 ")
    return text[:1].upper() + text[1:] if text else _title(name)


def _title(name: str) -> str:
    """`per_page` and `perPage` as people read them."""
    words = " ".join(_WORD.findall(name)).lower() or name
    return words[:1].upper() + words[1:]


def _about(text: str, name: str) -> str:
    said = _one_line(text, 300)
    if not said:
        return f"{_title(name)}."
    return said if said.endswith((".", "!", "?", "。", "…")) else f"{said}."


def _described(operation: Tree, method: str, path: str) -> str:
    said = str(operation.get("description") or operation.get("summary") or "").strip()
    first = _one_line(said.partition("\n\n")[0], 500)
    told = _about(first, "") if first else ""
    return f"{told}\n`{method} {path}`.".strip()


def _one_line(text: str, most: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def _is_json(kind: str) -> bool:
    plain = kind.partition(";")[0].strip().lower()
    return plain == "application/json" or plain.endswith(("+json", "/json"))
