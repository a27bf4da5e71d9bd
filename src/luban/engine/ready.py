"""Which of the steps that may start do start: limits per node and per run."""

from __future__ import annotations

from collections import OrderedDict, deque

from luban.engine.plan import NodePlan
from luban.engine.state import Firing


class ReadyQueue:
    """Steps waiting for a place, oldest first within a node; nodes take turns.

    A step holds a place from `take` or `offer` until `release`.
    """

    __slots__ = (
        "_limit",
        "_load",
        "_queues",
        "queued",
        "running",
    )

    def __init__(self, limit: int) -> None:
        self.running = 0
        self.queued = 0
        self._limit = limit
        self._load: dict[NodePlan, int] = {}
        # Ordered, because a plain dict gets slower to read the more was taken from its front.
        self._queues: OrderedDict[NodePlan, deque[Firing]] = OrderedDict()

    def offer(self, firing: Firing) -> bool:
        """Takes a place for a step at once, or queues it and says no."""
        node = firing.node
        if self.running < self._limit and node not in self._queues:
            load = self._load.get(node, 0)
            if load < node.parallel:
                self._load[node] = load + 1
                self.running += 1
                return True
        self._queues.setdefault(node, deque()).append(firing)
        self.queued += 1
        return False

    def take(self) -> Firing | None:
        """The next queued step that may run, with a place; `None` if there is none."""
        if not self.queued or self.running >= self._limit:
            return None
        for node, queue in self._queues.items():
            load = self._load.get(node, 0)
            if load >= node.parallel:
                continue
            firing = queue.popleft()
            if queue:
                self._queues.move_to_end(node)  # the other nodes come first next time
            else:
                del self._queues[node]
            self.queued -= 1
            self._load[node] = load + 1
            self.running += 1
            return firing
        return None

    def clear(self) -> None:
        """Forgets those that wait for a place."""
        self._queues.clear()
        self.queued = 0

    def release(self, firing: Firing) -> None:
        """The step ended, or waits for something outside: its place is free."""
        self.running -= 1
        self._load[firing.node] -= 1

    def reclaim(self, firing: Firing) -> None:
        """A step that gave up its place goes on, even if all places are taken."""
        self.running += 1
        self._load[firing.node] += 1
