"""XML text read as data."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

_LONGEST = 10_000_000
_DEEPEST = 100
_MOST = 500_000


class ParseXml(Block):
    """Reads XML as objects: elements become fields, repeated ones lists, text its value.

    Attributes are fields that begin with `@`; the text of an element that has more than text is
    `#text`. Entities and document types are refused, so a document can reach and multiply nothing.
    """

    id = "data.parse_xml"
    title = "Parse XML"
    category = "data"
    effect = Effect.NONE
    icon = "code-xml"
    keywords = ("read xml", "decode", "element", "attribute", "rss", "soap", "tree")

    class Input(BlockInput):
        text: str = Field(title="Text", description="The XML text.", widget="code")
        attributes: bool = Field(
            True, title="Attributes", description="Take them over, with @ before their names."
        )
        always_lists: list[str] = Field(
            default_factory=list,
            title="Always lists",
            description="Elements that are lists even when there is one: `item`.",
            advanced=True,
        )
        namespaces: bool = Field(
            False,
            title="Keep namespaces",
            description="Leave the address of the namespace in names: {address}name.",
            advanced=True,
        )

    class Output(BlockOutput):
        value: dict[str, Any] = Field(
            title="Value", description="An object with the outermost element."
        )

    examples = (
        Example({"text": "<a><b>t</b></a>"}, {"value": {"a": {"b": "t"}}}),
        Example(
            {"text": '<单><项 号="1">桥</项><项/><注 x="2"/></单>'},
            {"value": {"单": {"项": [{"@号": "1", "#text": "桥"}, None], "注": {"@x": "2"}}}},
        ),
        Example({"text": "<a><b>1</b></a>", "always_lists": ["b"]}, {"value": {"a": {"b": ["1"]}}}),
        Example({"text": "<a>"}, {"error": {"code": "not_xml"}}),
        Example(
            {"text": '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'},
            {"error": {"code": "xml_forbidden"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if len(input.text) > _LONGEST:
            raise _too_large(f"{len(input.text):,} characters", f"{len(input.text):,} 个字符")
        return {"value": await asyncio.to_thread(_read, input)}


def _read(input: ParseXml.Input) -> dict[str, Any]:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(input.text.removeprefix("\ufeff").strip(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise BlockError(
            "The XML declares a document type or entities, which could read files and fill the "
            "memory. Take the <!DOCTYPE …> away.",
            zh="XML 中声明了文档类型或实体，可能读取文件或占满内存。请去掉 <!DOCTYPE …>。",
            code="xml_forbidden",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise BlockError(
            f"{show(input.text)} is not XML: {error}. There is one outermost element, and every "
            "element is closed.",
            zh=f"{show(input.text)} 不是有效的 XML：{error}。"
            "最外层应只有一个元素，且每个元素都要闭合。",
            code="not_xml",
        ) from error
    counted = iter(range(_MOST))
    return {_name(root.tag, input): _value(root, input, counted, 1)}


def _value(element: Any, input: ParseXml.Input, counted: Iterator[int], depth: int) -> Any:
    if next(counted, None) is None or depth > _DEEPEST:
        raise _too_large("too many elements, or too deep", "元素过多或嵌套过深")
    fields: dict[str, Any] = {}
    if input.attributes:
        fields = {f"@{_name(name, input)}": value for name, value in element.attrib.items()}
    repeated: set[str] = set()
    for child in element:
        name = _name(child.tag, input)
        value = _value(child, input, counted, depth + 1)
        if name not in fields and name not in input.always_lists:
            fields[name] = value
        elif name in repeated or name not in fields:
            fields.setdefault(name, []).append(value)
            repeated.add(name)
        else:
            fields[name] = [fields[name], value]
            repeated.add(name)
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    if not fields:
        return text or None
    return {**fields, "#text": text} if text else fields


def _name(name: str, input: ParseXml.Input) -> str:
    return name if input.namespaces else name.rpartition("}")[2]


def _too_large(what: str, what_zh: str) -> BlockError:
    return BlockError(
        f"The XML has {what}; at most {_LONGEST:,} characters, {_MOST:,} elements and {_DEEPEST} "
        "levels are read. Divide it.",
        zh=f"XML {what_zh}；上限为 {_LONGEST:,} 个字符、{_MOST:,} 个元素、{_DEEPEST} 层。请拆分。",
        code="xml_too_large",
    )
