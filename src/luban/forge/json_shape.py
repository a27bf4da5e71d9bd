"""Whether a value is what a JSON Schema allows, said in sentences a model understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from luban.sdk import BlockError
from luban.sdk.patterns import compile_pattern

_PATTERN_SECONDS = 0.05
_DEEPEST = 40
_SAID_ONLY = frozenset(
    [
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "definitions",
        "title",
        "description",
        "default",
        "examples",
        "format",
        "deprecated",
        "readOnly",
        "writeOnly",
    ]
)
"""Keywords that ask for nothing that could be checked."""

Rule = Callable[[Any, Any, str], Iterator[str]]


def problems(value: Any, schema: Mapping[str, Any]) -> list[str]:
    """What is wrong with a value, at most ten sentences. Raises `BlockError` for a bad schema."""
    found: list[str] = []
    for sentence in _Check(schema).walk(value, schema, "", 0):
        found.append(sentence)
        if len(found) == 10:
            break
    return found


class _Check:
    """One walk over a value; the whole schema is where `$ref` leads into."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def walk(self, value: Any, schema: Any, place: str, depth: int) -> Iterator[str]:
        if schema is True or schema == {}:
            return
        if not isinstance(schema, Mapping):
            if schema is False:
                yield f"{place or 'the answer'} must not be there"
                return
            raise _bad(f"{schema!r:.80} is no schema")
        if depth > _DEEPEST:
            raise _bad("it refers to itself without end")
        rules = cast("Mapping[str, Any]", schema)
        for keyword, wanted in rules.items():
            if keyword in _SAID_ONLY or keyword.startswith("x-"):
                continue
            if keyword in _RULES:
                yield from _checked(_RULES[keyword], value, wanted, place)
            else:
                yield from self._inner(keyword, value, wanted, rules, place, depth + 1)

    def _inner(
        self,
        keyword: str,
        value: Any,
        wanted: Any,
        schema: Mapping[str, Any],
        place: str,
        depth: int,
    ) -> Iterator[str]:
        match keyword:
            case "properties" | "additionalProperties":
                if isinstance(value, dict):
                    held = cast("dict[str, Any]", value)
                    yield from self._parts(keyword, held, wanted, schema, place, depth)
            case "items":
                for number, item in enumerate(_list(value)):
                    yield from self.walk(item, wanted, f"{place}[{number}]", depth)
            case "allOf":
                for each in _list(wanted):
                    yield from self.walk(value, each, place, depth)
            case "anyOf" | "oneOf":
                tries = [list(self.walk(value, each, place, depth)) for each in _list(wanted)]
                fits = sum(not tried for tried in tries)
                if fits == 0 or (keyword == "oneOf" and fits > 1):
                    closest = min(tries, key=len, default=[])
                    yield from closest or [f"{_at(place)} fits more than one of the choices"]
            case "not":
                if not list(self.walk(value, wanted, place, depth)):
                    yield f"{_at(place)} is what it must not be"
            case "$ref":
                yield from self.walk(value, self._resolved(wanted), place, depth)
            case _:
                raise _bad(f"`{keyword}` is not checked here")

    def _parts(
        self,
        keyword: str,
        held: dict[str, Any],
        wanted: Any,
        schema: Mapping[str, Any],
        place: str,
        depth: int,
    ) -> Iterator[str]:
        named = cast("dict[str, Any]", schema.get("properties", {}))
        if keyword == "properties":
            chosen = {name: named[name] for name in named if name in held}
        else:
            chosen = {name: wanted for name in held if name not in named}
        for name, each in chosen.items():
            yield from self.walk(held[name], each, f"{place}.{name}" if place else name, depth)

    def _resolved(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#"):
            raise _bad(f"the reference {reference!r:.80} leads outside of it")
        found: Any = self._root
        for step in filter(None, reference[1:].split("/")):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or name not in found:
                raise _bad(f"the reference {reference!r:.80} leads nowhere")
            found = cast("Mapping[str, Any]", found)[name]
        return found


def _checked(rule: Rule, value: Any, wanted: Any, place: str) -> Iterator[str]:
    try:
        yield from rule(value, wanted, place)
    except TypeError as error:
        raise _bad(f"{wanted!r:.80} cannot be compared with") from error


def _type(value: Any, wanted: Any, place: str) -> Iterator[str]:
    kinds = cast("list[str]", wanted if isinstance(wanted, list) else [wanted])
    unknown = [kind for kind in kinds if kind not in _TYPES]
    if unknown:
        raise _bad(f"there is no type {unknown[0]!r:.80}")
    if not any(_TYPES[kind](value) for kind in kinds):
        yield f"{_at(place)} must be {' or '.join(kinds)}, and is {value!r:.80}"


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _number,
    "integer": lambda value: _number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _enum(value: Any, wanted: Any, place: str) -> Iterator[str]:
    if not any(type(value) is type(each) and value == each for each in wanted):
        yield f"{_at(place)} must be one of {wanted!r:.400}, and is {value!r:.80}"


def _required(value: Any, wanted: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name in wanted:
            if name not in value:
                yield f"{_at(place)} lacks the key `{name}`"


def _pattern(value: Any, wanted: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str):
        return
    try:
        fits = compile_pattern(wanted).search(value, timeout=_PATTERN_SECONDS)
    except TimeoutError:
        raise _bad(f"the pattern {wanted!r:.80} takes too long") from None
    if not fits:
        yield f"{_at(place)} must match {wanted}, and is {value!r:.80}"


def _unique(value: Any, wanted: Any, place: str) -> Iterator[str]:
    items = _list(value)
    if wanted and any(item in items[:number] for number, item in enumerate(items)):
        yield f"{_at(place)} must not hold the same item twice"


def _bound(
    applies: Callable[[Any], bool],
    holds: Callable[[Any, Any], bool],
    words: str,
    size: Callable[[Any], Any] = lambda value: value,
) -> Rule:
    def rule(value: Any, wanted: Any, place: str) -> Iterator[str]:
        if applies(value) and not holds(size(value), wanted):
            yield f"{_at(place)} must be {words.format(wanted)}, and is {value!r:.80}"

    return rule


_text, _many = _TYPES["string"], _TYPES["array"]
_RULES: dict[str, Rule] = {
    "type": _type,
    "enum": _enum,
    "const": lambda value, wanted, place: _enum(value, [wanted], place),
    "required": _required,
    "pattern": _pattern,
    "uniqueItems": _unique,
    "minimum": _bound(_number, lambda a, b: a >= b, "at least {}"),
    "maximum": _bound(_number, lambda a, b: a <= b, "at most {}"),
    "exclusiveMinimum": _bound(_number, lambda a, b: a > b, "more than {}"),
    "exclusiveMaximum": _bound(_number, lambda a, b: a < b, "less than {}"),
    "minLength": _bound(_text, lambda a, b: a >= b, "at least {} characters long", len),
    "maxLength": _bound(_text, lambda a, b: a <= b, "at most {} characters long", len),
    "minItems": _bound(_many, lambda a, b: a >= b, "at least {} items long", len),
    "maxItems": _bound(_many, lambda a, b: a <= b, "at most {} items long", len),
}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _at(place: str) -> str:
    return f"`{place}`" if place else "the answer"


def _bad(reason: str) -> BlockError:
    return BlockError(
        f"The JSON Schema cannot be used: {reason}. Keywords that work: type, properties, "
        "required, additionalProperties, items, enum, const, anyOf, oneOf, allOf, not, $ref (into "
        "the schema), bounds of numbers, texts and lists, pattern, uniqueItems.",
        zh=f"无法使用该 JSON Schema：{reason}。支持的关键字：type、properties、required、"
        "additionalProperties、items、enum、const、anyOf、oneOf、allOf、not、$ref（指向自身内部）、"
        "数字、文本和列表的范围、pattern、uniqueItems。",
        code="bad_schema",
    )
