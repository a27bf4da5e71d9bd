"""Which nodes can ever fire, and which cycles can ever stop.

A node can fire when every required pin that is linked can get a token, and at least one linked
pin can (rules 1 and 4). Nodes without links fire by themselves.

A cycle has no exit when, once started, it cannot come to rest. It can come to rest
- at an output that may stay silent: one of several outputs of a block, one that emits any number
  of values, or `error`;
- at a node that also needs a token from outside the cycle for each firing, over a link that is
  not sticky, because those run out.
What is left of the cycle without such links and nodes must not contain a cycle. Blocks whose
several outputs all speak every time are thus let through; the ceilings of a run stop those.
"""

from __future__ import annotations

from collections.abc import Iterator

from luban.engine.cycles import condense
from luban.engine.validation import remarks
from luban.engine.validation.scope import Place, Scope
from luban.model.block import ERROR_PIN, Effect, Role
from luban.model.finding import Finding
from luban.model.graph import Link
from luban.model.paths import Path

Slot = tuple[str, Path]
_SHOWN = 8


def check_reach(scope: Scope) -> Iterator[Finding]:
    """Findings about nodes that never run and cycles that never end, each told at its root."""
    walk = _Walk(scope)
    yield from walk.disabled()
    yield from walk.silent()
    yield from walk.endless()
    yield from _unused(scope)


class _Walk:
    def __init__(self, scope: Scope) -> None:
        self.places = {
            node_id: place for node_id, place in scope.places.items() if place.role is not Role.NOTE
        }
        self.links = scope.good_links()
        self.slots: dict[str, dict[Slot, list[Link]]] = {}
        self.leaving: dict[str, list[Link]] = {}
        for link in self.links:
            slots = self.slots.setdefault(link.target.node, {})
            slots.setdefault((link.target.pin, link.target.path), []).append(link)
            self.leaving.setdefault(link.source.node, []).append(link)
        self.names = list(self.places)
        self.number = {name: index for index, name in enumerate(self.names)}
        arcs = [(self.number[a.source.node], self.number[a.target.node]) for a in self.links]
        self.group_of, self.groups = condense(len(self.names), arcs)
        self.live = self._live()
        self.told: set[str] = set()

    def _live(self) -> set[str]:
        """Every node that can fire: the least set closed under the rule above."""
        live: set[str] = set()
        todo = [name for name in self.places if name not in self.slots]
        while todo:
            name = todo.pop()
            if name in live or self.places[name].node.disabled or not self._may_fire(name, live):
                continue
            live.add(name)
            todo.extend(link.target.node for link in self.leaving.get(name, ()))
        return live

    def _may_fire(self, name: str, live: set[str]) -> bool:
        slots = self.slots.get(name)
        if not slots:
            return True
        fed = [slot for slot, links in slots.items() if any(a.source.node in live for a in links)]
        return bool(fed) and all(
            slot in fed or not self._is_required(self.places[name], slot) for slot in slots
        )

    def _is_required(self, place: Place, slot: Slot) -> bool:
        pin = place.inputs.get(slot[0]) if place.inputs is not None else None
        return pin is None or pin.required

    def _starving(self, name: str) -> list[tuple[Slot, list[Link]]]:
        """The pins that keep a node from firing: required ones, or all if none gets anything."""
        unfed = [
            (slot, links)
            for slot, links in self.slots.get(name, {}).items()
            if not any(link.source.node in self.live for link in links)
        ]
        required = [each for each in unfed if self._is_required(self.places[name], each[0])]
        return required or unfed

    def disabled(self) -> Iterator[Finding]:
        """Nodes that wait for a disabled one."""
        for name, place in self.places.items():
            if name in self.live or place.node.disabled:
                continue
            for (pin, _), links in self._starving(name):
                off = [a for a in links if self.places[a.source.node].node.disabled]
                if len(off) == len(links):
                    self.told.add(name)
                    yield remarks.DISABLED_SOURCE.at(
                        node=place.path,
                        pin=pin,
                        link=str(off[0]),
                        source=self.places[off[0].source.node].path,
                    )

    def silent(self) -> Iterator[Finding]:
        """Groups nothing ever reaches, unless what is before them explains it."""
        for members in self.groups:
            names = [self.names[index] for index in members]
            dead = [n for n in names if n not in self.live and not self.places[n].node.disabled]
            if not dead or self._is_explained(names, dead):
                continue
            path = self.places[dead[0]].path
            if len(dead) > 1 or self._feeds_itself(dead[0]):
                yield remarks.UNREACHABLE_CYCLE.at(node=path, nodes=_listed(dead))
            else:
                (pin, _), _ = self._starving(dead[0])[0]
                yield remarks.UNREACHABLE.at(node=path, pin=pin)

    def _is_explained(self, group: list[str], dead: list[str]) -> bool:
        """Whether a node before this group never runs either, so that the fault lies there."""
        for name in dead:
            if name in self.told:
                return True
            for _, links in self._starving(name):
                outside = [link.source.node for link in links if link.source.node not in group]
                if any(source not in self.live for source in outside):
                    return True
        return False

    def _feeds_itself(self, name: str) -> bool:
        return any(link.target.node == name for link in self.leaving.get(name, ()))

    def endless(self) -> Iterator[Finding]:
        """Cycles without an exit."""
        for number, members in enumerate(self.groups):
            names = [self.names[index] for index in members]
            if len(names) == 1 and not self._feeds_itself(names[0]):
                continue
            restless = {n for n in names if n in self.live and not self._runs_dry(n, number)}
            arcs = [
                (self.number[link.source.node], self.number[link.target.node])
                for name in restless
                for link in self.leaving.get(name, ())
                if link.target.node in restless and not _may_be_silent(self.places[name], link)
            ]
            for cycle in self._cycles(arcs):
                yield remarks.ENDLESS.at(node=self.places[cycle[0]].path, nodes=_listed(cycle))

    def _cycles(self, arcs: list[tuple[int, int]]) -> list[list[str]]:
        _, groups = condense(len(self.names), arcs)
        loops = {before for before, after in arcs if before == after}
        return [
            [self.names[index] for index in members]
            for members in groups
            if len(members) > 1 or members[0] in loops
        ]

    def _runs_dry(self, name: str, group: int) -> bool:
        """Whether each firing takes a token that only the outside of its cycle can give."""
        for slot, links in self.slots.get(name, {}).items():
            inside = any(self.group_of[self.number[a.source.node]] == group for a in links)
            if inside or not self._is_required(self.places[name], slot):
                continue
            if not any(self._is_sticky(link) for link in links):
                return True
        return False

    def _is_sticky(self, link: Link) -> bool:
        if link.sticky is not None:
            return link.sticky
        code = self.places[link.source.node].code
        return code is not None and code.spec.static


def _may_be_silent(place: Place, link: Link) -> bool:
    if link.source.pin == ERROR_PIN.name or place.code is None:
        return True
    spec = place.code.spec
    pin = spec.output_by_name.get(link.source.pin)
    return pin is None or pin.many or len(spec.outputs) > 1


def _unused(scope: Scope) -> Iterator[Finding]:
    """Nodes that only compute, and whose result goes nowhere."""
    linked = {end.node for link in scope.links for end in (link.source, link.target)}
    if len(scope.places) < 2:
        return
    for node_id, place in scope.places.items():
        code = place.code
        if code is None or node_id in linked or place.node.disabled:
            continue
        if place.role is Role.STEP and code.spec.effect is Effect.NONE:
            yield remarks.UNUSED.at(node=place.path)


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return f"{shown}, …" if len(names) > _SHOWN else shown
