"""Data written as XML text."""

from __future__ import annotations

import re
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import encode, show

_NAME = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class WriteXml(Block):
    """Writes an object as XML, the way Parse XML reads it: `@name` is an attribute.

    Lists become repeated elements, `#text` the text beside them, nothing an empty element.
    """

    id = "data.write_xml"
    title = "Write XML"
    category = "data"
    effect = Effect.NONE
    icon = "code-xml"
    keywords = ("to xml", "encode", "serialize", "element", "attribute", "soap")

    class Input(BlockInput):
        value: Any = Field(
            title="Value", description="An object with one field, the outermost element; or parts."
        )
        root: str = Field(
            "", title="Outermost element", description="Put around the value when it has no own."
        )
        indent: int = Field(
            2,
            ge=0,
            le=8,
            title="Indent",
            description="Spaces before each level; 0 writes one line.",
        )
        declaration: bool = Field(
            False, title="Declaration", description="Begin with <?xml …?>.", advanced=True
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The XML text.")

    examples = (
        Example(
            {"value": {"单": {"@号": 1, "项": ["桥 & 锁", None]}}},
            {"text": '<单 号="1">\n  <项>桥 &amp; 锁</项>\n  <项/>\n</单>'},
        ),
        Example(
            {"value": [1, True], "root": "n", "indent": 0, "declaration": True},
            {
                "text": '<?xml version="1.0" encoding="UTF-8"?>\n'
                "<n><item>1</item><item>true</item></n>"
            },
        ),
        Example({"value": {"a": 1, "b": 2}}, {"error": {"code": "no_root_element"}}),
        Example({"value": {"a b": 1}}, {"error": {"code": "bad_element_name"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        name, value = _root(input)
        lines = _element(name, value, 0, input.indent)
        text = ("\n" if input.indent else "").join(lines)
        head = '<?xml version="1.0" encoding="UTF-8"?>\n' if input.declaration else ""
        return {"text": head + text}


def _root(input: WriteXml.Input) -> tuple[str, Any]:
    if input.root.strip():
        return input.root.strip(), input.value
    fields = cast("dict[str, Any]", input.value) if isinstance(input.value, dict) else {}
    if len(fields) == 1 and not isinstance(next(iter(fields.values())), list):
        return next(iter(fields.items()))
    raise BlockError(
        f"{show(input.value)} has no single outermost element. Fill Outermost element.",
        zh=f"{show(input.value)} 没有唯一的最外层元素。请填写“最外层元素”。",
        code="no_root_element",
    )


def _element(name: str, value: Any, depth: int, indent: int) -> list[str]:
    """The lines of one element."""
    if not _NAME.fullmatch(name) or name.lower().startswith("xml"):
        raise BlockError(
            f"{show(name)} cannot be the name of an element. Use letters, digits, - _ and dots.",
            zh=f"{show(name)} 不能用作元素名。请使用文字、数字、- _ 和点，并以文字开头。",
            code="bad_element_name",
        )
    space = " " * (indent * depth)
    fields = _fields(value)
    attributes = "".join(
        f" {_checked(key[1:])}={quoteattr(_text(part))}"
        for key, part in fields.items()
        if key.startswith("@")
    )
    text = escape(_text(fields.get("#text")))
    inner: list[str] = []
    for key, part in fields.items():
        if not key.startswith("@") and key != "#text":
            several = cast("list[Any]", part) if isinstance(part, list) else [part]
            for each in several:
                inner += _element(key, each, depth + 1, indent)
    if not inner:
        return [
            f"{space}<{name}{attributes}>{text}</{name}>"
            if text
            else f"{space}<{name}{attributes}/>"
        ]
    return [f"{space}<{name}{attributes}>{text}", *inner, f"{space}</{name}>"]


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    return {"item": value} if isinstance(value, list) else {"#text": value}


def _checked(name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    raise BlockError(
        f"{show(name)} cannot be the name of an attribute.",
        zh=f"{show(name)} 不能用作属性名。",
        code="bad_element_name",
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    return _FORBIDDEN.sub("", value if isinstance(value, str) else encode(value).decode())
