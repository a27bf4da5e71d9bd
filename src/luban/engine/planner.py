"""Decides what a run does next: an event in, steps to start out. Pure: no clock, no I/O, no tasks.

Live running, recovery and history all feed it the same events in the same order, so the state of
a run is the fold of its journal. The rules are those of `docs/explanation/graphs.md`; numbers in
comments refer to them.
"""

from __future__ import annotations

from typing import Any

from luban.engine import bodies
from luban.engine.inputs import Lacking
from luban.engine.plan import NodePlan, Plan, Wire
from luban.engine.state import Firing, Frame, Held, Waiting
from luban.model.block import Role
from luban.model.events import (
    AttemptFailed,
    Event,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    StepEmitted,
    StepFailed,
    StepFinished,
    StepStarted,
)
from luban.model.graph import Limits, OnError
from luban.model.paths import PathMissing, build, pick
from luban.model.run import Starved


class Planner:
    """The state of one run, and the only thing that changes it.

    `pending` are the steps that were decided and have not ended, keyed by path and iteration.
    For them, `emitted` counts the values already sent, `attempts` the attempts that failed, and
    `begun` holds those announced before they were made. `aborted` collects steps that must be
    given up because the body they belong to failed; whoever runs steps empties it.
    """

    def __init__(self, plan: Plan, inputs: dict[str, Any]) -> None:
        self.plan = plan
        self.limits: Limits = plan.settings.limits
        self._most_steps = self.limits.steps
        self.root = Frame.of(plan, inputs)
        self.pending: dict[tuple[str, int], Firing] = {}
        self.emitted: dict[tuple[str, int], int] = {}
        self.attempts: dict[tuple[str, int], int] = {}
        self.begun: set[tuple[str, int]] = set()
        self.aborted: list[tuple[str, int]] = []
        self.withheld: list[Firing] = []
        self.starved: list[Starved] = []
        self.steps = 0
        self.tokens = 0
        self.usd = 0.0
        self.paused: tuple[str, float] | None = None
        self.failed: dict[str, Any] | None = None
        self.halted = False
        self.started_at: float | None = None
        self.idle_seconds = 0.0
        self._paused_at: float | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.halted or self.root.unfinished == 0

    @property
    def outputs(self) -> dict[str, Any]:
        return self.root.results()

    def in_flight(self) -> list[Firing]:
        """The steps that were started and have not ended, in the order they were decided."""
        withheld = {(firing.path, firing.iteration) for firing in self.withheld}
        return [firing for key, firing in self.pending.items() if key not in withheld]

    def start(self) -> list[Firing]:
        """The first steps of the run."""
        out: list[Firing] = []
        self.enter(self.root, out)
        return self._granted(out)

    def apply(self, event: Event) -> list[Firing]:
        """Takes in what happened and returns the steps it makes possible."""
        match event:
            case StepFinished():
                return self._finished(event)
            case StepEmitted():
                return self._emitted(event)
            case StepFailed():
                return self._failed(event)
            case AttemptFailed():
                self.attempts[event.node, event.iteration] = event.attempt
                return []
            case StepStarted():
                self.begun.add((event.node, event.iteration))
                return []
            case RunEnded():
                return []
            case RunStarted():
                self.started_at = event.at
                return []
            case RunPaused():
                self.paused = (event.limit, event.value)
                self._paused_at = event.at
                return []
            case RunResumed():
                return self._resumed(event)

    # -- steps ------------------------------------------------------------------------------

    def _finished(self, event: StepFinished) -> list[Firing]:
        key = (event.node, event.iteration)
        firing = self.pending.pop(key, None)
        if firing is None:  # its body failed meanwhile
            return []
        if self.emitted or self.attempts or self.begun:
            self._forget(key)
        if event.usage is not None:
            self._spend(event.usage)
        return self._granted(self._conclude(firing, event.emissions))

    def _emitted(self, event: StepEmitted) -> list[Firing]:
        key = (event.node, event.iteration)
        firing = self.pending.get(key)
        if firing is None:
            return []
        self.emitted[key] = event.number + 1
        out: list[Firing] = []
        frame, node = firing.frame, firing.node
        if node.any_order or frame.delivered[node.index] == event.iteration:
            self._deliver(frame, node, [(event.pin, event.value)], out)
        else:
            held = frame.held.setdefault((node.index, event.iteration), Held([]))
            held.emissions.append((event.pin, event.value))
        return self._granted(out)

    def _failed(self, event: StepFailed) -> list[Firing]:
        key = (event.node, event.iteration)
        firing = self.pending.pop(key, None)
        if firing is None:
            return []
        self._forget(key)
        if event.usage is not None:
            self._spend(event.usage)
        return self._granted(self.fail(firing, event.error))

    def _forget(self, key: tuple[str, int]) -> None:
        self.emitted.pop(key, None)
        self.attempts.pop(key, None)
        self.begun.discard(key)

    def fail(self, firing: Firing, error: dict[str, Any]) -> list[Firing]:
        """A step failed for good: its error pin, else the body it is in, else the run (rule 5)."""
        if "error" in firing.node.wires:
            return self._conclude(firing, [("error", error)])
        out: list[Firing] = []
        repeat = firing.frame.repeat
        if repeat is not None:
            bodies.abandon(self, repeat)
            return self.fail(repeat.firing, error)
        self.failed = self.failed or error
        if self.plan.settings.on_error is OnError.FAIL:
            self.halted = True
            self.aborted.extend(self.pending)
            self.pending.clear()
            return out
        return self._conclude(firing, [])

    def _conclude(self, firing: Firing, emissions: list[Any]) -> list[Firing]:
        """Delivers a step's last emissions, in the order of firings, and closes what is done."""
        out: list[Firing] = []
        frame, node, _, iteration, _ = firing
        index, group = node.index, node.group
        if node.any_order:
            self._deliver(frame, node, emissions, out)
        elif frame.delivered[index] == iteration:
            if emissions:
                self._deliver(frame, node, emissions, out)
            frame.delivered[index] = iteration + 1
            if frame.held:
                self._deliver_held(frame, node, out)
        else:
            held = frame.held.setdefault((index, iteration), Held([]))
            held.emissions.extend(emissions)
            held.finished = True
        frame.active[group] = active = frame.active[group] - 1
        if active == 0 and frame.open[group] == 0:
            self._settle(frame, group, out)
        return out

    def _deliver_held(self, frame: Frame, node: NodePlan, out: list[Firing]) -> None:
        while held := frame.held.pop((node.index, frame.delivered[node.index]), None):
            self._deliver(frame, node, held.emissions, out)
            if not held.finished:
                return
            frame.delivered[node.index] += 1

    # -- tokens -----------------------------------------------------------------------------

    def _deliver(
        self, frame: Frame, node: NodePlan, emissions: list[Any], out: list[Firing]
    ) -> None:
        wires = node.wires
        for pin, value in emissions:
            for wire in wires.get(pin, ()):
                target = wire.target
                token = _picked(value, wire) if wire.pick else value
                slot = target.only
                if slot is None:
                    self._arrive(frame, wire, token, out)
                elif not target.disabled:
                    inputs = dict(target.constants)
                    if slot.path:
                        token = build(inputs.get(slot.pin), slot.path, token)
                    inputs[slot.pin] = token
                    self.fire(frame, target, inputs, out)
            if node.output_name is not None and pin == node.main_pin:
                frame.outputs.setdefault(node.output_name, []).append(value)

    def _arrive(self, frame: Frame, wire: Wire, token: Any, out: list[Firing]) -> None:
        """A token reaches a node that joins several slots (rule 1)."""
        node = wire.target
        if node.disabled:
            return
        waiting = self._waiting(frame, node)
        queue, slot = waiting.queues[wire.slot], node.slots[wire.slot]
        if not slot.gather and not queue and not self._excused(waiting, wire.slot, node):
            waiting.missing -= 1
        queue.append((token, wire.sticky))
        self._match(frame, node, waiting, out)

    def _waiting(self, frame: Frame, node: NodePlan) -> Waiting:
        waiting = frame.waiting.get(node.index)
        if waiting is None:
            waiting = frame.waiting[node.index] = Waiting.at(node)
        return waiting

    @staticmethod
    def _excused(waiting: Waiting, number: int, node: NodePlan) -> bool:
        """Whether a slot without tokens does not hold its node back."""
        if waiting.kept[number] is not None:
            return True
        slot = node.slots[number]
        return slot.optional and waiting.closed[number] and not slot.gather

    def _match(self, frame: Frame, node: NodePlan, waiting: Waiting, out: list[Firing]) -> None:
        """Fires a node as often as its tokens allow."""
        while waiting.missing == 0 and _has_fresh(node, waiting):
            self.fire(frame, node, self._take(node, waiting), out)

    def _take(self, node: NodePlan, waiting: Waiting) -> dict[str, Any]:
        """One token from every slot, added to the constants."""
        inputs = dict(node.constants)
        for number, slot in enumerate(node.slots):
            queue = waiting.queues[number]
            if slot.gather:
                if not waiting.closed[number] or _is_default(waiting, number):
                    continue
                value: Any = [token for token, _ in queue]
                queue.clear()
                waiting.kept[number] = None
                waiting.missing += 1  # a gathering pin gives its list once
            elif queue:
                value, sticky = queue.popleft()
                if sticky:
                    waiting.kept[number] = (value,)
                if not queue and not self._excused(waiting, number, node):
                    waiting.missing += 1
            elif (kept := waiting.kept[number]) is not None:
                value = kept[0]
            else:
                continue
            if slot.path:
                value = build(inputs.get(slot.pin), slot.path, value)
            inputs[slot.pin] = value
        return inputs

    def fire(self, frame: Frame, node: NodePlan, inputs: dict[str, Any], out: list[Firing]) -> None:
        """Decides one step, or opens the body of its node."""
        iteration = frame.fired[node.index]
        frame.fired[node.index] = iteration + 1
        frame.active[node.group] += 1
        path = frame.path + node.id if frame.path else node.id
        firing = Firing(frame, node, path, iteration, inputs)
        if node.body is None:
            self.pending[path, iteration] = firing
            out.append(firing)
        else:
            bodies.begin(self, firing, node.body, out)

    # -- finishing --------------------------------------------------------------------------

    def enter(self, frame: Frame, out: list[Firing]) -> None:
        """Starts a frame: nodes without links fire, groups nothing can reach are finished."""
        for node in frame.plan.sources:
            self.fire(frame, node, _with_run_input(node, frame), out)
        for group in frame.plan.entry_groups:
            if frame.active[group] == 0 and not frame.done[group]:
                self._settle(frame, group, out)
        if not frame.plan.groups:
            self._rest(frame, out)

    def _settle(self, frame: Frame, group: int, out: list[Firing]) -> None:
        """Finishes a group at rest, and every group that is at rest because of it (rule 4)."""
        todo = [group]
        plan, done, active, still_open = frame.plan, frame.done, frame.active, frame.open
        while todo:
            group = todo.pop()
            if done[group] or active[group] or still_open[group]:
                continue
            if group in plan.patient and self._close_inner(frame, group, out):
                continue
            done[group] = True
            frame.unfinished -= 1
            if group in plan.streamed:
                _note_empty_streams(frame, group)
            for node, number in plan.closes[group]:
                self._close(frame, node, number, out)
            for after in plan.downstream[group]:
                still_open[after] -= 1
                if still_open[after] == 0 and active[after] == 0:
                    todo.append(after)
        if frame.unfinished == 0:
            self._rest(frame, out)

    def _close(self, frame: Frame, node: NodePlan, number: int, out: list[Firing]) -> None:
        """One group feeding a slot is finished; after the last of them the slot is closed."""
        waiting = self._waiting(frame, node)
        waiting.open_sources[number] -= 1
        if waiting.open_sources[number] == 0 and not node.slots[number].inner:
            self._close_slot(frame, node, waiting, number, out)

    def _close_inner(self, frame: Frame, group: int, out: list[Firing]) -> bool:
        """A cycle came to rest: its own slots may be taken as closed, one node at a time."""
        for node in frame.plan.groups[group]:
            if node.only is not None:
                continue
            waiting = self._waiting(frame, node)
            for number, slot in enumerate(node.slots):
                if not slot.inner or waiting.closed[number] or waiting.open_sources[number]:
                    continue
                if not (slot.gather or slot.optional):
                    continue
                before = len(out)
                self._close_slot(frame, node, waiting, number, out)
                if len(out) > before or frame.active[group]:
                    return True
        return False

    def _close_slot(
        self, frame: Frame, node: NodePlan, waiting: Waiting, number: int, out: list[Firing]
    ) -> None:
        waiting.closed[number] = True
        slot, queue = node.slots[number], waiting.queues[number]
        if slot.gather:
            if queue or slot.optional or _feeds_empty_stream(frame, node, number):
                waiting.missing -= 1
                if not queue and not _feeds_empty_stream(frame, node, number):
                    waiting.kept[number] = _DEFAULT
        elif slot.optional and not queue and waiting.kept[number] is None:
            waiting.missing -= 1
        if not node.disabled:
            self._match(frame, node, waiting, out)

    def _rest(self, frame: Frame, out: list[Firing]) -> None:
        """A frame is finished: what is left on its pins is reported, and its body told."""
        for index, waiting in frame.waiting.items():
            node = frame.plan.nodes[index]
            # A sticky value is there to be kept, whether anybody comes for it or not.
            count = sum(not sticky for queue in waiting.queues for _, sticky in queue)
            if not count:
                continue
            for number, slot in enumerate(node.slots):
                if not waiting.queues[number] and not self._excused(waiting, number, node):
                    self.starved.append(
                        Starved(node=frame.path + node.id, pin=slot.pin, held=count)
                    )
        if frame.repeat is not None and not frame.dead:
            bodies.advance(self, frame, out)

    def complete(self, firing: Firing, emissions: list[Any], out: list[Firing]) -> None:
        """A body has run to its end: its node emits like any other."""
        out.extend(self._conclude(firing, emissions))

    # -- ceilings ---------------------------------------------------------------------------

    def _granted(self, out: list[Firing]) -> list[Firing]:
        """The steps that may start; at a ceiling the rest is withheld (rule 6)."""
        if self.halted:
            return []
        self.steps += len(out)
        if self.paused is None:
            if self.steps <= self._most_steps and not self.tokens and not self.usd:
                return out
            self._check_ceilings()
        if self.paused is None or not out:
            return out
        allowed = 0
        if self.paused[0] == "steps" and not self.withheld:
            allowed = max(len(out) - (self.steps - self.limits.steps), 0)
        self.withheld.extend(out[allowed:])
        return out[:allowed]

    def _check_ceilings(self) -> None:
        if self.steps > self.limits.steps:
            self.paused = ("steps", self.limits.steps)
        elif self.tokens > self.limits.tokens:
            self.paused = ("tokens", self.tokens)
        elif self.usd > self.limits.usd:
            self.paused = ("usd", self.usd)

    def _spend(self, usage: dict[str, Any]) -> None:
        self.tokens += int(usage.get("tokens") or 0)
        self.usd += float(usage.get("usd") or 0.0)

    def _resumed(self, event: RunResumed) -> list[Firing]:
        self.limits = Limits.model_validate({**self.limits.model_dump(), **event.limits})
        self._most_steps = self.limits.steps
        if self._paused_at is not None:
            self.idle_seconds += event.at - self._paused_at
        self.paused = self._paused_at = None
        held, self.withheld = self.withheld, []
        self.steps -= len(held)
        return self._granted(held)


_DEFAULT = (None,)
"""In `kept` of a gathering slot: it got nothing, and its pin's default stands."""


def _is_default(waiting: Waiting, number: int) -> bool:
    return waiting.kept[number] is _DEFAULT


def _has_fresh(node: NodePlan, waiting: Waiting) -> bool:
    for number, slot in enumerate(node.slots):
        if slot.gather:
            if waiting.closed[number] and not _is_default(waiting, number):
                return True
        elif waiting.queues[number]:
            return True
    return False


def _picked(value: Any, wire: Wire) -> Any:
    try:
        return pick(value, wire.pick)
    except PathMissing as error:
        return Lacking(error)


def _with_run_input(node: NodePlan, frame: Frame) -> dict[str, Any]:
    """The constants of a node without links; an input node gets what the run was given for it."""
    inputs = dict(node.constants)
    if node.code is not None and node.code.spec.role is Role.INPUT:
        name = inputs.get("name") or node.id
        if name in frame.inputs:
            inputs["value"] = frame.inputs[name]
    return inputs


def _is_empty_stream(frame: Frame, wire: Wire) -> bool:
    """Whether a link stayed silent because a stream had no items: no branch left it untaken."""
    return wire.streamed and (frame.fired[wire.source] > 0 or wire.source in frame.empty)


def _note_empty_streams(frame: Frame, group: int) -> None:
    for node in frame.plan.groups[group]:
        if not frame.fired[node.index] and any(
            _is_empty_stream(frame, wire) for wire in node.incoming
        ):
            frame.empty.add(node.index)


def _feeds_empty_stream(frame: Frame, node: NodePlan, number: int) -> bool:
    return any(wire.slot == number and _is_empty_stream(frame, wire) for wire in node.incoming)
