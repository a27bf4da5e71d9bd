"""From a pydantic model to pins: references inlined, optional types unwrapped, kinds derived."""

from __future__ import annotations

from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from luban.model.block import InputPin, OutputPin
from luban.model.pins import PinKind
from luban.sdk.fields import MARKS, marks_of

Schema = dict[str, Any]

_KIND_BY_TYPE = {
    "string": PinKind.TEXT,
    "integer": PinKind.NUMBER,
    "number": PinKind.NUMBER,
    "boolean": PinKind.BOOLEAN,
    "array": PinKind.LIST,
    "object": PinKind.OBJECT,
}
_DATE_FORMATS = frozenset({"date", "date-time"})


def input_pins(model: type[BaseModel]) -> tuple[InputPin, ...]:
    """One pin per field of an input model, in the order they are written."""
    schemas = _field_schemas(model)
    return tuple(
        _input_pin(name, field, schemas[field.alias or name])
        for name, field in model.model_fields.items()
    )


def output_pins(model: type[BaseModel]) -> tuple[OutputPin, ...]:
    """One pin per field of an output model, in the order they are written."""
    schemas = _field_schemas(model, mode="serialization")
    return tuple(
        _output_pin(name, field, schemas[name]) for name, field in model.model_fields.items()
    )


def kind_of_schema(schema: Schema) -> PinKind:
    """The pin kind a flat JSON Schema stands for."""
    if "x-kind" in schema:
        return PinKind(schema["x-kind"])
    if schema.get("format") in _DATE_FORMATS:
        return PinKind.DATE
    if "enum" in schema and "type" not in schema:
        texts = all(isinstance(value, str) for value in schema["enum"])
        return PinKind.TEXT if texts else PinKind.ANY
    declared = schema.get("type")
    return _KIND_BY_TYPE.get(declared, PinKind.ANY) if isinstance(declared, str) else PinKind.ANY


def flat(schema: Schema) -> Schema:
    """A JSON Schema with `$ref` inlined and `anyOf [X, null]` unwrapped to X."""
    definitions = cast("dict[str, Schema]", schema.get("$defs", {}))
    return cast("Schema", _flat(schema, definitions, ()))


def _flat(part: Any, definitions: dict[str, Schema], seen: tuple[str, ...]) -> Any:
    if isinstance(part, list):
        return [_flat(item, definitions, seen) for item in cast("list[Any]", part)]
    if not isinstance(part, dict):
        return part
    schema = cast("Schema", part)
    reference = schema.get("$ref")
    if isinstance(reference, str):
        name = reference.rsplit("/", 1)[-1]
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        if name in seen:  # a type that holds itself: the form offers a free object there
            return {"type": "object", **rest}
        inlined = cast("Schema", _flat(definitions.get(name, {}), definitions, (*seen, name)))
        return {**inlined, **cast("Schema", _flat(rest, definitions, seen))}
    fields = {
        key: _flat(value, definitions, seen) for key, value in schema.items() if key != "$defs"
    }
    return _unwrap_optional(fields)


def _unwrap_optional(schema: Schema) -> Schema:
    choices = cast("list[Schema] | None", schema.get("anyOf"))
    if choices is None:
        return schema
    real = [choice for choice in choices if choice.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if len(real) == 1:
        return {**real[0], **rest, "x-nullable": True}
    return {**rest, "anyOf": real}


def _field_schemas(model: type[BaseModel], mode: Any = "validation") -> dict[str, Schema]:
    whole = flat(model.model_json_schema(by_alias=True, mode=mode))
    return cast("dict[str, Schema]", whole.get("properties", {}))


def _input_pin(name: str, field: FieldInfo, schema: Schema) -> InputPin:
    marks = marks_of(field)
    schema = _cleaned(schema, marks)
    nullable = bool(schema.pop("x-nullable", False))
    return InputPin(
        name=field.alias or name,
        kind=kind_of_schema(schema),
        item_kind=_item_kind(schema),
        title=str(schema.get("title", "")),
        description=str(schema.get("description", "")),
        required=field.is_required(),
        default=None if field.is_required() else schema.get("default"),
        gather=bool(marks.get("gather")),
        advanced=bool(marks.get("advanced")),
        secret=bool(marks.get("secret")),
        hidden=bool(marks.get("hidden")),
        schema={**schema, "x-nullable": True} if nullable else schema,
    )


def _output_pin(name: str, field: FieldInfo, schema: Schema) -> OutputPin:
    marks = marks_of(field)
    schema = _cleaned(schema, marks)
    schema.pop("default", None)
    return OutputPin(
        name=name,
        kind=kind_of_schema(schema),
        item_kind=_item_kind(schema),
        title=str(schema.get("title", "")),
        description=str(schema.get("description", "")),
        many=bool(marks.get("many")),
        main=bool(marks.get("main")),
        schema=schema,
    )


def _cleaned(schema: Schema, marks: dict[str, Any]) -> Schema:
    kept = {key: value for key, value in schema.items() if key != MARKS}
    if marks.get("widget"):
        widget, _, wanted = str(marks["widget"]).partition(":")
        kept["x-widget"] = widget
        if wanted:
            kept["x-can"] = wanted
    elif marks.get("secret"):
        kept["x-widget"] = "password"
    return kept


def _item_kind(schema: Schema) -> PinKind | None:
    items = schema.get("items")
    if schema.get("type") != "array" or not isinstance(items, dict):
        return None
    kind = kind_of_schema(cast("Schema", items))
    return None if kind is PinKind.ANY else kind
