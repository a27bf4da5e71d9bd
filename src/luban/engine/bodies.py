"""How a node with a body runs it: once per item, or until an output is true (rule 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from luban.engine.inputs import Lacking
from luban.engine.plan import BodyPlan
from luban.engine.state import Firing, Frame, Repeat
from luban.model.errors import LubanError
from luban.model.graph import BodyMode
from luban.model.pins import PinKind, PinType, coerce

if TYPE_CHECKING:
    from luban.engine.planner import Planner

_LIST = PinType(PinKind.LIST)


class TooManyRounds(LubanError):
    """A loop went on for longer than its node allows."""

    code = "too_many_rounds"
    status = 422
    en = (
        "The loop `{node}` was not done after {rounds} rounds: its output `{until}` "
        "never became true. Raise `max` or check the condition."
    )
    zh = (
        "循环“{node}”执行了 {rounds} 轮仍未结束：输出“{until}”始终不为真。请提高 `max` 或检查条件。"
    )


def begin(planner: Planner, firing: Firing, body: BodyPlan, out: list[Firing]) -> None:
    """Opens the first rounds of a body, or fails its node if the inputs cannot be used."""
    error = next((v.error for v in firing.inputs.values() if isinstance(v, Lacking)), None)
    items: list[Any] = [None]
    if error is None and body.body.mode is BodyMode.MAP:
        try:
            items = coerce(firing.inputs.get(body.body.over or ""), _LIST) or []
        except LubanError as refused:
            error = refused
    repeat = Repeat(firing=firing, items=items, results=[None] * len(items))
    if error is not None:
        out.extend(planner.fail(firing, {**error.as_json(), "node": firing.path}))
    elif not items:
        planner.complete(firing, _emissions(repeat, body), out)
    elif body.body.mode is BodyMode.LOOP:
        _open(planner, repeat, body, dict(firing.inputs), out)
    else:
        while repeat.next < min(body.body.parallel, len(items)) and not repeat.abandoned:
            _open(planner, repeat, body, _map_inputs(repeat, body), out)


def advance(planner: Planner, frame: Frame, out: list[Firing]) -> None:
    """A round is over: the next one follows, or the node is done."""
    repeat = frame.repeat
    assert repeat is not None  # only frames of bodies get here
    body = repeat.firing.node.body
    assert body is not None
    repeat.open -= 1
    repeat.frames.remove(frame)
    if body.body.mode is BodyMode.LOOP:
        _next_round(planner, repeat, body, frame.results(), out)
        return
    repeat.results[frame.place] = frame.results()
    if repeat.next < len(repeat.items):
        _open(planner, repeat, body, _map_inputs(repeat, body), out)
    elif repeat.open == 0:
        planner.complete(repeat.firing, _emissions(repeat, body), out)


def abandon(planner: Planner, repeat: Repeat) -> None:
    """Gives up every round in progress: a step in one of them failed for good."""
    repeat.abandoned = True
    for frame in repeat.frames:
        frame.dead = True
    lost = [key for key, firing in planner.pending.items() if _belongs(firing.frame, repeat)]
    for key in lost:
        del planner.pending[key]
        planner.emitted.pop(key, None)
    planner.aborted.extend(lost)
    planner.withheld = [f for f in planner.withheld if not _belongs(f.frame, repeat)]


def _belongs(frame: Frame, repeat: Repeat) -> bool:
    inside = frame.repeat
    while inside is not None and inside is not repeat:
        inside = inside.firing.frame.repeat
    return inside is repeat


def _next_round(
    planner: Planner, repeat: Repeat, body: BodyPlan, results: dict[str, Any], out: list[Firing]
) -> None:
    until = body.body.until or ""
    if results.get(until):
        planner.complete(repeat.firing, list(results.items()), out)
    elif repeat.next >= body.body.max:
        error = TooManyRounds(node=repeat.firing.path, rounds=repeat.next, until=until)
        out.extend(planner.fail(repeat.firing, {**error.as_json(), "node": repeat.firing.path}))
    else:
        _open(planner, repeat, body, {**repeat.firing.inputs, **results}, out)


def _open(
    planner: Planner, repeat: Repeat, body: BodyPlan, inputs: dict[str, Any], out: list[Firing]
) -> None:
    place, repeat.next, repeat.open = repeat.next, repeat.next + 1, repeat.open + 1
    path, iteration = repeat.firing.path, repeat.firing.iteration
    again = f"@{iteration}" if iteration else ""
    frame = Frame.of(body.plan, inputs, path=f"{path}{again}[{place}]/", repeat=repeat, place=place)
    repeat.frames.append(frame)
    planner.enter(frame, out)


def _map_inputs(repeat: Repeat, body: BodyPlan) -> dict[str, Any]:
    return {**repeat.firing.inputs, body.body.over or "": repeat.items[repeat.next]}


def _emissions(repeat: Repeat, body: BodyPlan) -> list[Any]:
    """Each output of the body as one list in the order of the items; `None` for silence."""
    names = [node.output_name for node in body.plan.nodes if node.output_name is not None]
    return [
        (name, [None if result is None else result.get(name) for result in repeat.results])
        for name in dict.fromkeys(names)
    ]
