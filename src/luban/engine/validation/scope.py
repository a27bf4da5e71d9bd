"""One graph under check: its nodes with the pins they have, whether by a block or by a body."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from luban.model.block import ERROR_PIN, TOOL_PIN, InputPin, OutputPin, Role
from luban.model.block_reference import read_reference
from luban.model.finding import Finding
from luban.model.graph import Body, BodyMode, Link, Node
from luban.model.pins import PinKind
from luban.sdk.code import BlockCode, BlockSource


@dataclass(frozen=True)
class Place:
    """A node as the check sees it; without pins when its block is not known."""

    node: Node
    path: str
    code: BlockCode | None = None
    inputs: dict[str, InputPin] | None = None
    outputs: dict[str, OutputPin] | None = None

    @property
    def role(self) -> Role:
        return Role.STEP if self.code is None else self.code.spec.role

    @property
    def pin_name(self) -> str:
        """The name an input or output node has on the outside."""
        name = self.node.constants.get("name")
        return name if isinstance(name, str) and name else self.node.id


@dataclass
class Scope:
    """The nodes and links of a graph, or of a body, and what was found in them."""

    places: dict[str, Place]
    links: Sequence[Link]
    prefix: str = ""
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def owner(self) -> str | None:
        """The path of the node whose body this is."""
        return self.prefix.removesuffix("/") or None

    @cached_property
    def tool_links(self) -> list[Link]:
        """Links that make a node a tool of another; no token travels along them."""
        return [link for link in self.links if link.source.pin == TOOL_PIN.name]

    @cached_property
    def token_links(self) -> list[Link]:
        """All other links."""
        return [link for link in self.links if link.source.pin != TOOL_PIN.name]

    @cached_property
    def tools(self) -> frozenset[str]:
        """The ids of nodes that are tools."""
        return frozenset(link.source.node for link in self.tool_links)

    def good_links(self) -> list[Link]:
        """Links that carry tokens, both ends of which are nodes that run."""
        return [link for link in self.token_links if self._runs(link)]

    def _runs(self, link: Link) -> bool:
        ends = (self.places.get(link.source.node), self.places.get(link.target.node))
        return all(end is not None and end.role is not Role.NOTE for end in ends)


class Hint(NamedTuple):
    """What may have been meant, in both languages."""

    en: str
    zh: str


def scope_of(
    nodes: Iterable[Node], links: Sequence[Link], blocks: BlockSource, prefix: str
) -> Scope:
    places = {node.id: _place(node, blocks, prefix + node.id) for node in nodes}
    return Scope(places, links, prefix)


def meant(name: str, known: Collection[str]) -> Hint:
    """The nearest known name, else all of them if they are few."""
    close = difflib.get_close_matches(name[:80], known, n=1, cutoff=0.6)
    if close:
        return Hint(f"Use `{close[0]}`.", f"请改为“{close[0]}”。")
    if not known:
        return Hint("There is none to choose from.", "没有可选的名称。")
    shown = sorted(known)[:12]
    more, more_zh = (", …", "……") if len(known) > len(shown) else ("", "")
    listed = ", ".join(f"`{each}`" for each in shown)
    return Hint(f"There are: {listed}{more}.", f"可选：{'、'.join(shown)}{more_zh}。")


def _place(node: Node, blocks: BlockSource, path: str) -> Place:
    if node.body is not None:
        inputs, outputs = _body_pins(node.body, blocks)
        return Place(node, path, inputs=inputs, outputs=outputs)
    code = _code(node, blocks)
    if code is None:
        return Place(node, path)
    spec = code.spec
    return Place(node, path, code, spec.input_by_name, spec.output_by_name)


def _code(node: Node, blocks: BlockSource) -> BlockCode | None:
    """The block of a node; where its version is gone the newest, to say what does not fit that."""
    if node.block is None:
        return None
    return blocks.find(node.block) or blocks.find(read_reference(node.block).block)


def _body_pins(body: Body, blocks: BlockSource) -> tuple[dict[str, InputPin], dict[str, OutputPin]]:
    """A body's pins are its input and output nodes; a map gives every output as one list."""
    mapped = body.mode is BodyMode.MAP
    inputs: dict[str, InputPin] = {}
    outputs: dict[str, OutputPin] = {}
    if mapped and body.over:
        inputs[body.over] = InputPin(name=body.over, kind=PinKind.LIST)
    for node in body.nodes:
        code = _code(node, blocks)
        if code is None or node.disabled:
            continue
        place = Place(node, node.id, code)
        name = place.pin_name
        if place.role is Role.INPUT and not (mapped and name == body.over):
            inputs[name] = _body_input(place, name)
        elif place.role is Role.OUTPUT:
            kind = PinKind.LIST if mapped else PinKind.ANY
            outputs[name] = OutputPin(name=name, kind=kind)
    outputs[ERROR_PIN.name] = ERROR_PIN
    return inputs, outputs


def _body_input(place: Place, name: str) -> InputPin:
    constants = place.node.constants
    main = place.code.spec.main_output if place.code else None
    optional = constants.get("required") is False or constants.get("value") is not None
    return InputPin(
        name=name,
        kind=main.kind if main else PinKind.ANY,
        item_kind=main.item_kind if main else None,
        required=not optional,
    )
