"""Links that name nodes and no pins, `a -> b`: which pins they mean, and saying so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from luban.model.block import BlockSpec, InputPin, Role
from luban.model.link_text import BadLink, parse_endpoint
from luban.model.paths import BadPath
from luban.model.pins import PinKind, PinType, can_become
from luban.sdk.code import BlockSource

Tree = dict[str, Any]
Into = Callable[[str], tuple[str, ...]]


class Note(NamedTuple):
    """What was chosen while importing, for a person to look over."""

    message: str
    message_zh: str


class _End(NamedTuple):
    node: str
    pin: str | None
    """With its path; `None` is to be chosen."""


@dataclass
class Links:
    """The links of one graph on the way to having pins."""

    blocks: BlockSource
    nodes: dict[str, Any]
    into: Into = lambda node: ()
    notes: list[Note] = field(default_factory=list)
    _joined: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]], init=False)
    """The nodes that an open link was found pins for."""

    def completed(self, links: list[Any]) -> list[Any]:
        """The links with pins; those that have them, and those that cannot be read, as they are.

        A link without pins joins the main output to the input of the same name, or to the first
        free required input, or to the first free input that takes such values.
        """
        taken = {
            (end.node, _pin_of(end.pin))
            for end in map(_target, links)
            if end is not None and end.pin is not None
        }
        return [self._completed(link, taken) for link in links]

    def _completed(self, link: Any, taken: set[tuple[str, str]]) -> Any:
        source, target = _source(link), _target(link)
        if source is None or target is None or (source.pin and target.pin):
            return link
        from_spec, to_spec = self._spec(source.node), self._spec(target.node)
        pin = source.pin or _main(from_spec)
        given = _type(from_spec, pin)
        into = target.pin or self._input(target.node, to_spec, pin, given, taken)
        # With all inputs taken it goes where another link does: what comes there, comes in turn.
        if into is None and (source.node, target.node) not in self._joined:
            into = self._input(target.node, to_spec, pin, given, set())
        if pin is None or into is None:
            self._tell_nothing_fits(source, target, pin)
            return link
        taken.add((target.node, _pin_of(into)))
        self._joined.add((source.node, target.node))
        if source.pin is None:
            pin = self._first_part(source.node, from_spec, pin, into)
        written = f"{source.node}.{pin} -> {target.node}.{into}"
        self.notes.append(
            Note(
                f"The link from `{source.node}` to `{target.node}` names no pins; "
                f"read as `{written}`.",
                f"从“{source.node}”到“{target.node}”的连线没有写端口；按 `{written}` 处理。",
            )
        )
        if isinstance(link, dict):
            return {**link, "from": f"{source.node}.{pin}", "to": f"{target.node}.{into}"}
        return written

    def _first_part(self, node: str, spec: BlockSpec | None, pin: str, into: str) -> str:
        """Of a list of things that have what the input is called, that of the first."""
        if not _items_have(spec, pin, into):
            return pin
        part = f"{pin}[0].{into}"
        self.notes.append(
            Note(
                f"`{node}.{pin}` is a list; only `{part}` is taken. To go through all of them, put "
                "`data.for_each` between.",
                f"`{node}.{pin}` 是列表，只取 `{part}`。"
                "若要处理全部，请在中间加上 `data.for_each`。",
            )
        )
        return part

    def _input(
        self,
        node: str,
        spec: BlockSpec | None,
        pin: str | None,
        given: PinType,
        taken: set[tuple[str, str]],
    ) -> str | None:
        if spec is None:
            return pin
        constants = self.nodes.get(node, {}).get("with") or {}
        free = [
            each
            for each in spec.inputs
            if (node, each.name) not in taken and each.name not in constants
        ]
        wanted = [each for each in free if each.required and not _is_own_name(spec, each)]
        same = next((each.name for each in free if each.name == pin), None)
        if same is not None or wanted:
            return same or wanted[0].name
        for written in self.into(node):
            name = written.format(pin=pin)
            if "." in name or any(each.name == name for each in free):
                return name
        fitting = (
            each.name
            for each in free
            if not each.advanced and not _is_own_name(spec, each) and can_become(given, each.type)
        )
        return next(fitting, None)

    def _spec(self, node: str) -> BlockSpec | None:
        block = self.nodes.get(node, {}).get("block")
        code = self.blocks.find(block) if isinstance(block, str) else None
        return None if code is None else code.spec

    def _tell_nothing_fits(self, source: _End, target: _End, pin: str | None) -> None:
        where = f"an input of `{target.node}`" if pin else f"an output of `{source.node}`"
        where_zh = f"“{target.node}”的输入" if pin else f"“{source.node}”的输出"
        self.notes.append(
            Note(
                f"The link from `{source.node}` to `{target.node}` names no pins, and {where} "
                "could not be chosen for it. Name both pins.",
                f"从“{source.node}”到“{target.node}”的连线没有写端口，也无法为它选出{where_zh}。"
                "请写明两端的端口。",
            )
        )


def has_open_links(tree: Tree) -> bool:
    """Whether a graph, or a body in it, has a link without a pin."""
    links = tree.get("links")
    if isinstance(links, list) and any(
        end is not None and end.pin is None
        for link in links
        for end in (_source(link), _target(link))
    ):
        return True
    nodes = tree.get("nodes")
    return isinstance(nodes, dict) and any(has_open_links(body) for _, body in bodies_of(nodes))


def bodies_of(nodes: dict[str, Any]) -> list[tuple[str, Tree]]:
    """The bodies of nodes, by node id."""
    found = [(name, node.get("body")) for name, node in nodes.items() if isinstance(node, dict)]
    return [(name, body) for name, body in found if isinstance(body, dict)]


def _source(link: Any) -> _End | None:
    if isinstance(link, dict):
        return _end(link.get("from"))
    return _end(link.split("->")[0]) if _is_arrow(link) else None


def _target(link: Any) -> _End | None:
    if isinstance(link, dict):
        return _end(link.get("to"))
    return _end(link.split("->")[1]) if _is_arrow(link) else None


def _is_arrow(link: Any) -> bool:
    return isinstance(link, str) and link.count("->") == 1


def _end(text: Any) -> _End | None:
    if not isinstance(text, str) or not text.strip():
        return None
    try:
        end = parse_endpoint(text)
    except (BadLink, BadPath):
        return None if "." in text or "[" in text else _End(text.strip(), None)
    return _End(end.node, str(end).removeprefix(f"{end.node}."))


def _pin_of(path: str | None) -> str:
    """`values.title` takes a part of `values` only: other parts stay free."""
    return path or ""


def _main(spec: BlockSpec | None) -> str | None:
    if spec is None:
        return "result"
    return spec.main_output.name if spec.main_output else None


def _type(spec: BlockSpec | None, pin: str | None) -> PinType:
    found = spec.output_by_name.get(pin or "") if spec else None
    return found.type if found else PinType(PinKind.ANY)


def _items_have(spec: BlockSpec | None, pin: str, name: str) -> bool:
    """Whether an output is a list of objects with this key, as the block's examples show it."""
    found = spec.output_by_name.get(pin) if spec else None
    if spec is None or found is None or found.many or found.kind is not PinKind.LIST:
        return False
    given = next(
        (example.outputs[pin] for example in spec.examples if pin in example.outputs), None
    )
    first: Any = given[0] if isinstance(given, list) and given else None
    return isinstance(first, dict) and name in first


def _is_own_name(spec: BlockSpec, pin: InputPin) -> bool:
    """The name of an input or output node says what it is called; no value goes there."""
    return spec.role in (Role.INPUT, Role.OUTPUT) and pin.name == "name"
