"""How a node with a body runs it: once per item, or until an output is true (rule 8)."""

from __future__ import annotations

import re
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
_ROUND = re.compile(r"([^@\[]+)(?:@(\d+))?\[(\d+)\]")


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
        return
    if not items:
        planner.complete(firing, _emissions(repeat, body), out)
        return
    firing.frame.bodies[firing.node.index, firing.iteration] = repeat
    if body.body.mode is BodyMode.LOOP:
        _open(planner, repeat, repeat.next, dict(firing.inputs), out)
    else:
        _open_more(planner, repeat, out)


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
    if _has_more(repeat):
        _open_more(planner, repeat, out)
    elif repeat.open == 0:
        _close(repeat)
        planner.complete(repeat.firing, _emissions(repeat, body), out)


def closed_round(planner: Planner, path: str) -> tuple[Repeat, int] | None:
    """The outermost round a step is in that could be opened before its turn, if there is one."""
    frame = planner.root
    for part in path.split("/")[:-1]:
        found = _ROUND.fullmatch(part)
        node = frame.plan.by_id.get(found[1]) if found else None
        repeat = frame.bodies.get((node.index, int(found[2] or 0))) if found and node else None
        if found is None or repeat is None:
            return None
        place = int(found[3])
        if _is_closed(repeat, place):
            return repeat, place
        inner = next((each for each in repeat.frames if each.place == place), None)
        if inner is None:
            return None
        frame = inner
    return None


def open_ahead(planner: Planner, path: str, out: list[Firing]) -> bool:
    """Opens the rounds of maps that a step is in, as far as they were not opened yet.

    A run that took over results of another has those of a later item before it comes to it.
    """
    opened = False
    while (found := closed_round(planner, path)) is not None:
        repeat, place = found
        repeat.ahead.add(place)
        _open(planner, repeat, place, map_inputs(repeat, place), out)
        opened = True
    return opened


def abandon(planner: Planner, repeat: Repeat) -> None:
    """Gives up every round in progress: a step in one of them failed for good."""
    repeat.abandoned = True
    _close(repeat)
    for frame in repeat.frames:
        frame.dead = True
    lost = [key for key, firing in planner.pending.items() if _belongs(firing.frame, repeat)]
    planner.give_up(lost)
    planner.withheld = [f for f in planner.withheld if not _belongs(f.frame, repeat)]


def _close(repeat: Repeat) -> None:
    firing = repeat.firing
    firing.frame.bodies.pop((firing.node.index, firing.iteration), None)


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
        _close(repeat)
        planner.complete(repeat.firing, list(results.items()), out)
    elif repeat.next >= body.body.max:
        _close(repeat)
        error = TooManyRounds(node=repeat.firing.path, rounds=repeat.next, until=until)
        out.extend(planner.fail(repeat.firing, {**error.as_json(), "node": repeat.firing.path}))
    else:
        _open(planner, repeat, repeat.next, {**repeat.firing.inputs, **results}, out)


def _has_more(repeat: Repeat) -> bool:
    """Whether a map has items whose turn has not come; those done before it are passed over."""
    while repeat.next in repeat.ahead:
        repeat.next += 1
    return repeat.next < len(repeat.items)


def _open_more(planner: Planner, repeat: Repeat, out: list[Firing]) -> None:
    """Opens as many rounds of a map as may be under way at a time."""
    body = repeat.firing.node.body
    assert body is not None
    while repeat.open < body.body.parallel and not repeat.abandoned and _has_more(repeat):
        _open(planner, repeat, repeat.next, map_inputs(repeat, repeat.next), out)


def _is_closed(repeat: Repeat, place: int) -> bool:
    """Whether a round can be opened before its turn: only items do not depend on each other."""
    body = repeat.firing.node.body
    assert body is not None
    if body.body.mode is BodyMode.LOOP or repeat.abandoned:
        return False
    return repeat.next <= place < len(repeat.items) and place not in repeat.ahead


def _open(
    planner: Planner, repeat: Repeat, place: int, inputs: dict[str, Any], out: list[Firing]
) -> None:
    body = repeat.firing.node.body
    assert body is not None
    repeat.open += 1
    if place == repeat.next:
        repeat.next += 1
    path, iteration = repeat.firing.path, repeat.firing.iteration
    frame = Frame.of(
        body.plan,
        inputs,
        path=f"{round_path((path, iteration), place)}/",
        repeat=repeat,
        place=place,
    )
    repeat.frames.append(frame)
    planner.enter(frame, out)


def map_inputs(repeat: Repeat, place: int) -> dict[str, Any]:
    """What the round of an item is given."""
    body = repeat.firing.node.body
    assert body is not None
    return {**repeat.firing.inputs, body.body.over or "": repeat.items[place]}


def round_path(step: tuple[str, int], place: int) -> str:
    path, iteration = step
    return f"{path}@{iteration}[{place}]" if iteration else f"{path}[{place}]"


def _emissions(repeat: Repeat, body: BodyPlan) -> list[Any]:
    """Each output of the body as one list in the order of the items; `None` for silence."""
    names = [node.output_name for node in body.plan.nodes if node.output_name is not None]
    return [
        (name, [None if result is None else result.get(name) for result in repeat.results])
        for name in dict.fromkeys(names)
    ]
