"""Constants of nodes: whether the block will take them, and whether any are missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from luban.engine.validation import remarks
from luban.engine.validation.scope import Place, Scope, meant
from luban.model.block import InputPin
from luban.model.errors import LubanError
from luban.model.finding import Finding
from luban.model.graph import Body, BodyMode
from luban.model.outside_files import with_stand_ins
from luban.model.pins import PinKind, PinType, coerce
from luban.model.rejection import rejection

_HIDDEN = "•••"


def check_inputs(scope: Scope) -> Iterator[Finding]:
    """What is wrong with the values that nodes hold or lack."""
    linked: dict[str, set[str]] = {}
    for link in scope.links:
        linked.setdefault(link.target.node, set()).add(link.target.pin)
    for place in scope.places.values():
        if place.inputs is None:
            continue
        pins = linked.get(place.node.id, set())
        if place.node.body is not None:
            yield from _check_body(place, place.node.body)
        yield from _unknown(place)
        if place.node.id not in scope.tools:  # what a tool lacks are its arguments
            yield from _missing(place, pins)
        yield from _invalid(place, pins)


def _check_body(place: Place, body: Body) -> Iterator[Finding]:
    assert place.inputs is not None  # told by the caller
    assert place.outputs is not None
    if body.mode is BodyMode.MAP:
        if not body.over:
            yield remarks.BODY_OVER_MISSING.at(node=place.path)
        elif body.over not in _own_inputs(body):
            hint = meant(body.over, _own_inputs(body))
            yield remarks.BODY_OVER_UNKNOWN.at(
                node=place.path, pin=body.over, hint=hint.en, hint_zh=hint.zh
            )
    elif not body.until:
        yield remarks.BODY_UNTIL_MISSING.at(node=place.path)
    elif body.until not in place.outputs:
        hint = meant(body.until, place.outputs)
        yield remarks.BODY_UNTIL_UNKNOWN.at(
            node=place.path, pin=body.until, hint=hint.en, hint_zh=hint.zh
        )


def _own_inputs(body: Body) -> set[str]:
    """Names that nodes without links in a body may ask for; input nodes have none."""
    targets = {link.target.node for link in body.links}
    return {
        Place(node, node.id).pin_name
        for node in body.nodes
        if node.id not in targets and not node.disabled
    }


def _unknown(place: Place) -> Iterator[Finding]:
    assert place.inputs is not None
    for name in place.node.constants:
        if name not in place.inputs:
            hint = meant(name, place.inputs)
            yield remarks.UNKNOWN_INPUT.at(node=place.path, pin=name, hint=hint.en, hint_zh=hint.zh)


def _missing(place: Place, linked: set[str]) -> Iterator[Finding]:
    assert place.inputs is not None
    if place.node.disabled:
        return
    for pin in place.inputs.values():
        if pin.required and pin.name not in linked and pin.name not in place.node.constants:
            yield remarks.MISSING_INPUT.at(node=place.path, pin=pin.name)


def _invalid(place: Place, linked: set[str]) -> Iterator[Finding]:
    """Values the block refuses; those of linked pins are never used, and so not looked at."""
    assert place.inputs is not None
    ready: dict[str, Any] = {}
    for name, value in place.node.constants.items():
        pin = place.inputs.get(name)
        if pin is None or name in linked:
            continue
        try:
            to = _token_type(pin)
            ready[name] = coerce(with_stand_ins(value, to), to)
        except (LubanError, RecursionError) as error:
            yield _refused(place, pin, name, value, error)
    if place.code is None:
        return
    try:
        place.code.validate(ready)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=True):
            yield from _rejected(place, place.inputs, ready, linked, each)
    except Exception as error:  # noqa: BLE001  a block's own validators are foreign code
        said = f"{type(error).__name__}: {error}"
        yield remarks.UNUSABLE_VALUES.at(node=place.path, cause=said, cause_zh=said)


def _token_type(pin: InputPin) -> PinType:
    """What the constant of a pin must become; a gathering pin holds all its values as one list."""
    return PinType(PinKind.LIST, pin.item_kind) if pin.gather else pin.type


def _refused(place: Place, pin: InputPin, name: str, value: object, error: Exception) -> Finding:
    known = error if isinstance(error, LubanError) else LubanError(cause="too deep")
    expected = str(known.params.get("expected", pin.type))
    expected_zh = str(known.params.get("expected_zh", expected))
    return remarks.INVALID_VALUE.at(
        node=place.path,
        pin=name,
        place=name,
        value=_HIDDEN if pin.secret else value,
        expected=f"it must be {_with_article(expected)}",
        expected_zh=f"必须是{expected_zh}",
    )


def _rejected(
    place: Place,
    inputs: dict[str, InputPin],
    ready: dict[str, Any],
    linked: set[str],
    error: ErrorDetails,
) -> Iterator[Finding]:
    why = rejection(error)
    name = str(error["loc"][0]) if error["loc"] else ""
    if not name:
        if not linked and set(ready) >= {pin.name for pin in inputs.values() if pin.required}:
            yield remarks.UNUSABLE_VALUES.at(
                node=place.path, cause=why.expected, cause_zh=why.expected_zh
            )
        return
    pin = inputs.get(name)
    if pin is None or name not in ready:  # told as unknown, as missing, or as refused before
        return
    hidden = pin.secret
    yield remarks.INVALID_VALUE.at(
        node=place.path,
        pin=name,
        place=why.path,
        value=_HIDDEN if hidden else why.value,
        expected="it is not valid" if hidden else why.expected,
        expected_zh="不符合要求" if hidden else why.expected_zh,
    )


def _with_article(kind: str) -> str:
    if kind in ("text", "any"):
        return kind
    return f"an {kind}" if kind[:1] in "aeiou" else f"a {kind}"
