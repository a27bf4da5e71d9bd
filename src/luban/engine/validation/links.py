"""Links: whether both ends are there, and whether the value of one can become that of the other."""

from __future__ import annotations

from collections.abc import Iterator

from luban.engine.validation import remarks
from luban.engine.validation.scope import Place, Scope, meant
from luban.engine.validation.tools import takes_tools
from luban.model.block import TOOL_PIN, InputPin, OutputPin, Role
from luban.model.finding import Finding
from luban.model.graph import Endpoint, Link
from luban.model.pins import KIND_ZH, PinKind, PinType, can_become

_WITHOUT_PARTS = frozenset({PinKind.TEXT, PinKind.NUMBER, PinKind.BOOLEAN, PinKind.DATE})
_DOUBTFUL = frozenset(
    {
        (PinKind.OBJECT, PinKind.FILE),
        (PinKind.OBJECT, PinKind.IMAGE),
        (PinKind.FILE, PinKind.IMAGE),
        (PinKind.TEXT, PinKind.FILE),
        (PinKind.TEXT, PinKind.IMAGE),
    }
)
"""Links that work only if the value happens to be of the special form."""


def check_links(scope: Scope) -> Iterator[Finding]:
    for link in scope.links:
        ends = (_node(scope, link, link.source), _node(scope, link, link.target))
        for end in ends:
            if isinstance(end, Finding):
                yield end
        source, target = ends
        if isinstance(source, Place) and isinstance(target, Place):
            yield from _pins(link, source, target)


def _node(scope: Scope, link: Link, end: Endpoint) -> Place | Finding:
    place = scope.places.get(end.node)
    if place is not None:
        return place
    hint = meant(end.node, scope.places)
    return remarks.UNKNOWN_NODE.at(
        node=scope.owner, link=str(link), name=end.node, hint=hint.en, hint_zh=hint.zh
    )


def _pins(link: Link, source: Place, target: Place) -> Iterator[Finding]:
    given = wanted = None
    as_tool = link.source.pin == TOOL_PIN.name
    if source.outputs is not None and not as_tool:
        known = {} if source.role is Role.NOTE else source.outputs
        given = known.get(link.source.pin)
        if given is None:
            hint = meant(link.source.pin, known)
            yield remarks.UNKNOWN_OUTPUT.at(
                node=source.path,
                pin=link.source.pin,
                link=str(link),
                hint=hint.en,
                hint_zh=hint.zh,
            )
    if target.inputs is not None:
        takes = {} if target.role is Role.NOTE else target.inputs
        wanted = takes.get(link.target.pin)
        if wanted is None:
            hint = meant(link.target.pin, takes)
            yield remarks.UNKNOWN_INPUT.at(
                node=target.path,
                pin=link.target.pin,
                link=str(link),
                hint=hint.en,
                hint_zh=hint.zh,
            )
    if as_tool:
        return  # the rest is told by the rules of tools
    whole = [_parts(link, source, link.source, given), _parts(link, target, link.target, wanted)]
    yield from (each for each in whole if each is not None)
    if given is not None and wanted is not None and not any(whole):
        yield from _types(link, target, given, wanted)


def _parts(
    link: Link, place: Place, end: Endpoint, pin: OutputPin | InputPin | None
) -> Finding | None:
    """A path into what has no parts."""
    if pin is None or not end.path or pin.kind not in _WITHOUT_PARTS:
        return None
    return remarks.NO_PARTS.at(
        node=place.path,
        pin=end.pin,
        link=str(link),
        source=str(end),
        given=pin.kind.value,
        given_zh=KIND_ZH[pin.kind],
    )


def _types(link: Link, target: Place, given: OutputPin, wanted: InputPin) -> Iterator[Finding]:
    if takes_tools(wanted.type):
        yield remarks.ONLY_TOOLS.at(
            node=target.path, pin=wanted.name, link=str(link), source=str(link.source)
        )
        return
    gives = _part(given.type, link.source.path)
    takes = _part(_each(wanted), link.target.path)
    if not can_become(gives, takes):
        remark = remarks.TYPE_MISMATCH
    elif (gives.kind, takes.kind) in _DOUBTFUL:
        remark = remarks.DOUBTFUL_TYPE
    else:
        return
    yield remark.at(
        node=target.path,
        pin=link.target.pin,
        link=str(link),
        source=str(link.source),
        target=str(link.target),
        given=str(gives),
        given_zh=_zh(gives),
        wanted=str(takes),
        wanted_zh=_zh(takes),
    )


def _each(pin: InputPin) -> PinType:
    """What one token must become: an item, where a pin gathers its tokens into a list."""
    return PinType(pin.item_kind or PinKind.ANY) if pin.gather else pin.type


def _part(whole: PinType, path: tuple[str | int, ...]) -> PinType:
    """The type of what lies at a path: known for the items of a list, else anything."""
    if not path:
        return whole
    if len(path) == 1 and whole.kind is PinKind.LIST and whole.item and isinstance(path[0], int):
        return PinType(whole.item)
    return PinType(PinKind.ANY)


def _zh(pin: PinType) -> str:
    return f"{KIND_ZH[pin.item]}的列表" if pin.item else KIND_ZH[pin.kind]
