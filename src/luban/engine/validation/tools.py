"""Nodes linked as tools: they carry no tokens, so other rules than those of links hold for them."""

from __future__ import annotations

from collections.abc import Iterator

from luban.engine.validation import remarks
from luban.engine.validation.scope import Place, Scope
from luban.model.block import Role
from luban.model.finding import Finding
from luban.model.graph import Link
from luban.model.pins import KIND_ZH, PinKind, PinType


def check_tools(scope: Scope) -> Iterator[Finding]:
    """What is wrong with links that start from `as_tool`, and with the nodes they start from."""
    for link in scope.tool_links:
        source, target = scope.places.get(link.source.node), scope.places.get(link.target.node)
        if source is not None and target is not None:  # else told as an unknown node
            yield from _ends(link, source, target)
    for name in dict.fromkeys(link.source.node for link in scope.tool_links):
        place = scope.places.get(name)
        if place is not None:
            yield from _node(scope, place)


def takes_tools(kind: PinType) -> bool:
    """Whether a pin is for tools."""
    return PinKind.TOOL in (kind.kind, kind.item)


def _ends(link: Link, source: Place, target: Place) -> Iterator[Finding]:
    if source.node.body is not None:
        yield remarks.BODY_AS_TOOL.at(node=source.path, link=str(link))
    elif source.role is not Role.STEP:
        yield remarks.NOT_A_TOOL.at(node=source.path, link=str(link), block=source.node.block)
    if target.inputs is None:
        return
    pin = target.inputs.get(link.target.pin)
    if pin is None:  # told as an unknown pin
        return
    if link.source.path or link.target.path or not takes_tools(pin.type):
        yield remarks.TOOL_NOT_TAKEN.at(
            node=target.path,
            pin=link.target.pin,
            link=str(link),
            source=source.path,
            wanted=str(pin.type),
            wanted_zh=f"{KIND_ZH[pin.item_kind]}的列表" if pin.item_kind else KIND_ZH[pin.kind],
        )


def _node(scope: Scope, place: Place) -> Iterator[Finding]:
    if place.node.disabled:
        yield remarks.DISABLED_TOOL.at(node=place.path)
    for link in scope.token_links:
        if place.node.id in (link.source.node, link.target.node):
            yield remarks.TOOL_NODE_LINKED.at(node=place.path, link=str(link))
