"""The schemas of a document as the schemas of pins: no references, bounded, one way to say null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from luban.sdk.openapi.document import ApiDocument, Tree, items, part

_MOST_PARTS = 400
_DEEPEST = 8
_KEPT = (
    "title", "description", "default", "enum", "format", "minimum", "maximum", "multipleOf",
    "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "readOnly", "writeOnly",
)  # fmt: skip
_ANY: Tree = {}


def plain_schema(document: ApiDocument, schema: Any) -> Tree:
    """A schema with its references put in place.

    A type that holds itself is a free object where it comes again, and so is what lies deeper, or
    comes later, than anybody fills in by hand.
    """
    return _Flattening(document).of(schema, (), 0)


def is_binary(schema: Mapping[str, Any]) -> bool:
    """Whether a schema stands for the bytes of a file."""
    if schema.get("format") in ("binary", "byte-stream"):
        return True
    kind = str(schema.get("contentMediaType", ""))
    return bool(kind) and "contentEncoding" not in schema and not _is_text(kind)


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or "json" in kind


class _Flattening:
    def __init__(self, document: ApiDocument) -> None:
        self._document = document
        self._left = _MOST_PARTS

    def of(self, schema: Any, above: tuple[str, ...], depth: int) -> Tree:
        if not isinstance(schema, dict):
            return dict(_ANY)
        tree = cast("Tree", schema)
        self._left -= 1
        reference = tree.get("$ref")
        if isinstance(reference, str):
            if reference in above:
                return {"type": "object"}
            beside = {name: value for name, value in tree.items() if name != "$ref"}
            target = self._document.resolve({"$ref": reference})
            return self.of({**target, **beside}, (*above, reference), depth)
        if self._left < 0 or depth > _DEEPEST:
            return {"type": tree["type"]} if isinstance(tree.get("type"), str) else dict(_ANY)
        if items(tree, "allOf"):
            return self._all_of(tree, above, depth)
        return self._one(tree, above, depth)

    def _all_of(self, tree: Tree, above: tuple[str, ...], depth: int) -> Tree:
        """What every part asks for, put together."""
        rest = {name: value for name, value in tree.items() if name != "allOf"}
        made: Tree = {}
        for each in (*items(tree, "allOf"), rest):
            flat = self.of(each, above, depth)
            properties = {**part(made, "properties"), **part(flat, "properties")}
            required = [*items(made, "required"), *items(flat, "required")]
            made |= flat
            if properties:
                made["properties"] = properties
            if required:
                made["required"] = list(dict.fromkeys(required))
        return made

    def _one(self, tree: Tree, above: tuple[str, ...], depth: int) -> Tree:
        made: Tree = {name: tree[name] for name in _KEPT if name in tree}
        _bounds(tree, made)
        nullable = _type(tree, made)
        if "const" in tree:
            made["enum"] = [tree["const"]]
        if is_binary(tree):
            return {**made, "x-kind": "file", "x-widget": "file", "type": "object"}
        if isinstance(tree.get("items"), dict):
            made["items"] = self.of(tree["items"], above, depth + 1)
            made.setdefault("type", "array")
        properties = part(tree, "properties")
        if properties:
            made.setdefault("type", "object")
            made["properties"] = {
                name: self.of(each, above, depth + 1) for name, each in properties.items()
            }
        if items(tree, "required"):
            made["required"] = [str(each) for each in items(tree, "required")]
        more = tree.get("additionalProperties")
        if isinstance(more, dict):
            made["additionalProperties"] = self.of(more, above, depth + 1)
            made.setdefault("type", "object")
        nullable = self._choices(tree, made, above, depth) or nullable
        if nullable:
            made["x-nullable"] = True
        return made

    def _choices(self, tree: Tree, made: Tree, above: tuple[str, ...], depth: int) -> bool:
        """`oneOf` and `anyOf`; one that is left beside null is the schema itself."""
        given = [*items(tree, "oneOf"), *items(tree, "anyOf")]
        if not given:
            return False
        flat = [self.of(each, above, depth + 1) for each in given]
        real = [each for each in flat if each.get("type") != "null"]
        if len(real) == 1:
            made |= {**real[0], **made}
        elif real:
            made["anyOf"] = real
            kinds = {str(each.get("type")) for each in real}
            if len(kinds) == 1 and "None" not in kinds:
                made["type"] = kinds.pop()
        return len(real) < len(flat)


def _type(tree: Tree, made: Tree) -> bool:
    """Sets the type, and tells whether null is one of the values."""
    nullable = tree.get("nullable") is True
    kind = tree.get("type")
    if isinstance(kind, list):
        kinds = [str(each) for each in cast("list[Any]", kind)]
        nullable = nullable or "null" in kinds
        real = [each for each in kinds if each != "null"]
        if len(real) == 1:
            made["type"] = real[0]
        elif real:
            made["anyOf"] = [{"type": each} for each in real]
    elif isinstance(kind, str):
        made["type"] = kind
    return nullable


def _bounds(tree: Tree, made: Tree) -> None:
    """3.0 marks a bound as exclusive, 3.1 gives it another name."""
    for bound, name in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        exclusive = tree.get(name)
        if exclusive is True and bound in made:
            made[name] = made.pop(bound)
        elif isinstance(exclusive, (int, float)) and not isinstance(exclusive, bool):
            made[name] = exclusive
