"""Why a link stayed silent: a stream without items, or a branch that was not taken."""

from __future__ import annotations

from luban.engine.plan import NodePlan, Wire
from luban.engine.state import Frame


def _is_empty_stream(frame: Frame, wire: Wire) -> bool:
    """Whether a link stayed silent because a stream had no items: no branch left it untaken."""
    return wire.streamed and (frame.fired[wire.source] > 0 or wire.source in frame.empty)


def note_empty_streams(frame: Frame, group: int) -> None:
    """Remembers the nodes of a finished group that had nothing to do because of one."""
    for node in frame.plan.groups[group]:
        if not frame.fired[node.index] and any(
            _is_empty_stream(frame, wire) for wire in node.incoming
        ):
            frame.empty.add(node.index)


def feeds_empty_stream(frame: Frame, node: NodePlan, number: int) -> bool:
    """Whether one of the links into a slot was such a stream."""
    return any(wire.slot == number and _is_empty_stream(frame, wire) for wire in node.incoming)
