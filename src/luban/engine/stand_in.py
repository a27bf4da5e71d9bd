"""What answers in place of steps: pinned outputs, and in a dry run recordings and examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from luban.engine.children import child_path
from luban.engine.inputs import Gate, Lacking
from luban.engine.state import Firing
from luban.engine.step_paths import bare
from luban.model.block import BlockExample, BlockSpec, Effect
from luban.model.errors import LubanError
from luban.model.events import (
    ChildFinished,
    Event,
    StepEmitted,
    StepFailed,
    StepFinished,
    from_row,
)
from luban.model.run import RunOptions
from luban.model.values import canonical
from luban.ports.journal import Journal
from luban.sdk.code import Emission

Recorded = Mapping[str, Mapping[int, list[Emission]]]
"""What steps sent, by their paths and iterations."""


class NothingRecorded(LubanError):
    """A dry run met a block with effects that has nothing to answer from."""

    code = "nothing_recorded"
    status = 422
    en = (
        "`{node}` is not really done in a simulated run, and nothing stands in for it: neither a "
        "recorded step nor an example of `{block}` fits. Pin one of its outputs ({pins}), or name "
        "a recorded run in which it was done."
    )
    zh = (
        "模拟运行中不会真正执行“{node}”，而且没有可替代的结果：没有匹配的历史步骤，`{block}` 也没有"
        "合适的示例。请固定它的一个输出（{pins}），或指定一次执行过它的历史运行。"
    )


async def open_stand_ins(options: RunOptions | None, journal: Journal) -> StandIns | None:
    """What the options of a run ask for, with the recorded run read; `None` for a plain run."""
    if options is None or not (options.pinned or options.simulate):
        return None
    events: list[Event] = []
    if options.simulate and options.recorded:
        after = 0
        while rows := await journal.read(options.recorded, after):
            events += [from_row(row.kind, row.node, row.iteration, row.data) for row in rows]
            after = rows[-1].id
    return StandIns(options, answers_of(events))


def answers_of(events: Iterable[Event]) -> Recorded:
    """What each step of a recorded run sent; of one that failed, its error on its error pin."""
    sent: dict[tuple[str, int], list[Emission]] = {}
    found: dict[str, dict[int, list[Emission]]] = {}
    for event in events:
        match event:
            case StepEmitted():
                key = (event.node, event.iteration)
                sent.setdefault(key, []).append((event.pin, event.value))
            case StepFinished():
                streamed = sent.pop((event.node, event.iteration), [])
                rest = [(pin, value) for pin, value in event.emissions]
                found.setdefault(event.node, {})[event.iteration] = [*streamed, *rest]
            case StepFailed():
                found.setdefault(event.node, {})[event.iteration] = [("error", event.error)]
            case ChildFinished(verb="call" | "use", result=dict()):
                sent_by_child = list(cast("dict[str, Any]", event.result).items())
                path = child_path((event.node, event.iteration), event.key)
                found.setdefault(path, {})[0] = sent_by_child
                if event.verb == "use":  # another choice of the model may lead to the same tool
                    uses = found.setdefault(event.name, {})
                    uses[len(uses)] = sent_by_child
            case _:
                pass
    return found


class StandIns:
    """Answers given in place of steps.

    A pinned node always answers so. In a simulated run, blocks with effects answer from the
    recorded step of the same path and firing, else from an earlier firing, else from the block's
    example with the same inputs, else from the first example.
    """

    def __init__(self, options: RunOptions, recorded: Recorded) -> None:
        self._pinned = options.pinned
        self._simulate = options.simulate
        self._recorded = recorded
        self._by_node: dict[str, list[list[Emission]]] = {}
        for path, firings in recorded.items():
            self._by_node.setdefault(bare(path), []).extend(firings.values())

    def answer(self, firing: Firing) -> list[Emission] | None:
        """The emissions of a step, `None` if it is to be made.

        Raises `NothingRecorded`, and what refuses a pinned value.
        """
        gate, code = firing.node.gate, firing.node.code
        if gate is None or code is None:
            return None
        pinned = self._pinned.get(firing.path) or self._pinned.get(bare(firing.path))
        if firing.node.is_tool:
            pinned = pinned or self._pinned.get(_node_path(firing))
        if pinned is not None:
            return gate.leave(_emissions(code.spec, pinned))
        if not self._simulate or code.spec.effect is Effect.NONE:
            return None
        found = self._from_recording(firing)
        return self._from_examples(firing, gate, code.spec) if found is None else found

    def _from_recording(self, firing: Firing) -> list[Emission] | None:
        """What the step sent then; a failure only counts where its error pin is linked."""
        firings = self._recorded.get(firing.path, {})
        nearest = sorted((n for n in firings if n <= firing.iteration), reverse=True)
        candidates = [firings[n] for n in nearest]
        same = _node_path(firing) if firing.node.is_tool else bare(firing.path)
        candidates += reversed(self._by_node.get(same, ()))
        for emissions in candidates:
            failed = bool(emissions) and emissions[0][0] == "error"
            if not failed or "error" in firing.node.wires:
                return list(emissions)
        return None

    def _from_examples(self, firing: Firing, gate: Gate, spec: BlockSpec) -> list[Emission]:
        examples = sorted(spec.examples, key=lambda each: not _is_asked(each, firing, spec))
        for example in examples:
            if "error" in example.outputs:
                continue
            try:
                return gate.leave(_emissions(spec, example.outputs))
            except LubanError:
                continue  # an example whose outputs are not values of its pins
        pins = ", ".join(f"{firing.path}.{pin.name}" for pin in spec.outputs)
        raise NothingRecorded(node=firing.path, block=spec.id, pins=pins or "–")


def _node_path(firing: Firing) -> str:
    """The node of a step that is used as a tool, which its own path does not name."""
    return bare(firing.frame.path + firing.node.id)


def _emissions(spec: BlockSpec, outputs: Mapping[str, Any]) -> list[Emission]:
    """One value a pin; on a pin that may send many, each item of a list is one of them."""
    found: list[Emission] = []
    for pin, value in outputs.items():
        declared = spec.output_by_name.get(pin)
        if declared is not None and declared.many and isinstance(value, list):
            found += [(pin, item) for item in cast("list[Any]", value)]
        else:
            found.append((pin, value))
    return found


def _is_asked(example: BlockExample, firing: Firing, spec: BlockSpec) -> bool:
    """Whether an example has the inputs of a step; what neither names is as the block has it."""
    names = {*example.inputs, *firing.inputs} & {pin.name for pin in spec.inputs}
    return all(
        _plain(example.inputs, name, spec) == _plain(firing.inputs, name, spec) for name in names
    )


def _plain(inputs: Mapping[str, Any], name: str, spec: BlockSpec) -> bytes:
    value = inputs.get(name, spec.input_by_name[name].default)
    return b"" if isinstance(value, Lacking) else canonical(value)
