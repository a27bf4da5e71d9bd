"""Decides what a run does next: an event in, steps to start out. Pure: no clock, no I/O, no tasks.

Live running, recovery and history all feed it the same events in the same order, so the state of
a run is the fold of its journal. The rules are those of `docs/explanation/graphs.md`; numbers in
comments refer to them.
"""

from __future__ import annotations

from typing import Any

from luban.engine import bodies
from luban.engine.ceilings import Ceilings
from luban.engine.children import Children, StepKey, child_path
from luban.engine.plan import NodePlan, Plan, Wire
from luban.engine.silence import feeds_empty_stream, note_empty_streams
from luban.engine.state import Firing, Frame, Held, Progress, Waiting
from luban.engine.tokens import picked, with_run_input
from luban.model.events import (
    AttemptFailed,
    ChildFailed,
    ChildFinished,
    ChildStarted,
    Event,
    ModelUsed,
    RunPaused,
    RunResumed,
    RunStarted,
    RunWaiting,
    RunWoken,
    StepEmitted,
    StepFailed,
    StepFinished,
    StepStarted,
)
from luban.model.graph import OnError
from luban.model.paths import build
from luban.model.run import Starved


class Planner:
    """The state of one run, and the only thing that changes it.

    `pending` are the steps that were decided and have not ended, keyed by path and iteration;
    `progress` and `children` tell more about them. `aborted` collects steps that must be given up
    because the body they belong to failed, `orphans` the runs such steps had asked for; whoever
    runs steps empties both.
    """

    __slots__ = (
        "aborted", "blocks", "ceilings", "children", "failed", "halted", "orphans", "pending",
        "plan", "progress", "root", "starved", "withheld",
    )  # fmt: skip

    def __init__(self, plan: Plan, inputs: dict[str, Any]) -> None:
        self.plan = plan
        self.ceilings = Ceilings(plan.settings.limits)
        self.root = Frame.of(plan, inputs)
        self.pending: dict[StepKey, Firing] = {}
        self.progress: dict[StepKey, Progress] = {}
        self.children = Children()
        self.aborted: list[StepKey] = []
        self.orphans: list[str] = []
        self.withheld: list[Firing] = []
        self.starved: list[Starved] = []
        self.failed: dict[str, Any] | None = None
        self.halted = False
        self.blocks: dict[str, int] = {}  # and the versions the run began with

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
            case RunResumed():
                return self._resumed(event)
            case _:
                self._note(event)
                return []

    def _note(self, event: Event) -> None:
        """Takes in what makes no step possible."""
        match event:
            case AttemptFailed():
                key = (event.node, event.iteration)
                made = self.progress.setdefault(key, Progress())
                made.attempts = event.attempt
                made.retry_at = event.started_at + event.duration + event.retry_in
                made.since = event.started_at if made.since is None else made.since
                self.children.drop_cause(key, event.error)
            case StepStarted():
                key = (event.node, event.iteration)
                self.progress.setdefault(key, Progress()).announced += 1
            case ChildStarted():
                self.children.started(event)
                self._date(event, event.at)
            case ChildFinished() | ChildFailed():
                self.children.ended(event)
                self._date(event, event.started_at)
                self._count_child(event)
            case ModelUsed():
                self.ceilings.used(event)
            case RunStarted():
                self.ceilings.started_at = event.at
                self.blocks = event.blocks or {}
            case RunWaiting():
                self.ceilings.parked = True
                self.ceilings.rest(event.at)
            case RunWoken():
                self.ceilings.parked = False
                self.ceilings.wake(event.at)
            case RunPaused():
                self.ceilings.pause(event)
            case _:
                pass

    # -- steps ------------------------------------------------------------------------------

    def _finished(self, event: StepFinished) -> list[Firing]:
        key = (event.node, event.iteration)
        firing = self.pending.pop(key, None)
        if firing is None:
            return self._ahead(event)
        if self.progress:
            self._forget(key)
        if event.usage is not None:
            self.ceilings.spend(event.node, event.usage)
        if firing.node.ends:
            return self._end(firing, event.emissions)
        return self._granted(self._conclude(firing, event.emissions))

    def _end(self, firing: Firing, emissions: list[Any]) -> list[Firing]:
        """The run is over because a step says so (rule 5): whatever else is going on is given up.

        What the step itself gives out of the run still counts; nothing follows it.
        """
        self.halted = True
        self.give_up(list(self.pending))
        self._conclude(firing, emissions)
        self.pending.clear()
        self.withheld.clear()
        return []

    def _emitted(self, event: StepEmitted) -> list[Firing]:
        key = (event.node, event.iteration)
        firing = self.pending.get(key)
        if firing is None:
            return self._ahead(event)
        made = self.progress.get(key)
        if made is None:
            made = self.progress[key] = Progress()
        made.emitted = event.number + 1
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
            return self._ahead(event)
        self._forget(key)
        if event.usage is not None:
            self.ceilings.spend(event.node, event.usage)
        return self._granted(self.fail(firing, event.error))

    def _ahead(self, event: StepFinished | StepEmitted | StepFailed) -> list[Firing]:
        """An event of a round before its turn, taken over; else its body failed meanwhile."""
        out: list[Firing] = []
        if not bodies.open_ahead(self, event.node, out):
            return []
        return [*self._granted(out), *self.apply(event)]

    def _date(self, event: ChildStarted | ChildFinished | ChildFailed, at: float) -> None:
        made = self.progress.setdefault((event.node, event.iteration), Progress())
        made.since = at if made.since is None else made.since

    def _count_child(self, event: ChildFinished | ChildFailed) -> None:
        self.progress.pop((child_path((event.node, event.iteration), event.key), 0), None)
        self.ceilings.steps += 1
        if event.usage is not None:
            self.ceilings.spend(event.node, event.usage)
        self.ceilings.check()

    def _forget(self, key: StepKey) -> None:
        self.progress.pop(key, None)
        self.orphans += self.children.forget(key)

    def give_up(self, keys: list[StepKey]) -> None:
        """These steps will not be ended: whoever makes them must stop."""
        for key in keys:
            del self.pending[key]
            self._forget(key)
        self.aborted.extend(keys)

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
            self.give_up(list(self.pending))
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
                token = picked(value, wire) if wire.pick else value
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
            self.fire(frame, node, with_run_input(node, frame), out)
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
                note_empty_streams(frame, group)
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
            if queue or slot.optional or feeds_empty_stream(frame, node, number):
                waiting.missing -= 1
                if not queue and not feeds_empty_stream(frame, node, number):
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
        ceilings = self.ceilings
        ceilings.steps += len(out)
        if ceilings.paused is None:
            if ceilings.steps <= ceilings.most_steps and not ceilings.asks_models:
                return out
            ceilings.check()
        if ceilings.paused is None or not out:
            return out
        allowed = 0
        if ceilings.paused[0] == "steps" and not self.withheld:
            allowed = max(len(out) - (ceilings.steps - ceilings.limits.steps), 0)
        self.withheld.extend(out[allowed:])
        return out[:allowed]

    def _resumed(self, event: RunResumed) -> list[Firing]:
        self.ceilings.resume(event)
        held, self.withheld = self.withheld, []
        self.ceilings.steps -= len(held)
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
