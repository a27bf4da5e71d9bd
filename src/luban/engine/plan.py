"""A graph made ready for planning: nodes by number, links resolved, cycles found. Never changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from luban.engine.cycles import condense
from luban.engine.fitting import fitted_graph
from luban.engine.inputs import Gate
from luban.model.block import TOOL_PIN, BlockSpec, Effect, InputPin, Role
from luban.model.errors import LubanError
from luban.model.graph import Body, Graph, GraphSettings, Link, Node, Order
from luban.model.paths import Path
from luban.model.pins import PinKind
from luban.sdk.code import BlockCode, BlockSource


class UnknownBlock(LubanError):
    """A graph uses a block that is not installed."""

    code = "unknown_block"
    status = 422
    en = (
        "The node `{node}` uses the block `{block}`, which is not installed. "
        "Install it, or choose another."
    )
    zh = "节点“{node}”使用的模块“{block}”未安装。请安装它，或换用其他模块。"


@dataclass(slots=True, frozen=True)
class Slot:
    """Where tokens for one input pin, or for one part of it, arrive at a node.

    `sources` are the groups it is linked from, its own group left out; `inner` says that its own
    group is among them, that is, that the link closes a cycle.
    """

    pin: str
    path: Path
    gather: bool
    optional: bool
    sources: tuple[int, ...]
    inner: bool


@dataclass(slots=True, frozen=True)
class Wire:
    """A link as tokens see it: which part to pick, and the slot it ends in."""

    source: int
    pin: str
    pick: Path
    target: NodePlan
    slot: int
    sticky: bool
    streamed: bool
    """Whether the link lies behind an output that emits any number of values."""


@dataclass(slots=True, eq=False)
class NodePlan:
    """One node; `only` is its sole pin when tokens need no matching, the common case.

    `code` and `gate` are there unless it has a `body`; `pure` steps may run on results that are
    not stored yet, `once` steps must never be repeated.
    """

    index: int
    id: str
    group: int
    constants: dict[str, Any]
    any_order: bool
    node: Node
    code: BlockCode | None = None
    gate: Gate | None = None
    pure: bool = False
    once: bool = False
    ends: bool = False
    timeout: float | None = None
    parallel: int = 1
    body: BodyPlan | None = None
    output_name: str | None = None
    main_pin: str = ""
    disabled: bool = False
    slots: tuple[Slot, ...] = ()
    only: Slot | None = None
    wires: dict[str, tuple[Wire, ...]] = field(default_factory=dict[str, "tuple[Wire, ...]"])
    incoming: tuple[Wire, ...] = ()
    is_tool: bool = False
    """Whether it only runs when a node it is linked to uses it."""
    tools: dict[str, tuple[NodePlan, ...]] = field(
        default_factory=dict[str, "tuple[NodePlan, ...]"]
    )
    """The nodes it may use, by the pin they are linked to."""


@dataclass(slots=True, frozen=True)
class BodyPlan:
    """The compiled graph inside a node."""

    body: Body
    plan: Plan


@dataclass(slots=True, frozen=True)
class Plan:
    """A compiled graph. A group is the nodes of one cycle, or one node; groups finish as a whole.

    `closes[g]` are the (node, slot) pairs that wait to know that group g is finished.
    """

    nodes: tuple[NodePlan, ...]
    by_id: dict[str, NodePlan]
    tools: tuple[NodePlan, ...]
    """Nodes that are tools of others; they take no tokens, and are none of `nodes`."""
    settings: GraphSettings
    groups: tuple[tuple[NodePlan, ...], ...]
    upstream: tuple[int, ...]
    downstream: tuple[tuple[int, ...], ...]
    closes: tuple[tuple[tuple[NodePlan, int], ...], ...]
    patient: frozenset[int]
    """Groups holding slots that may fire only once the group has come to rest."""
    streamed: frozenset[int]
    """Groups a stream reaches: they stay silent when it is empty."""
    sources: tuple[NodePlan, ...]
    entry_groups: tuple[int, ...]
    has_bodies: bool
    has_time_limits: bool
    """Whether a whole step may be limited in time."""
    versions: dict[str, int]
    """The blocks it uses, those in bodies included, and their versions.

    Where it uses several of one block, the newest stands under the id, the others under `id@1`.
    """


@runtime_checkable
class _Named(Protocol):
    """A source of blocks that can tell which there are."""

    def names(self) -> Collection[str]: ...


class CalledBlocks:
    """Blocks that the code of other blocks calls by id, as nodes that belong to no graph."""

    def __init__(self, blocks: BlockSource) -> None:
        self._blocks = blocks
        self._plans: dict[str, NodePlan] = {}

    def find(self, block: str) -> NodePlan | None:
        """The block; `None` if it is not installed."""
        plan = self._plans.get(block)
        if plan is None:
            code = self._blocks.find(block)
            if code is None:
                return None
            node = Node(id=block, block=block)  # pyright: ignore[reportCallIssue]
            plan = _node_plan(0, node, 0, code, _SETTINGS, self._blocks)
            self._plans[block] = plan
        return plan

    def family(self, prefix: str) -> list[BlockSpec]:
        """The blocks whose ids begin so, if the source of blocks can tell."""
        if not isinstance(self._blocks, _Named):
            return []
        names = sorted(name for name in self._blocks.names() if name.startswith(prefix))
        found = ((name, self._blocks.find(name)) for name in names)
        return [code.spec for name, code in found if code is not None and code.spec.id == name]

    def forget(self) -> None:
        """Block code was reloaded."""
        self._plans.clear()


_SETTINGS = GraphSettings()  # pyright: ignore[reportCallIssue]


def compile_plan(graph: Graph, blocks: BlockSource) -> Plan:
    """The plan of a graph that was found free of errors. Raises `UnknownBlock`.

    Nodes written for versions that are gone are brought up first, if their blocks can.
    """
    graph = fitted_graph(graph, blocks)
    return _compile(graph.nodes, graph.links, graph.settings, blocks)


def _compile(
    nodes: tuple[Node, ...], links: tuple[Link, ...], settings: GraphSettings, blocks: BlockSource
) -> Plan:
    found = {node.id: _find(node, blocks) for node in nodes}
    offered = {link.source.node for link in links if link.source.pin == TOOL_PIN.name}
    running = [node for node in nodes if node.id not in offered and not _is_note(found[node.id])]
    number = {node.id: index for index, node in enumerate(running)}
    live = [link for link in links if link.source.node in number and link.target.node in number]
    arcs = [(number[link.source.node], number[link.target.node]) for link in live]
    group_of, groups = condense(len(running), arcs)
    plans = tuple(
        _node_plan(index, node, group_of[index], found[node.id], settings, blocks)
        for index, node in enumerate(running)
    )
    _attach(plans, live, number, group_of)
    tools: tuple[NodePlan, ...] = ()
    if offered:
        own = [node for node in nodes if node.id in offered]
        tools = tuple(_node_plan(-1, node, -1, found[node.id], settings, blocks) for node in own)
        _attach_tools(plans, tools, links)
    arcs_of_groups = {(group_of[a], group_of[b]) for a, b in arcs}
    return _assemble(plans, tools, settings, groups, arcs_of_groups)


def _find(node: Node, blocks: BlockSource) -> BlockCode | None:
    if node.block is None:
        return None
    code = blocks.find(node.block)
    if code is None:
        raise UnknownBlock(node=node.id, block=node.block)
    return code


def _is_note(code: BlockCode | None) -> bool:
    return code is not None and code.spec.role is Role.NOTE


def _node_plan(
    index: int,
    node: Node,
    group: int,
    code: BlockCode | None,
    settings: GraphSettings,
    blocks: BlockSource,
) -> NodePlan:
    plan = NodePlan(
        index=index,
        id=node.id,
        group=group,
        constants=dict(node.constants),
        any_order=node.order is Order.ANY,
        node=node,
        parallel=node.parallel,
        code=code,
        disabled=node.disabled,
    )
    if code is not None:
        plan.gate = Gate(code)
        plan.pure = code.spec.effect is Effect.NONE
        plan.once = code.spec.effect is Effect.ONCE
        plan.ends = code.spec.ends_run
        plan.timeout = node.timeout or code.spec.timeout
        if code.spec.role is Role.OUTPUT:
            plan.output_name = str(node.constants.get("name") or node.id)
            main = code.spec.main_output
            plan.main_pin = main.name if main else ""
    if node.body is not None:
        inner = _compile(node.body.nodes, node.body.links, settings, blocks)
        plan.body = BodyPlan(node.body, inner)
    return plan


def _attach(
    plans: tuple[NodePlan, ...], links: list[Link], number: dict[str, int], group_of: list[int]
) -> None:
    """Gives every node its slots and wires."""
    incoming: dict[int, list[Link]] = {}
    for link in links:
        incoming.setdefault(number[link.target.node], []).append(link)
    slot_of: dict[tuple[int, str, Path], int] = {}
    for plan in plans:
        _attach_slots(plan, incoming.get(plan.index, []), slot_of, number, group_of)
    streamed = _streamed(plans, links, number)
    wires: dict[tuple[int, str], list[Wire]] = {}
    arriving: dict[int, list[Wire]] = {}
    for link in links:
        source, target = plans[number[link.source.node]], plans[number[link.target.node]]
        wire = Wire(
            source=source.index,
            pin=link.source.pin,
            pick=link.source.path,
            target=target,
            slot=slot_of[target.index, link.target.pin, link.target.path],
            sticky=_is_static(source) if link.sticky is None else link.sticky,
            streamed=link in streamed,
        )
        wires.setdefault((source.index, link.source.pin), []).append(wire)
        arriving.setdefault(target.index, []).append(wire)
    for (index, pin), found in wires.items():
        plans[index].wires[pin] = tuple(found)
    for index, found in arriving.items():
        plans[index].incoming = tuple(found)


def _attach_tools(
    plans: tuple[NodePlan, ...], tools: tuple[NodePlan, ...], links: tuple[Link, ...]
) -> None:
    """Gives every node its tools; a disabled one is not offered."""
    by_id = {plan.id: plan for plan in (*plans, *tools)}
    for tool in tools:
        tool.is_tool = True
    for link in links:
        if link.source.pin != TOOL_PIN.name:
            continue
        tool, target = by_id.get(link.source.node), by_id.get(link.target.node)
        if tool is None or target is None:
            continue
        pin = link.target.pin
        known = target.tools.setdefault(pin, ())
        if tool.gate is not None and not tool.disabled and tool not in known:
            target.tools[pin] = (*known, tool)
        declared = _input_pin(target, pin)
        if declared is not None and declared.required:  # its code asks `ctx.tools` instead
            target.constants.setdefault(pin, [] if declared.kind is PinKind.LIST else {})


def _attach_slots(
    plan: NodePlan,
    links: list[Link],
    slot_of: dict[tuple[int, str, Path], int],
    number: dict[str, int],
    group_of: list[int],
) -> None:
    parts: dict[tuple[str, Path], set[int]] = {}
    for link in links:
        groups = parts.setdefault((link.target.pin, link.target.path), set())
        groups.add(group_of[number[link.source.node]])
    slots: list[Slot] = []
    for (pin, path), groups in parts.items():
        declared = _input_pin(plan, pin)
        slot_of[plan.index, pin, path] = len(slots)
        slots.append(
            Slot(
                pin=pin,
                path=path,
                gather=bool(declared and declared.gather),
                optional=not (declared and declared.required),
                sources=tuple(sorted(groups - {plan.group})),
                inner=plan.group in groups,
            )
        )
    plan.slots = tuple(slots)
    plan.only = slots[0] if len(slots) == 1 and not slots[0].gather else None


def _input_pin(plan: NodePlan, pin: str) -> InputPin | None:
    """The declared pin; a body's pins are its input nodes, all of them required."""
    if plan.code is not None:
        return plan.code.spec.input_by_name.get(pin)
    return InputPin(name=pin)


def _is_static(plan: NodePlan) -> bool:
    return plan.code is not None and plan.code.spec.static


def _spec(plan: NodePlan) -> BlockSpec | None:
    return None if plan.code is None else plan.code.spec


def _streamed(plans: tuple[NodePlan, ...], links: list[Link], number: dict[str, int]) -> set[Link]:
    """The links behind an output of many values, up to the pins that gather them."""
    leaving: dict[int, list[Link]] = {}
    for link in links:
        leaving.setdefault(number[link.source.node], []).append(link)
    found: set[Link] = set()
    todo = [link for link in links if _is_many(plans[number[link.source.node]], link.source.pin)]
    while todo:
        link = todo.pop()
        if link in found:
            continue
        found.add(link)
        target = plans[number[link.target.node]]
        declared = _input_pin(target, link.target.pin)
        if not (declared and declared.gather):
            todo.extend(leaving.get(target.index, ()))
    return found


def _is_many(plan: NodePlan, pin: str) -> bool:
    spec = _spec(plan)
    declared = spec.output_by_name.get(pin) if spec else None
    return bool(declared and declared.many)


def _assemble(
    plans: tuple[NodePlan, ...],
    tools: tuple[NodePlan, ...],
    settings: GraphSettings,
    groups: list[list[int]],
    arcs: set[tuple[int, int]],
) -> Plan:
    upstream = [0] * len(groups)
    downstream: list[list[int]] = [[] for _ in groups]
    for before, after in sorted(arcs):
        if before != after:
            upstream[after] += 1
            downstream[before].append(after)
    closes: list[list[tuple[NodePlan, int]]] = [[] for _ in groups]
    patient: set[int] = set()
    for plan in plans:
        if plan.only is not None:
            continue
        for number, slot in enumerate(plan.slots):
            if not (slot.gather or slot.optional):
                continue
            for group in slot.sources:
                closes[group].append((plan, number))
            if slot.inner:
                patient.add(plan.group)
    return Plan(
        nodes=plans,
        by_id={plan.id: plan for plan in plans},
        tools=tools,
        settings=settings,
        groups=tuple(tuple(plans[index] for index in group) for group in groups),
        upstream=tuple(upstream),
        downstream=tuple(tuple(after) for after in downstream),
        closes=tuple(tuple(pairs) for pairs in closes),
        patient=frozenset(patient),
        streamed=frozenset(
            plan.group for plan in plans if any(wire.streamed for wire in plan.incoming)
        ),
        sources=tuple(plan for plan in plans if not plan.slots and not plan.disabled),
        entry_groups=tuple(group for group, count in enumerate(upstream) if count == 0),
        has_bodies=any(plan.body is not None for plan in plans),
        has_time_limits=any(plan.node.timeout_total is not None for plan in plans),
        versions=_versions((*plans, *tools)),
    )


def _versions(plans: tuple[NodePlan, ...]) -> dict[str, int]:
    by_id: dict[str, set[int]] = {}
    for id, version in _used(plans):
        by_id.setdefault(id, set()).add(version)
    found: dict[str, int] = {}
    for id, versions in by_id.items():
        newest, *others = sorted(versions, reverse=True)
        found[id] = newest
        found |= {f"{id}@{version}": version for version in others}
    return found


def _used(plans: tuple[NodePlan, ...]) -> Iterator[tuple[str, int]]:
    for plan in plans:
        if plan.code is not None:
            yield plan.code.spec.id, plan.code.spec.version
        if plan.body is not None:
            yield from _used((*plan.body.plan.nodes, *plan.body.plan.tools))
