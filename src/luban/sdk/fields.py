"""How an author describes pins: inputs with titles, ranges and marks; outputs that may repeat."""

from __future__ import annotations

from typing import Annotated, Any, cast

import pydantic
from pydantic import BaseModel, ConfigDict, WithJsonSchema
from pydantic.fields import FieldInfo

from luban.model.values import FILE_KEY

MARKS = "x-luban"


class BlockInput(BaseModel):
    """The inputs of a class-form block; every field is a pin."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class BlockOutput(BaseModel):
    """The outputs of a class-form block; every field is a pin."""

    model_config = ConfigDict(extra="forbid")


def Field(  # noqa: N802  it stands where pydantic's Field stands
    default: Any = ...,
    *,
    title: str | None = None,
    description: str | None = None,
    advanced: bool = False,
    secret: bool = False,
    hidden: bool = False,
    gather: bool = False,
    main: bool = False,
    widget: str | None = None,
    **constraints: Any,
) -> Any:
    """An input or a single output, as pydantic's `Field` plus what the canvas needs to know.

    `advanced` folds the input away, `secret` never shows its value, `hidden` leaves it out of the
    canvas, `gather` takes all tokens of its links as one list, `main` makes an
    output the one that links without a pin begin at, `widget` names the editor
    (`textarea code password file model table color slider template json`; `model:embeddings` and
    `model:image_making` offer models that do that). The constraints are pydantic's:
    `ge le gt lt min_length max_length pattern default_factory examples`.
    """
    marks = {
        "advanced": advanced,
        "secret": secret,
        "hidden": hidden,
        "gather": gather,
        "main": main,
        "widget": widget,
    }
    return _marked(default, title, description, {k: v for k, v in marks.items() if v}, constraints)


def Emit(  # noqa: N802
    description: str | None = None, *, title: str | None = None, main: bool = False
) -> Any:
    """An output that may be emitted any number of times in one step, also never."""
    return _marked(None, title, description, {"many": True, "main": main}, {})


def _marked(
    default: Any,
    title: str | None,
    description: str | None,
    marks: dict[str, Any],
    constraints: dict[str, Any],
) -> Any:
    options: dict[str, Any] = {"title": title, "description": description, **constraints}
    if marks:
        options["json_schema_extra"] = {MARKS: marks}
    if "default_factory" not in constraints:
        options["default"] = default
    return pydantic.Field(**options)


def marks_of(field: FieldInfo) -> dict[str, Any]:
    """What `Field` or `Emit` noted about a field beyond pydantic's own."""
    extra: Any = field.json_schema_extra
    return cast("dict[str, Any]", extra).get(MARKS, {}) if isinstance(extra, dict) else {}


class FileRef(BaseModel):
    """A stored file as it travels between blocks; its bytes are read with `ctx.files`."""

    model_config = ConfigDict(
        populate_by_name=True, json_schema_extra={"x-kind": "file", "x-widget": "file"}
    )

    id: str = pydantic.Field(alias=FILE_KEY)
    name: str = "file"
    type: str = "application/octet-stream"
    size: int = 0

    def as_value(self) -> dict[str, Any]:
        """The JSON object that travels along links."""
        return self.model_dump(by_alias=True)


Message = Annotated[
    dict[str, Any], WithJsonSchema({"type": "object", "x-kind": "message", "title": "Message"})
]
"""One message of a conversation: `{"role": "user", "content": "…"}`."""

Number = Annotated[int | float, WithJsonSchema({"type": "number"})]
"""A number that stays what it is: 2 is not turned into 2.0."""

Date = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
"""A day as ISO 8601 text, such as 2026-01-31."""
